"""External commands: argument lists, always with a limit on time, output in the error."""

import subprocess
from collections.abc import Mapping

from ocinstaller.lab.errors import CommandError


def run(
    *args: str,
    timeout_s: float = 30.0,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
) -> str:
    """Run a command to its end and return its standard output.

    :param env: the whole environment; None inherits.
    :raises CommandError: exit code other than 0, time-out, or no such command.
    """
    try:
        done = subprocess.run(
            args,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            env=env,
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError(args, None, _text(error.stdout) + _text(error.stderr)) from error
    except OSError as error:
        raise CommandError(args, 127, str(error)) from error
    if done.returncode != 0:
        raise CommandError(args, done.returncode, done.stdout + done.stderr)
    return done.stdout


def succeeds(*args: str, timeout_s: float = 30.0) -> bool:
    """Tell whether a command exits with 0."""
    try:
        run(*args, timeout_s=timeout_s)
    except CommandError:
        return False
    return True


def _text(output: bytes | str | None) -> str:
    if output is None:
        return ""
    return output if isinstance(output, str) else output.decode(errors="replace")
