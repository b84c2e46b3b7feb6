"""The agent of an installed system: says that it runs, then lets Puppet configure it, once."""

import configparser
import logging
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from pydantic import ValidationError

from ocinstaller.agent.backoff import jittered
from ocinstaller.agent.client import Client
from ocinstaller.agent.command import ENVIRONMENT, Run, run
from ocinstaller.agent.errors import AgentError, CommandError, SettingsError, Stopped
from ocinstaller.agent.events import Events
from ocinstaller.agent.files import write_atomically
from ocinstaller.agent.puppetlog import STEP, Follower, Write
from ocinstaller.agent.remotelog import RemoteLog
from ocinstaller.agent.trust import load_ca, load_key, tls_context
from ocinstaller.model.hardware import Serial
from ocinstaller.model.plan import InstallEvent
from ocinstaller.model.wire import Document, Text

_LOG = logging.getLogger(__name__)

MOST_RUNS = 5
"""Puppet runs until the configuration counts as failed; services of other machines may not be
there at the first."""

RUN_TIMEOUT_S = 3600.0
PAUSE_S = 10.0
"""Seconds between two runs."""

PUPPET = (
    "puppet",
    "agent",
    "--test",
    "--detailed-exitcodes",
    "--color=false",
    "--logdest=console",
    "--no-show_diff",
    "--evaltrace",
    "--waitforlock=10",
    "--maxwaitforlock=600",
)
"""One run in the foreground. Differences of files are not shown: they may be secrets."""

CERTIFICATE = (
    "puppet",
    "ssl",
    "bootstrap",
    "--color=false",
    "--waitforcert=10",
    "--maxwaitforcert=120",
    "--http_keepalive_timeout=0",
)
"""Gets the machine's certificate, or finds that it is there.

Over a new connection for each request: on one that is kept, Ruby's client finds the session ticket
that TLS 1.3 sends after an answer, waits for data behind it, and so for the 30 s after which
puppetserver closes the connection."""

GOOD_STATUSES = frozenset({0, 2})
"""Nothing to change, and changed without failures (puppet-agent(8), --detailed-exitcodes)."""

_LAST_LINES = 10
_LOG_TAIL_BYTES = 64 * 1024
_POLL_S = 0.5
_KILL_AFTER_S = 30.0
_LAST_LINES_S = 10.0
"""What is left of the log gets this long to reach the server when all is done."""


class InstalledConfig(Document):
    """Content of `/etc/oci/agent.json`, which the server put into the plan."""

    url: str
    ca_file: str
    serial: Serial
    plan_id: Text


@dataclass(frozen=True, slots=True)
class System:
    """The installed system: where its files are and how its programs are started."""

    root: Path = Path("/")
    environment: Mapping[str, str] = field(default_factory=lambda: dict(ENVIRONMENT))
    run: Run = run
    pause_s: float = PAUSE_S

    @property
    def config(self) -> Path:
        """The agent's configuration."""
        return self.root / "etc/oci/agent.json"

    @property
    def key(self) -> Path:
        """The machine's key."""
        return self.root / "etc/oci/agent.key"

    @property
    def stamp(self) -> Path:
        """Exists once Puppet has succeeded."""
        return self.root / "var/lib/oci/first-boot-done"

    @property
    def logs(self) -> Path:
        """Directory of the output of Puppet's runs."""
        return self.root / "var/log/oci"

    @property
    def rings(self) -> Path:
        """Directory of Swift's rings."""
        return self.root / "etc/swift"

    @property
    def puppet_conf(self) -> Path:
        """Puppet's configuration."""
        return self.root / "etc/puppet/puppet.conf"


def start(stop: Event, system: System | None = None) -> int:
    """Report the start and configure the system if that was not done yet.

    Return the exit status: 0 when the system is configured, 1 when Puppet failed.
    """
    system = system or System()
    config, client = connect(system)
    events = Events(client, config.serial, stop)
    try:
        _announce(events, InstallEvent.BOOTED, config.plan_id)
        if system.stamp.exists() or not has_puppet_server(system.puppet_conf):
            return 0
        with RemoteLog(client, config.serial, config.plan_id) as log:
            status = _first_boot(events, config.plan_id, system, stop, log)
            log.close(_LAST_LINES_S)
            return status
    except Stopped:
        return 0


