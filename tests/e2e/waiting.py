"""Waiting for what machines do by themselves."""

import time
from collections.abc import Callable
from typing import Any

from ocinstaller.lab.errors import CommandError

WAIT_S = 600.0
POLL_S = 0.5


def eventually(condition: Callable[[], Any], timeout_s: float = WAIT_S) -> Any:
    """Wait until a condition holds; the server may be away meanwhile."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            found = condition()
        except CommandError:
            found = None
        if found:
            return found
        assert time.monotonic() < deadline, "did not come true in time"
        time.sleep(POLL_S)
