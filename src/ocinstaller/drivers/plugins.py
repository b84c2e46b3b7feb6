"""Calls a plug-in of the site: an executable, its arguments, and nothing of the server's own.

No shell is between, the environment holds nothing but a search path and a locale, and whatever the
plug-in leaves running in its process group ends with it.
"""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
}
"""All that a plug-in finds in its environment."""

KEPT = 4000
"""Bytes of the output that are kept: its end."""

_TICK_S = 0.2
_CLOSING_S = 2.0


@dataclass(frozen=True)
class Result:
    """How a call ended."""

    exit_code: int | None
    """None when it did not end by itself."""
    output: str
    problem: str = ""
    """Empty when it succeeded."""


def call(
    program: str, arguments: Sequence[str], *, secret: str, timeout_s: float, stop: threading.Event
) -> Result:
    """Run a plug-in.

    :param secret: a line for its standard input; empty for none. It is left out of the output.
    :param stop: when set, the plug-in is ended: the server stops
    """
    if not program.startswith("/"):
        return Result(None, "", f"{program or 'no program'}: configure an absolute path")
    try:
        process = subprocess.Popen(
            (program, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return Result(None, "", f"{program} cannot be started: {error}")
    assert process.stdin is not None and process.stdout is not None  # noqa: S101 - pipes
    tail = _Tail(process.stdout)
    _give(process.stdin, secret)
    problem = _wait(process, timeout_s, stop)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    output = tail.text()
    if secret:
        output = output.replace(secret, "(not shown)")
    if problem:
        return Result(None, output, problem)
    if process.returncode:
        return Result(process.returncode, output, f"exit status {process.returncode}")
    return Result(0, output)


def _give(stdin: IO[bytes], secret: str) -> None:
    with contextlib.suppress(BrokenPipeError), stdin:
        if secret:
            stdin.write(f"{secret}\n".encode())


def _wait(process: subprocess.Popen[bytes], timeout_s: float, stop: threading.Event) -> str:
    """Return why the process has to be ended; empty when it ended."""
    deadline = time.monotonic() + timeout_s
    while not stop.is_set():
        left = deadline - time.monotonic()
        if left <= 0:
            return f"it did not end within {timeout_s:g} s"
        try:
            process.wait(min(_TICK_S, left))
        except subprocess.TimeoutExpired:
            continue
        return ""
    return "the server stopped"


class _Tail:
    """Reads a pipe to its end, keeping only its end: plug-ins may say as much as they will."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._kept = b""
        self._thread = threading.Thread(target=self._read, name="plug-in output", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._pipe:
            while chunk := os.read(self._pipe.fileno(), 65536):
                self._kept = (self._kept + chunk)[-KEPT:]

    def text(self) -> str:
        """Return what was said; somebody who left the process group may hold the pipe open."""
        self._thread.join(_CLOSING_S)
        return self._kept.decode(errors="replace").replace("\0", "").strip()
