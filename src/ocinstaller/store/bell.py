"""Wakes those in this process who wait for new events."""

import threading


class Bell:
    """Rung after a transaction that left events; one thread waits for it."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        """Wake whoever waits, or will wait."""
        self._rung.set()

    def wait(self, timeout_s: float | None) -> None:
        """Return when the bell has been rung since the last time, or when the time is up."""
        self._rung.wait(timeout_s)
        self._rung.clear()
