"""How much memory the lab needs at most, machines included."""

import threading
from contextlib import suppress
from pathlib import Path

from ocinstaller.lab import nspawn
from ocinstaller.lab.processes import Processes

SAMPLE_S = 3.0
KIB = 1024


class PeakMemory:
    """Samples the memory of all processes of a lab in the background.

    Counted is the proportional set size (PSS): pages shared by several processes count once.
    """

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_bytes = 0

    def start(self) -> None:
        """Begin to sample."""
        self._thread.start()

    def stop(self) -> int:
        """End sampling and return the peak in bytes."""
        self._ended.set()
        self._thread.join()
        return self.peak_bytes

    def sample(self) -> int:
        """The memory in use now, in bytes."""
        marked = {identity.pid for identity in self._processes.marked()}
        below = {pid for parent in marked for pid in nspawn.descendants(parent)}
        return sum(_proportional_bytes(pid) for pid in marked | below)

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_S):
            self.peak_bytes = max(self.peak_bytes, self.sample())


def _proportional_bytes(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * KIB
    return 0
