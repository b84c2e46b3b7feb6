"""This machine's turn in a roll-out of certificates: `certificate-turn`, every 30 seconds.

Takes the new certificates, lets Puppet hand them to the services, looks at every port. When one
does not show its new certificate, the previous files come back and Puppet runs again. The copies of
the previous files are made once and stay until the server knows how it ended, so that a kill or a
power cut at any point costs a repetition only.
"""

import fcntl
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event

from ocinstaller.agent import certificates, tlsports
from ocinstaller.agent.client import Client
from ocinstaller.agent.errors import AgentError
from ocinstaller.agent.files import write_atomically
from ocinstaller.agent.installed import System, connect, puppet_run
from ocinstaller.model.certificate_wire import CertificateTurn, TurnResult
from ocinstaller.model.plan import TargetFile
from ocinstaller.model.wire import Document

_LOG = logging.getLogger(__name__)

SETTLE_S = 180.0
"""How long services get to show their new certificates after Puppet's run."""
_PAUSE_S = 2.0
_REASON_LENGTH = 1900


class _Kept(Document):
    """A file as it was: its place and mode, None when it was not there."""

    path: str
    mode: int | None


class _Copies(Document):
    """The files of which there are copies, in the order of the copies' numbers."""

    rollout: int
    files: tuple[_Kept, ...]


@dataclass(frozen=True)
class Patience:
    """How long to wait for services, and how often to look."""

    settle_s: float = SETTLE_S
    pause_s: float = _PAUSE_S


def start(stop: Event, system: System | None = None, patience: Patience | None = None) -> int:
    """Ask whether it is this machine's turn and, if so, take it.

    :raises AgentError: the server cannot be reached or refuses; the next start goes on
    """
    system = system or System()
    config, client = connect(system)
    with _alone(system):
        turn = client.certificate_turn(config.serial)
        before = _Before(system)
        if not turn.due:
            before.forget()
            return 0
        if not before.exists(turn.rollout):
            before.forget()
        reason = before.failure
        if not reason:
            reason = _take(
                turn, client, config.serial, system, stop, patience or Patience(), before
            )
        if reason:
            _LOG.error("taking the previous certificates back: %s", reason)
            before.note_failure(reason)
            before.restore()
            reason += _hand_over(system, stop, " (with the previous certificates: {})")
        result = TurnResult(
            serial=config.serial,
            rollout=turn.rollout,
            success=not reason,
            reason=reason[:_REASON_LENGTH],
        )
        client.turn_ended(result)
        before.forget()
    return 1 if reason else 0


def _take(
    turn: CertificateTurn,
    client: Client,
    serial: str,
    system: System,
    stop: Event,
    patience: Patience,
    before: "_Before",
) -> str:
    """Return why the new certificates cannot stay; empty when they can."""
    files = client.certificates(serial).files
    if turn.api_only:
        own = {endpoint.file for endpoint in turn.endpoints}
        files = tuple(f for f in files if f.path in own or certificates.is_authority(f.path))
    before.keep(turn.rollout, files)
    try:
        certificates.write(system, files)
    except (OSError, AgentError) as error:
        return f"the certificates could not be written: {error}"
    if reason := _hand_over(system, stop, "{}"):
        return reason
    content = {file.path: file.content for file in files}
    end = time.monotonic() + patience.settle_s
    while True:
        faults = [fault for fault in _faults(turn, content) if fault]
        if not faults or time.monotonic() >= end:
            return "; ".join(faults)
        stop.wait(patience.pause_s)
        if stop.is_set():
            raise AgentError("asked to stop; the next start goes on")


def _faults(turn: CertificateTurn, content: dict[str, str]) -> Iterator[str]:
    for endpoint in turn.endpoints:
        try:
            expected = tlsports.first_certificate(content[endpoint.file])
        except (KeyError, ValueError):
            yield f"{endpoint.service}: the server sent no certificate as {endpoint.file}"
            continue
        yield tlsports.fault(endpoint, turn.authorities, expected)


def _hand_over(system: System, stop: Event, text: str) -> str:
    """Let Puppet copy the files to the services and restart those; return why it failed."""
    system.logs.mkdir(parents=True, exist_ok=True, mode=0o750)
    log = system.logs / "puppet-certificates.log"
    reason = puppet_run(log, system.environment, stop, lambda *_: None)
    return text.format(reason) if reason else ""


@contextmanager
def _alone(system: System) -> Iterator[None]:
    """Keep the daily look for certificates and this apart."""
    with certificates.lock(system).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class _Before:
    """The files as they were before the turn, and whether it has failed already."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._directory = system.root / "var/lib/oci/certificates-before"
        self._list = self._directory / "list.json"
        self._failure = self._directory / "failure"

    def exists(self, rollout: int) -> bool:
        """Tell whether the copies of this roll-out are complete."""
        return self._list.is_file() and self._read().rollout == rollout

    @property
    def failure(self) -> str:
        """Why the turn failed; empty while it has not."""
        return self._failure.read_text(encoding="utf-8") if self._failure.is_file() else ""

    def note_failure(self, reason: str) -> None:
        """Keep going back even when it is interrupted."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(self._failure, reason.encode(), mode=0o600)

    def keep(self, rollout: int, files: tuple[TargetFile, ...]) -> None:
        """Copy what the files are now, once for each roll-out; the list comes last."""
        if self.exists(rollout):
            return
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept: list[_Kept] = []
        for number, file in enumerate(files):
            path = certificates.place_of(self._system, file.path)
            mode = path.stat().st_mode & 0o7777 if path.is_file() else None
            if mode is not None:
                write_atomically(self._directory / str(number), path.read_bytes(), mode=0o600)
            kept.append(_Kept(path=file.path, mode=mode))
        text = _Copies(rollout=rollout, files=tuple(kept)).model_dump_json()
        write_atomically(self._list, text.encode(), mode=0o600)

    def restore(self) -> None:
        """Write every file as it was; those that were not there go."""
        if not self._list.is_file():
            return
        authorities = False
        for number, kept in enumerate(self._read().files):
            path = certificates.place_of(self._system, kept.path)
            if kept.mode is None:
                changed = path.is_file()
                path.unlink(missing_ok=True)
            else:
                content = (self._directory / str(number)).read_bytes()
                changed = not path.is_file() or path.read_bytes() != content
                if changed:
                    write_atomically(path, content, mode=kept.mode)
            authorities |= changed and certificates.is_authority(kept.path)
        if authorities:
            certificates.update_authorities(self._system)

    def forget(self) -> None:
        """Delete the copies: they are keys."""
        self._list.unlink(missing_ok=True)
        if self._directory.is_dir():
            shutil.rmtree(self._directory)

    def _read(self) -> _Copies:
        return _Copies.model_validate_json(self._list.read_bytes())
