"""Runs external commands: argument lists, time limits, output in the error."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ocinstaller.images.errors import CommandError

TERMINATION_GRACE_S = 30.0
"""Seconds that a stopped command has to remove its own temporaries (mmdebstrap unmounts)."""


def run(
    argv: Sequence[str],
    *,
    timeout_s: float,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run a command and return its output (standard error included).

    The command gets its own process group, so that an interruption reaches everything it started.

    :raises CommandError: when it is missing, exits with another code than 0, or takes too long.
    """
    process: subprocess.Popen[str] | None = None
    try:
        with _interruptions_deferred():
            process = _start(argv, env, cwd)
        output, _ = process.communicate(timeout=timeout_s)
    except FileNotFoundError as error:
        raise CommandError(argv, "command not found", str(error)) from error
    except BaseException as error:
        if process is not None and process.poll() is None:
            _stop(process)
        if isinstance(error, subprocess.TimeoutExpired):
            reason = f"not finished after {timeout_s:.0f} s"
            raise CommandError(argv, reason, _text(error)) from error
        raise
    if process.returncode != 0:
        raise CommandError(argv, f"exit code {process.returncode}", output)
    return output


def _start(
    argv: Sequence[str], env: Mapping[str, str] | None, cwd: Path | None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})},
        cwd=cwd,
        start_new_session=True,
    )


@contextmanager
def _interruptions_deferred() -> Iterator[None]:
    """Hold signals back while a command starts: one that is not known yet cannot be stopped.

    Signals are handled in the main thread only; elsewhere there is nothing to hold back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    handlers = {
        number: signal.signal(number, lambda number, _frame: caught.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for pending in caught:
            signal.raise_signal(pending)


def _stop(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(TERMINATION_GRACE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _text(error: subprocess.TimeoutExpired) -> str:
    output = error.output or b""
    return output if isinstance(output, str) else output.decode(errors="replace")
