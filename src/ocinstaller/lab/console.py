"""What a machine wrote to its console, as text, while it is being written."""

import re
import time
from pathlib import Path

from ocinstaller.lab.errors import BootError

POLL_S = 0.1
ESCAPES = re.compile(
    r"\x1b(\[[0-9;?]*[ -/]*[@-~]|[()][0-9A-B]|[=>cM78]|\][^\x07\x1b]*(\x07|\x1b\\))"
)
"""ECMA-48 control sequences, as firmware and systemd write them."""
TAIL_LINES = 15


class Console:
    """The log file of a machine's serial console."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def mark(self) -> int:
        """The present end, to be given to `wait_for` later; in bytes."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def text(self, since: int = 0) -> str:
        """What was written after a mark, without control sequences."""
        try:
            with self.path.open("rb") as log:
                log.seek(since)
                content = log.read()
        except FileNotFoundError:
            return ""
        return ESCAPES.sub("", content.decode(errors="replace")).replace("\r", "")

    def tail(self, lines: int = TAIL_LINES) -> str:
        """The last lines that are not empty."""
        written = [line for line in self.text().splitlines() if line.strip()]
        return "\n".join(written[-lines:])

    def wait_for(self, pattern: str, *, timeout_s: float, since: int = 0) -> str:
        """Wait until a line matches a regular expression and return what matched.

        :raises BootError: it did not appear in time; the text ends with the console's last lines.
        """
        expression = re.compile(pattern, re.MULTILINE)
        deadline = time.monotonic() + timeout_s
        while True:
            found = expression.search(self.text(since))
            if found:
                return found[0]
            if time.monotonic() > deadline:
                raise BootError(
                    f"no {pattern!r} on {self.path} within {timeout_s:.0f} s; last lines:\n"
                    f"{self.tail()}"
                )
            time.sleep(POLL_S)