def _first_boot(events: Events, plan_id: str, system: System, stop: Event, log: RemoteLog) -> int:
    _announce(events, InstallEvent.PUPPET_RUNNING, plan_id)
    system.logs.mkdir(parents=True, exist_ok=True, mode=0o750)
    reason = ""
    failed = 0
    while failed < MOST_RUNS:
        number = failed + 1
        log.write(STEP, f"run {number} of at most {MOST_RUNS}", "info")
        reason = _certificate_and_run(system, number, stop, log.write)
        if not reason:
            _announce(events, InstallEvent.PUPPET_SUCCESS, plan_id)
            system.stamp.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(system.stamp, b"", mode=0o644)
            _enable_puppet(system.run)
            return 0
        _LOG.warning("Puppet run %d of %d: %s", number, MOST_RUNS, reason)
        if log.server_is_away:
            _wait_for_server(log, system, stop)
            continue
        failed = number
        if failed < MOST_RUNS:
            stop.wait(jittered(system.pause_s))
    _announce(events, InstallEvent.PUPPET_FAILURE, plan_id, reason)
    return 1


def _wait_for_server(log: RemoteLog, system: System, stop: Event) -> None:
    """Wait until the server is back: without it Puppet gets neither certificate nor classes."""
    log.write(STEP, "the server was away: this run does not count", "warning")
    while log.server_is_away:
        if stop.wait(jittered(system.pause_s)):
            raise Stopped("asked to stop")


def _certificate_and_run(system: System, number: int, stop: Event, write: Write) -> str:
    """Return why Puppet failed, empty when it did not."""
    environment, logs = system.environment, system.logs
    return _puppet(
        CERTIFICATE, logs / "puppet-certificate.log", environment, stop, write
    ) or puppet_run(logs / f"puppet-run-{number}.log", environment, stop, write)


def _announce(events: Events, event: InstallEvent, plan_id: str, reason: str = "") -> None:
    """Send an event; a server that refuses it for good must not stop the configuration."""
    try:
        events.send(event, plan_id, reason)
    except Stopped:
        raise
    except AgentError as error:
        _LOG.error("the server does not take the event %s: %s", event.value, error)


def puppet_run(log: Path, environment: Mapping[str, str], stop: Event, write: Write) -> str:
    """Run Puppet once, its output in `log`; return why it failed, empty when it did not.

    :param write: takes what happens meanwhile

    :raises Stopped: the agent was asked to stop
    """
    return _puppet(PUPPET, log, environment, stop, write)


def _puppet(
    argv: Sequence[str], log: Path, environment: Mapping[str, str], stop: Event, write: Write
) -> str:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    os.fchmod(descriptor, 0o600)
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=subprocess.STDOUT,
            env=dict(environment),
        )
    except OSError as error:
        return f"puppet could not be started: {error}"
    finally:
        os.close(descriptor)
    follower = Follower(log, write)
    status = _wait(process, stop, follower)
    follower.follow()
    if status in GOOD_STATUSES:
        return ""
    ending = "did not end in time" if status is None else f"ended with status {status}"
    return f"puppet {ending}: {last_errors(_tail(log))}"


def _wait(process: subprocess.Popen[bytes], stop: Event, follower: Follower) -> int | None:
    """Return the exit status, None when time ran out."""
    left = RUN_TIMEOUT_S
    while left > 0 and not stop.is_set():
        try:
            return process.wait(_POLL_S)
        except subprocess.TimeoutExpired:
            left -= _POLL_S
            follower.follow()
    process.terminate()
    try:
        process.wait(_KILL_AFTER_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if stop.is_set():
        raise Stopped("asked to stop")
    return None


def last_errors(output: str) -> str:
    """Return the last error lines of Puppet's output, else its last lines."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("Error:")]
    return "; ".join((errors or lines)[-_LAST_LINES:]) or "no output"


def _tail(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _LOG_TAIL_BYTES))
        return file.read().decode(errors="replace")


def has_puppet_server(path: Path) -> bool:
    """Tell whether Puppet's configuration names a server."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return False
    return any(parser.get(section, "server", fallback="") for section in ("main", "agent"))


def _enable_puppet(run: Run) -> None:
    try:
        run(("systemctl", "enable", "--now", "puppet.service"), 120.0)
    except CommandError as error:
        _LOG.error("Puppet's service could not be enabled: %s", error)


def connect(system: System) -> tuple[InstalledConfig, Client]:
    """Return the agent's configuration and a client of the server that it names.

    :raises SettingsError: the configuration cannot be read
    """
    config = _load(system.config)
    tls = tls_context(load_ca(Path(config.ca_file)))
    return config, Client(config.url, tls, load_key(system.key))


def _load(path: Path) -> InstalledConfig:
    try:
        return InstalledConfig.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SettingsError(str(path), "", f"a readable file: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(str(path), where, first["msg"]) from error
