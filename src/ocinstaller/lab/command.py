"""External commands: argument lists, always with a limit on time, output in the error."""

import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from ocinstaller.lab.errors import CommandError

KEPT_LINES = 40
"""How much of a long output an error carries."""


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


def follow(
    argv: Sequence[str],
    show: Callable[[str], None],
    *,
    timeout_s: float,
    env: Mapping[str, str] | None = None,
) -> str:
    """Run a command that takes its time, passing on each line that it prints.

    :returns: its last line.
    :raises CommandError: it failed or took too long; the error has the last lines.
    """
    lines: deque[str] = deque([""], maxlen=KEPT_LINES)
    with subprocess.Popen(
        argv,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        overdue = threading.Timer(timeout_s, process.terminate)
        overdue.start()
        try:
            for line in process.stdout or ():
                if line.strip():
                    lines.append(line.strip())
                    show(lines[-1])
        except BaseException:
            process.terminate()
            raise
        finally:
            expired = not overdue.is_alive()
            overdue.cancel()
    if process.returncode != 0:
        raise CommandError(argv, None if expired else process.returncode, "\n".join(lines))
    return lines[-1]


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
