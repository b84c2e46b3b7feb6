"""What every collector reads from, and the tools to read it safely.

A collector is one module per source. Its `parse` is a pure function of the source's text and
raises nothing but `CollectorError`; its `collect` gets the text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from pydantic import ValidationError

from ocinstaller.agent.command import Run, run
from ocinstaller.agent.errors import CollectorError

P = ParamSpec("P")
T = TypeVar("T")

TEXT_LIMIT = 255
"""Characters of the wire documents' `Text`; hardware may say more."""

FILE_LIMIT = 64 * 1024
"""Bytes read of a file in /sys or /proc; such files are smaller than a page or two."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where collectors read: commands through `run`, files below `root`."""

    run: Run = run
    root: Path = Path("/")
    container: bool = False
    disks: frozenset[str] | None = None
    """Kernel names of the disks that may be seen; None allows all."""

    def read(self, path: str) -> str:
        """Return a file's text without surrounding blanks, empty when it cannot be read.

        Drivers answer reads in /sys with errors where they have nothing to say.
        """
        try:
            with (self.root / path).open("rb") as file:
                return file.read(FILE_LIMIT).decode(errors="replace").strip()
        except OSError:
            return ""


def clip(text: str | None) -> str:
    """Make a text from hardware fit for the wire: printable, one line, limited."""
    printable = "".join(char if char.isprintable() else " " for char in text or "")
    return " ".join(printable.split())[:TEXT_LIMIT]


def fields(text: str) -> dict[str, str]:
    """Understand `Key: value` lines; the first of equal keys counts."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon and key.strip():
            found.setdefault(key.strip(), value.strip())
    return found


def understand(parse: Callable[P, T]) -> Callable[P, T]:
    """Turn what does not fit a document into a `CollectorError`."""

    @wraps(parse)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return parse(*args, **kwargs)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "answer"
            raise CollectorError(f"not understood: {where}: {first['msg']}") from error

    return wrapper
