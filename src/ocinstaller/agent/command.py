"""External commands: always an argument list, a time-out and an environment of our own."""

import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Event
from typing import IO

from ocinstaller.agent.errors import CommandError, Stopped

ENVIRONMENT: Mapping[str, str] = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "HOME": "/root",
}
"""Commands must not depend on who started the agent; C.UTF-8 keeps their output parseable."""

TICK_S = 2.0
"""Seconds between two progress lines of a step that takes long."""

_KILL_AFTER_S = 5.0
"""Seconds that a command gets to end after SIGTERM."""

_LAST_LINES = 20
"""Lines of a failed command's output that its error carries."""

Run = Callable[[Sequence[str], float], str]
"""Runs an argument list with a time-out in seconds and returns its standard output."""


def run(argv: Sequence[str], timeout_s: float) -> str:
    """Run a command that answers a question.

    :raises CommandError: missing program, time-out or exit status other than 0
    """
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            env=dict(ENVIRONMENT),
            check=False,
        )
    except FileNotFoundError as error:
        raise CommandError(f"{argv[0]} is not installed") from error
    except OSError as error:
        raise CommandError(f"{argv[0]} could not be started: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise CommandError(f"{argv[0]} did not end within {timeout_s:g} s") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise CommandError(f"{' '.join(argv)}: exit status {done.returncode}: {said[-1000:]}")
    return done.stdout.decode(errors="replace")


class Streamer:
    """Runs commands that work for a while; passes their output on line by line.

    `stop` ends the running command and raises `Stopped`.
    """

    def __init__(self, on_line: Callable[[str], None], stop: Event) -> None:
        self._on_line = on_line
        self._stop = stop

    def __call__(
        self,
        argv: Sequence[str],
        timeout_s: float,
        *,
        script: str = "",
        tick: Callable[[], None] | None = None,
    ) -> None:
        """Run `argv` with `script` as its standard input; `tick` is called every `TICK_S`.

        :raises CommandError: missing program, time-out or exit status other than 0
        :raises Stopped: the agent was asked to stop
        """
        try:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(ENVIRONMENT),
                start_new_session=True,
            )
        except OSError as error:
            raise CommandError(f"{argv[0]} could not be started: {error}") from error
        last: deque[str] = deque(maxlen=_LAST_LINES)
        with process:
            try:
                _feed(process.stdin, script)
                self._follow(process, time.monotonic() + timeout_s, last, tick)
            except BaseException:
                _end(process)
                raise
            if process.poll() is None:
                _end(process)
                raise CommandError(f"{' '.join(argv)}: did not end within {timeout_s:g} s")
        if process.returncode != 0:
            said = "; ".join(last) or "no output"
            raise CommandError(f"{' '.join(argv)}: exit status {process.returncode}: {said}")

    def _follow(
        self,
        process: subprocess.Popen[bytes],
        deadline: float,
        last: deque[str],
        tick: Callable[[], None] | None,
    ) -> None:
        """Read the output until the command has ended or the deadline has passed."""
        if process.stdout is None:
            return
        rest = b""
        descriptor = process.stdout.fileno()
        next_tick = time.monotonic() + TICK_S
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while (now := time.monotonic()) < deadline:
                if self._stop.is_set():
                    raise Stopped("asked to stop")
                if tick is not None and now >= next_tick:
                    tick()
                    next_tick = now + TICK_S
                if not selector.select(timeout=min(0.25, deadline - now)):
                    continue
                chunk = os.read(descriptor, 65536)
                *lines, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
                if not chunk and rest:
                    lines, rest = [rest], b""
                for line in lines:
                    self._pass_on(line, last)
                if not chunk:
                    _wait(process, deadline)
                    return

    def _pass_on(self, raw: bytes, last: deque[str]) -> None:
        line = raw.decode(errors="replace").rstrip()
        if line:
            last.append(line)
            self._on_line(line)


def _feed(stdin: IO[bytes] | None, script: str) -> None:
    if stdin is None:
        return
    try:
        stdin.write(script.encode())
        stdin.close()
    except BrokenPipeError:
        # The command ended without reading; its exit status tells why.
        stdin.close()


def _wait(process: subprocess.Popen[bytes], deadline: float) -> None:
    try:
        process.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command and all that it started: SIGTERM, then SIGKILL.

    What a script left running would keep file systems of the target busy.
    """
    _signal(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_KILL_AFTER_S)
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to the command's process group, which is a session of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
