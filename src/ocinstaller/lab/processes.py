"""The processes that the lab started: recorded by identity, ended by identity.

A process is known by its number, the time it started and the host's boot: a number that was
given to somebody else meanwhile is never touched. Every process carries the lab's marker in its
environment, so that one whose record was lost (the lab was killed while starting it) is found too.
"""

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ocinstaller.lab import sockets
from ocinstaller.lab.layout import Lab

MARKER = "OCI_LAB"
"""Name of the environment variable that carries `Lab.marker`."""
STARTTIME_FIELD = 19
"""Index of `starttime` in /proc/PID/stat behind the command's name: field 22 of proc(5)."""


@dataclass(frozen=True)
class Identity:
    """What makes a process itself.

    :ivar started: clock ticks between the host's boot and the start of the process.
    """

    pid: int
    started: int
    boot: str

    @property
    def alive(self) -> bool:
        """Tell whether exactly this process still runs; a zombie does not."""
        stat = _stat(self.pid)
        return self._is(stat) and stat[0] not in "ZX"

    @property
    def known(self) -> bool:
        """Tell whether the number still is this process's, also when it has ended.

        The threads of a killed process end one by one: while its first one is a zombie already,
        others may still hold its sockets.
        """
        return self._is(_stat(self.pid))

    def _is(self, stat: list[str]) -> bool:
        started = int(stat[STARTTIME_FIELD]) if stat else None
        return self.boot == _boot_id() and started == self.started


class Processes:
    """The processes of one lab, one record file each."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._directory = lab.run_directory / "processes"
        self._children: list[subprocess.Popen[bytes]] = []

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        listeners: Sequence[tuple[str, int]] = (),
        env: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> Identity:
        """Start a process in a session of its own; its output goes to the log `NAME.log`.

        :param listeners: named descriptors of sockets to hand over, see `sockets`.
        :param env: added to the environment.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        self._lab.logs.mkdir(parents=True, exist_ok=True)
        argv = sockets.launcher(listeners, command) if listeners else list(command)
        environment = {**os.environ, **(env or {}), MARKER: self._lab.marker}
        with self.log_file(name).open("ab") as log:
            child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=directory,
                pass_fds=[descriptor for _, descriptor in listeners],
                start_new_session=True,
            )
        self._children = [known for known in self._children if known.poll() is None]
        self._children.append(child)
        identity = identify(child.pid)
        self._write(name, identity)
        return identity

    def log_file(self, name: str) -> Path:
        """Where the output of a process goes."""
        return self._lab.logs / f"{name}.log"

    def find(self, name: str) -> Identity | None:
        """The running process of this name, or None."""
        try:
            record = json.loads(self._record(name).read_text())
        except FileNotFoundError:
            return None
        identity = Identity(**record)
        return identity if identity.alive else None

    def running(self) -> dict[str, Identity]:
        """The recorded processes that run, by name."""
        found = {}
        for record in sorted(self._directory.glob("*.json")):
            identity = self.find(record.stem)
            if identity is not None:
                found[record.stem] = identity
        return found

    def stop(self, name: str, *, grace_s: float = 10.0) -> None:
        """End a process: ask, wait, then force. One that does not run is fine."""
        identity = self.find(name)
        if identity is not None:
            end([identity], grace_s=grace_s)
        self._record(name).unlink(missing_ok=True)

    def kill(self, name: str) -> None:
        """End a process the hard way, as a crash would."""
        identity = self.find(name)
        if identity is not None:
            send(identity, signal.SIGKILL)
            wait([identity], timeout_s=10.0)

    def stop_all(self, *, grace_s: float = 10.0) -> None:
        """End all processes of the lab, also those whose record was lost."""
        end(list(self.running().values()), grace_s=grace_s)
        end(list(self.marked()), grace_s=grace_s)
        for record in self._directory.glob("*.json"):
            record.unlink(missing_ok=True)

    def marked(self) -> Iterator[Identity]:
        """All running processes that carry this lab's marker, except the caller."""
        marker = f"{MARKER}={self._lab.marker}".encode()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal() or int(entry.name) == os.getpid():
                continue
            with suppress(OSError):
                if marker in (entry / "environ").read_bytes().split(b"\0"):
                    yield identify(int(entry.name))

    def _record(self, name: str) -> Path:
        return self._directory / f"{name}.json"

    def _write(self, name: str, identity: Identity) -> None:
        temporary = self._record(name).with_suffix(".new")
        temporary.write_text(json.dumps(asdict(identity)))
        temporary.replace(self._record(name))


def identify(pid: int) -> Identity:
    """The identity of a running process; one that has just ended gets one that is not alive."""
    return Identity(pid, _start_time(pid) or 0, _boot_id())


def send(identity: Identity, number: signal.Signals) -> bool:
    """Send a signal to exactly this process; tell whether it was there."""
    try:
        handle = os.pidfd_open(identity.pid)
    except ProcessLookupError:
        return False
    try:
        # Checked after opening: from here on the handle cannot mean another process.
        if not identity.alive:
            return False
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


def end(identities: Sequence[Identity], *, grace_s: float) -> None:
    """Ask processes to end, wait for all of them together, force those that remain."""
    asked = [identity for identity in identities if send(identity, signal.SIGTERM)]
    remaining = wait(asked, timeout_s=grace_s)
    for identity in remaining:
        send(identity, signal.SIGKILL)
    wait(remaining, timeout_s=10.0)


def wait(identities: Sequence[Identity], *, timeout_s: float) -> list[Identity]:
    """Wait until processes have ended; return those that still run after the time."""
    deadline = time.monotonic() + timeout_s
    remaining = []
    for identity in identities:
        try:
            handle = os.pidfd_open(identity.pid)
        except ProcessLookupError:
            continue
        try:
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            left_ms = max(0.0, deadline - time.monotonic()) * 1000
            if identity.known and not poll.poll(left_ms):
                remaining.append(identity)
        finally:
            os.close(handle)
    return remaining


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _start_time(pid: int) -> int | None:
    stat = _stat(pid)
    return int(stat[STARTTIME_FIELD]) if stat and stat[0] not in "ZX" else None


def _stat(pid: int) -> list[str]:
    """Return the fields of proc(5)'s stat behind the command's name; empty without a process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    # The name is in parentheses and may itself contain some.
    return stat.rpartition(")")[2].split()
