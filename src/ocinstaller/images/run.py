"""Runs external commands: argument lists, time limits, output in the error."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
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
    try:
        process = subprocess.Popen(
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
    except FileNotFoundError as error:
        raise CommandError(argv, "command not found", str(error)) from error
    try:
        output, _ = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        _stop(process)
        raise CommandError(argv, f"not finished after {timeout_s:.0f} s", _text(error)) from error
    except BaseException:
        _stop(process)
        raise
    if process.returncode != 0:
        raise CommandError(argv, f"exit code {process.returncode}", output)
    return output


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
