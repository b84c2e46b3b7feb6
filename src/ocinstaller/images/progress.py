"""Tells the operator which stage of a build is running and how long each took."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, float | None], None]
"""Called with a stage's name and None when it starts, with its seconds when it is done."""


def silent(_stage: str, _seconds: float | None) -> None:
    """Progress for callers that do not want any."""


def terminal(stage: str, seconds: float | None) -> None:
    """One line per stage; on a terminal the running one is shown too."""
    if seconds is not None:
        start = "\r" if sys.stderr.isatty() else ""
        print(f"{start}{stage:<48} {seconds:7.1f} s", file=sys.stderr, flush=True)
    elif sys.stderr.isatty():
        print(f"{stage:<48}       …", end="", file=sys.stderr, flush=True)


@contextmanager
def stage(progress: Progress, name: str) -> Iterator[None]:
    """Report a stage's start and end; a failed stage does not end."""
    progress(name, None)
    start = time.monotonic()
    yield
    progress(name, time.monotonic() - start)
