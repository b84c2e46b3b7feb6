"""A Puppet run as it can be followed from afar: how far it is, what it changed, what failed."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ocinstaller.agent.remotelog import Level

STEP = "puppet"
PROGRESS_S = 5.0
"""Seconds between two lines that only tell how far the run is."""

_EVALUATES = re.compile(
    r"Info: (?P<resource>.+): Starting to evaluate the resource \((?P<done>\d+) of (?P<total>\d+)\)"
)
"""What --evaltrace prints before each resource (puppet-agent(8))."""
_LEVELS: dict[str, Level] = {"Notice": "info", "Warning": "warning", "Error": "error"}
_NOISE = re.compile(r"/File\[/var/cache/puppet/|Skipping because of failed dependencies")
"""Plug-ins that were fetched, and what follows from an error that was told already."""

Write = Callable[[str, str, Level], None]
"""Takes step, text and level of a line."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The resource that a run is at, its number and how many there are."""

    done: int
    total: int
    resource: str

    def __str__(self) -> str:
        return f"{self.done} of {self.total}: {self.resource}"


@dataclass(frozen=True, slots=True)
class Message:
    """Something that happened: a change, a warning, an error with its file and line."""

    text: str
    level: Level


def parse(line: str) -> Progress | Message | None:
    """Return what a line of Puppet's output means to somebody who waits; None for the rest."""
    found = _EVALUATES.fullmatch(line.strip())
    if found:
        return Progress(int(found["done"]), int(found["total"]), found["resource"])
    kind, _, text = line.strip().partition(": ")
    if kind not in _LEVELS or _NOISE.search(text):
        return None
    return Message(text, _LEVELS[kind])


class Follower:
    """Passes on what is new in the file of a run's output."""

    def __init__(
        self, file: Path, write: Write, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._file = file
        self._write = write
        self._clock = clock
        self._position = 0
        self._told = clock()
        self._progress: Progress | None = None

    def follow(self) -> None:
        """Read the lines that are complete by now."""
        with self._file.open("rb") as file:
            file.seek(self._position)
            complete, _, _ = file.read().rpartition(b"\n")
        if complete:
            self._position += len(complete) + 1
            for line in complete.decode(errors="replace").splitlines():
                self._take(parse(line))
        if self._progress and self._clock() - self._told >= PROGRESS_S:
            self._tell_progress()

    def _take(self, found: Progress | Message | None) -> None:
        if isinstance(found, Progress):
            self._progress = found
        elif found is not None:
            if found.level == "error" and self._progress:
                self._tell_progress()
            self._write(STEP, found.text, found.level)

    def _tell_progress(self) -> None:
        self._write(STEP, str(self._progress), "info")
        self._progress, self._told = None, self._clock()
