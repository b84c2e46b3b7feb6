"""The agent of the live system: reports and does what the server answers.

It never ends by itself: whatever goes wrong is logged, and the next report follows.
"""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from ssl import SSLContext
from threading import Event

from ocinstaller.agent import bmc
from ocinstaller.agent.backoff import delays, jittered
from ocinstaller.agent.client import Client
from ocinstaller.agent.command import run
from ocinstaller.agent.errors import AgentError, InstallError, Stopped
from ocinstaller.agent.events import Events
from ocinstaller.agent.install import Machine, install
from ocinstaller.agent.inventory import Inventory, efi
from ocinstaller.agent.inventory.source import Source
from ocinstaller.agent.orders import Log, Worker, obey
from ocinstaller.agent.remotelog import RemoteLog
from ocinstaller.agent.settings import Settings, command_line, parse
from ocinstaller.agent.trust import download_ca, load_or_make_key, tls_context
from ocinstaller.agent.wipe import wipe
from ocinstaller.model.hardware import Failure
from ocinstaller.model.orders import Order, OrderKind
from ocinstaller.model.plan import Directive, DirectiveKind, InstallEvent, InstallPlan

_LOG = logging.getLogger(__name__)

KEY_FILE = Path("/run/oci/agent.key")
TARGET = Path("/run/oci/target")
"""Where the target's file systems are mounted during an installation."""

LAST_LINES_S = 30.0
"""Seconds that the last lines of the log get to arrive."""


class LiveAgent:
    """One machine's agent while it runs the live system."""

    def __init__(self, settings: Settings, stop: Event, key_file: Path = KEY_FILE) -> None:
        self._settings = settings
        self._stop = stop
        self._key_file = key_file
        self._source = Source(container=settings.container, disks=settings.disks)
        self._inventory = Inventory(self._source, settings.serial)
        self._client: Client | None = None
        self._tls: SSLContext | None = None
        self._known_failures: tuple[Failure, ...] = ()

    def run(self) -> None:
        """Report until asked to stop."""
        self._inventory.switch_on_interfaces()
        waits = delays()
        while not self._stop.is_set():
            try:
                seconds = jittered(self._turn())
                waits = delays()
            except Stopped:
                return
            except Exception as error:
                seconds = _after(error, waits)
            self._stop.wait(seconds)

    def _turn(self) -> float:
        """Report once and do what is answered; return the seconds until the next report."""
        client = self._connected()
        report = self._inventory.report()
        self._log_failures(report.failures)
        directive = client.report(report)
        _LOG.info("reported as %s, answered %s", report.serial, directive.kind.value)
        self._obey(directive, client, report.serial)
        return directive.interval_s

    def _log_failures(self, failures: tuple[Failure, ...]) -> None:
        """Write failing collectors to the journal, once for as long as they stay the same."""
        for failure in failures:
            if failure not in self._known_failures:
                _LOG.warning("collector %s: %s", failure.collector, failure.reason)
        self._known_failures = failures

    def _connected(self) -> Client:
        """Make the client; the CA is downloaded once."""
        if self._client is None:
            ca = download_ca(self._settings.ca_url, self._settings.ca_sha256)
            key = load_or_make_key(self._key_file)
            self._tls = tls_context(ca)
            nonce = self._settings.boot_nonce
            self._client = Client(self._settings.url, self._tls, key, nonce)
        return self._client

    def _obey(self, directive: Directive, client: Client, serial: str) -> None:
        if directive.kind is DirectiveKind.REBOOT:
            reboot()
        elif directive.kind is DirectiveKind.INSTALL:
            plan = client.plan(serial)
            if self._install(plan, client, serial):
                reboot()
        elif directive.kind is DirectiveKind.ORDER:
            obey(client, serial, self._stop, self._workers())

    def _workers(self) -> Mapping[OrderKind, Worker]:
        """Return who carries out which orders."""
        return {
            OrderKind.WIPE: lambda _order, log: wipe(self._inventory.disks(), log, self._stop),
            OrderKind.BMC: self._program_bmc,
        }

    def _program_bmc(self, order: Order, log: Log) -> None:
        if self._source.container or order.bmc is None:
            raise InstallError("a container has no BMC of its own")
        bmc.program(order.bmc, self._source, log)

    def _install(self, plan: InstallPlan, client: Client, serial: str) -> bool:
        """Carry the plan out; return whether the server knows that it is done."""
        events = Events(client, serial, self._stop)
        events.send(InstallEvent.STARTED, plan.plan_id)
        with RemoteLog(client, serial, plan.plan_id) as log:
            machine = Machine(
                serial=serial,
                firmware=efi.mode(self._source),
                disks=self._settings.disks,
                key_file=self._key_file,
                target=TARGET,
                tls=self._tls,
            )
            try:
                install(plan, machine, log.write, self._stop)
            except Stopped:
                raise
            except Exception as error:
                reason = _reason(error)
                log.write("failed", reason, "error")
                log.close(LAST_LINES_S)
                events.send(InstallEvent.FAILED, plan.plan_id, reason)
                return False
            log.close(LAST_LINES_S)
        events.send(InstallEvent.INSTALLED, plan.plan_id)
        return True


def start(stop: Event) -> int:
    """Run the live agent until `stop` is set; return the exit status.

    :raises SettingsError: the kernel command line is wrong, which only a restart can change
    """
    text, container = command_line(Path("/"))
    LiveAgent(parse(text, container=container), stop).run()
    return 0


def reboot() -> None:
    """Restart the machine in the orderly way."""
    _LOG.info("restarting the machine")
    run(("systemctl", "reboot"), 60.0)


def _after(error: Exception, waits: Iterator[float]) -> float:
    """Log an error; return the seconds to wait."""
    seconds = next(waits)
    _LOG.error("%s; trying again in %.0f s", _reason(error), seconds)
    if not isinstance(error, AgentError):
        _LOG.error("this should not happen", exc_info=error)
    return seconds


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, AgentError) else f"{type(error).__name__}: {error}"
