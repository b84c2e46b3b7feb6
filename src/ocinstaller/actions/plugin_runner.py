"""Makes the calls of the site's plug-ins that are due, and notes how they ended.

A call is claimed in one transaction, made outside of any, and settled in another. Whoever claims
gives a time by which it is settled; after it the call is due again, so that a server that dies
while a plug-in runs loses nothing. Calls for the same host and plug-in never run side by side.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import plugins, root_passwords
from ocinstaller.actions.context import Installation
from ocinstaller.actions.plugins import PluginCallView
from ocinstaller.drivers import plugins as driver
from ocinstaller.drivers.plugins import Result
from ocinstaller.model.errors import Conflict, OciError
from ocinstaller.model.plugins import CallState, Plugin, Step, arguments, pause_s
from ocinstaller.model.text import Text
from ocinstaller.store import queries
from ocinstaller.store.plugin_tables import PluginCall
from ocinstaller.store.tables import Machine

LOG = logging.getLogger(__name__)

_AT_ONCE = 4
_LOOK_S = 1.0
_NEVER = threading.Event()


@dataclass(frozen=True)
class _Claimed:
    """A call that is ours to make."""

    id: int
    serial: str
    plugin: Plugin
    step: Step
    arguments: tuple[str, ...]
    password: str


def call_now(
    oci: Installation,
    name: str,
    plugin: Plugin,
    step: Step,
    guard: Callable[[Callable[[Session], _Claimed]], Callable[[Session], _Claimed]],
) -> PluginCallView:
    """Call a plug-in for a machine and wait for its end; when it fails, it is repeated later.

    :param guard: adds the condition of the request to the transaction that notes the call
    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: the site has no such plug-in, the machine no host name, or one runs already
    """

    def noted(session: Session) -> _Claimed:
        plugins.check_enabled(oci, plugin)
        machine = queries.machine(session, name, lock=True)
        row = _noted(session, oci, machine, plugin, step)
        session.flush()
        if _runs(session, row):
            raise Conflict(
                Text(
                    "the {plugin} plug-in runs for {hostname}", plugin=plugin, hostname=row.hostname
                ),
                field="machine",
                value=name,
                allowed=Text("the same once it has ended: see machine-show"),
            )
        return _claimed(oci, row)

    claimed = oci.store.write(guard(noted))
    view = _make(oci, claimed, _NEVER)
    assert view is not None  # noqa: S101 - it was claimed a moment ago
    return view


def _noted(
    session: Session, oci: Installation, machine: Machine, plugin: Plugin, step: Step
) -> PluginCall:
    if plugin is Plugin.ROOT_PASSWORD and step is Step.CREATE:
        row = root_passwords.renew(session, oci, machine, CallState.WAITING)
    else:
        row = plugins.request(session, oci, machine, plugin, step)
    if row is None:
        raise Conflict(
            Text("machine {serial} belongs to no cluster", serial=machine.serial),
            field="machine",
            value=machine.serial,
            allowed=Text("a machine with a host name: see machine-list"),
        )
    return row


def _runs(session: Session, row: PluginCall) -> bool:
    """Tell whether another call for the same host and plug-in runs."""
    query = select(PluginCall.id).where(
        PluginCall.plugin == row.plugin,
        PluginCall.hostname == row.hostname,
        PluginCall.id != row.id,
        PluginCall.state == CallState.RUNNING,
        PluginCall.due_at > datetime.now(UTC),
    )
    return session.scalar(query.limit(1)) is not None


def _claimed(oci: Installation, row: PluginCall) -> _Claimed:
    now = datetime.now(UTC)
    row.state, row.attempts = CallState.RUNNING, row.attempts + 1
    row.tried_at, row.due_at = now, now + plugins.lease(oci.conf)
    plugin, step = Plugin(row.plugin), Step(row.step)
    return _Claimed(
        row.id,
        row.serial,
        plugin,
        step,
        arguments(plugin, step, plugins.host_of(row)),
        oci.vault.open(row.sealed_password) if row.sealed_password else "",
    )


def claim(oci: Installation, limit: int) -> list[_Claimed]:
    """Take calls that are due, the oldest first."""
    enabled = [plugin for plugin in Plugin if plugins.is_enabled(oci.conf, plugin)]
    due = (
        select(PluginCall)
        .where(
            PluginCall.due_at <= datetime.now(UTC),
            PluginCall.state.in_((CallState.WAITING, CallState.FAILING, CallState.RUNNING)),
            PluginCall.plugin.in_(enabled),
        )
        .order_by(PluginCall.id)
    )
    with oci.store.read() as session:
        if not enabled or session.scalar(due.limit(1)) is None:
            return []

    def work(session: Session) -> list[_Claimed]:
        found: list[_Claimed] = []
        for row in session.scalars(due.with_for_update(skip_locked=True)):
            if len(found) < limit and not _runs(session, row):
                found.append(_claimed(oci, row))
                session.flush()
        return found

    return oci.store.write(work)


def _make(oci: Installation, claimed: _Claimed, stop: threading.Event) -> PluginCallView | None:
    """Make a claimed call and note its end; None when its row is gone."""
    result = driver.call(
        plugins.program(oci.conf, claimed.plugin, claimed.step),
        claimed.arguments,
        secret=claimed.password,
        timeout_s=float(oci.conf.plugins.timeout_s),
        stop=stop,
    )
    if result.problem:
        LOG.warning(
            "plug-in failed",
            extra={
                "plugin": claimed.plugin, "step": claimed.step, "serial": claimed.serial,
                "reason": result.problem,
            },
        )  # fmt: skip
    return oci.store.write(lambda session: _settle(session, oci, claimed.id, result))


def _settle(
    session: Session, oci: Installation, number: int, result: Result
) -> PluginCallView | None:
    row = session.get(PluginCall, number, with_for_update=True, populate_existing=True)
    if row is None:
        return None
    row.exit_code, row.output, row.problem = result.exit_code, result.output, result.problem
    later = select(PluginCall.id).where(
        PluginCall.plugin == row.plugin, PluginCall.hostname == row.hostname, PluginCall.id > row.id
    )
    if not result.problem:
        row.state, row.sealed_password = CallState.DONE, None
    elif session.scalar(later.limit(1)) is not None:
        row.state, row.sealed_password = CallState.SUPERSEDED, None
    else:
        conf = oci.conf.plugins
        pause = pause_s(row.attempts, conf.retry_first_s, conf.retry_most_s)
        row.state, row.due_at = CallState.FAILING, datetime.now(UTC) + timedelta(seconds=pause)
    return plugins.view_of(row)


class PluginRunner:
    """Makes the calls of one server, some at once, until it is stopped."""

    def __init__(self, oci: Installation) -> None:
        self._oci = oci
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="plug-in")
        self._running: set[Future[PluginCallView | None]] = set()
        self._thread = threading.Thread(target=self._work, name="plug-ins", daemon=True)

    def start(self) -> None:
        """Begin; does nothing when the site has no plug-in."""
        if any(plugins.is_enabled(self._oci.conf, plugin) for plugin in Plugin):
            self._thread.start()

    def stop(self) -> None:
        """End the plug-ins that run, which are called again later, and return."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._pool.shutdown()

    def _work(self) -> None:
        while not self._stop.is_set():
            self._running = {future for future in self._running if not future.done()}
            try:
                for claimed in claim(self._oci, _AT_ONCE - len(self._running)):
                    self._running.add(self._pool.submit(self._make, claimed))
            except OciError as error:
                LOG.warning("plug-ins wait", extra={"reason": error.message})
            self._stop.wait(_LOOK_S)

    def _make(self, claimed: _Claimed) -> PluginCallView | None:
        try:
            return _make(self._oci, claimed, self._stop)
        except Exception:
            LOG.exception("the end of a plug-in's call was not noted; it will be repeated")
            return None
