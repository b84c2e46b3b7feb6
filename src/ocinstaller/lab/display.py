"""What a run shows: a line for each step while it works, a table when it is done."""

import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

HEARTBEAT_S = 30.0
"""Without a terminal, a step that says nothing shows a sign of life this often."""
REFRESH_S = 1.0
WIDTH = 100


@dataclass(frozen=True)
class Row:
    """One line of the table.

    :ivar state: `done`, `skipped` (was true already) or `failed`.
    """

    title: str
    seconds: float
    state: str


class Display:
    """Shows the step that is being done, with its time and its latest word."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._live = self._stream.isatty()
        self._lock = threading.Lock()
        self._title = ""
        self._detail = ""
        self._since = 0.0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, title: str) -> None:
        """Start showing a step."""
        with self._lock:
            self._title, self._detail, self._since = title, "", time.monotonic()
        self._print(f"{title} …")
        self._ended.clear()
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()

    def detail(self, text: str) -> None:
        """Show what the step does at the moment."""
        with self._lock:
            changed, self._detail = text != self._detail, text
        if changed and not self._live:
            self._print(f"    {text}")

    def end(self, row: Row) -> None:
        """Show how the step ended."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self._erase()
        self._print(f"{row.title}: {row.state} after {row.seconds:.1f} s")

    def say(self, text: str) -> None:
        """Print something that stays."""
        self._erase()
        self._print(text)

    def _tick(self) -> None:
        while not self._ended.wait(REFRESH_S if self._live else HEARTBEAT_S):
            with self._lock:
                seconds = time.monotonic() - self._since
                line = f"    {seconds:4.0f} s  {self._detail}"
            if self._live:
                self._stream.write(f"\r{line[:WIDTH]:<{WIDTH}}")
                self._stream.flush()
            else:
                self._print(line)

    def _erase(self) -> None:
        if self._live:
            self._stream.write("\r" + " " * WIDTH + "\r")

    def _print(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()


def table(rows: Sequence[Row]) -> str:
    """The stages, their times and states, with the sum."""
    width = max(len(row.title) for row in rows)
    lines = [f"{'stage':<{width}}  {'seconds':>8}  state"]
    lines += [f"{row.title:<{width}}  {row.seconds:>8.1f}  {row.state}" for row in rows]
    lines.append(f"{'all':<{width}}  {sum(row.seconds for row in rows):>8.1f}")
    return "\n".join(lines)
