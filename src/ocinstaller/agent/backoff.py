"""How long to wait: jitter, so that a thousand machines do not ask at once, and backoff."""

import random
from collections.abc import Callable, Iterator
from itertools import count
from threading import Event
from typing import TypeVar

from ocinstaller.agent.errors import Stopped

T = TypeVar("T")

JITTER = 0.2
"""Part of a delay by which it may be shorter or longer."""

FIRST_S = 1.0
LONGEST_S = 300.0
"""Retries start after 1 s and double up to 5 minutes."""


def jittered(seconds: float) -> float:
    """Return `seconds` ± 20 %."""
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 (spreads load)


def delays() -> Iterator[float]:
    """Yield the delays before each retry: 1, 2, 4 … 300 s, with jitter, never above 300 s."""
    doublings = count()
    while True:
        exact = min(LONGEST_S, FIRST_S * 2 ** min(next(doublings), 16))
        yield min(LONGEST_S, jittered(exact))


def persist(
    action: Callable[[], T],
    *,
    retry: Callable[[Exception], bool],
    stop: Event,
    waits: Callable[[], Iterator[float]] = delays,
) -> T:
    """Repeat `action` until it succeeds or raises something that `retry` does not accept.

    :raises Stopped: `stop` was set
    """
    for seconds in waits():
        if stop.is_set():
            break
        try:
            return action()
        except Exception as error:
            if not retry(error):
                raise
        stop.wait(seconds)
    raise Stopped("asked to stop")
