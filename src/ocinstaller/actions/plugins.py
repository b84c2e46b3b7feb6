"""Calls of the site's plug-ins: noted with the decision that they follow, made by the runner.

A call is a row of the same transaction as what it follows, so that neither a crash of the server
nor a plug-in that fails loses it. Plug-ins are called at least once: a call that the server did not
see the end of is repeated.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from oslo_config import cfg
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation
from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.plugins import (
    OPEN_STATES,
    CallState,
    Host,
    Plugin,
    Step,
    arguments,
    switch_of,
)
from ocinstaller.model.text import Text
from ocinstaller.store import queries
from ocinstaller.store.engine import Store
from ocinstaller.store.plugin_tables import PluginCall
from ocinstaller.store.tables import Machine

_SWITCHES = {
    Plugin.DNS: ("dns_plugin", "call_dns_shell_script", "dns"),
    Plugin.MONITORING: ("monitoring_plugin", "call_monitoring_plugin", "monitoring"),
    Plugin.ROOT_PASSWORD: ("root_pass_plugin", "call_root_password_change", "root_password"),
}
"""Section, option that switches it on, and how the names of its programs' options begin."""

_SHOWN_HOSTS = 10
_KEPT_CALLS = 5
"""Calls at their end that are kept for each machine and plug-in."""


@dataclass(frozen=True)
class PluginCallView:
    """A call of a plug-in as operators see it."""

    plugin: str
    step: str
    state: str
    hostname: str
    command: list[str]
    attempts: int
    requested_at: datetime
    tried_at: datetime | None
    next_try_at: datetime | None
    """None when there is none, or it waits for something else than time."""
    exit_code: int | None
    problem: str
    output: str


def is_enabled(conf: cfg.ConfigOpts, plugin: Plugin) -> bool:
    """Tell whether the site has a plug-in."""
    section, switch, _prefix = _SWITCHES[plugin]
    return bool(conf[section][switch])


def program(conf: cfg.ConfigOpts, plugin: Plugin, step: Step) -> str:
    """Return the path of a plug-in's program."""
    section, _switch, prefix = _SWITCHES[plugin]
    return str(conf[section][f"{prefix}_{step}_script_path"])


def request(
    session: Session,
    oci: Installation,
    machine: Machine,
    plugin: Plugin,
    step: Step,
    *,
    password: str = "",
    state: CallState = CallState.WAITING,
) -> PluginCall | None:
    """Note that a plug-in is to be called for a machine; None when the site has no such plug-in.

    What was noted for the same host and plug-in before, and has not succeeded, is not done anymore.

    :param password: what the plug-in gets on its standard input
    :param state: `HELD` for a call that `release` lets go
    """
    if machine.hostname is None or not is_enabled(oci.conf, plugin):
        return None
    supersede(session, plugin, machine.hostname)
    now = datetime.now(UTC)
    row = PluginCall(
        machine_id=machine.id,
        serial=machine.serial,
        plugin=plugin,
        step=step,
        hostname=machine.hostname,
        ip_address=queries.management_address(machine),
        role=machine.role or "",
        switch_hostname=switch_of(HardwareReport.model_validate(machine.hardware)),
        sealed_password=oci.vault.seal(password) if password else None,
        state=state,
        due_at=now,
        attempts=0,
        requested_at=now,
        problem="",
        output="",
    )
    session.add(row)
    _forget_old(session, machine.serial, plugin)
    return row


def supersede(session: Session, plugin: Plugin, hostname: str) -> None:
    """Let calls for a host that have not succeeded be; one that runs ends as it will."""
    for row in session.scalars(_open_calls(plugin, hostname)):
        if row.state != CallState.RUNNING:
            row.state, row.sealed_password = CallState.SUPERSEDED, None


def enrolled(session: Session, oci: Installation, machine: Machine) -> None:
    """Note what follows an enrolment."""
    request(session, oci, machine, Plugin.DNS, Step.CREATE)


def leaving(session: Session, oci: Installation, machine: Machine) -> None:
    """Note what follows a removal; called while the machine still has its name and addresses."""
    for plugin in (Plugin.MONITORING, Plugin.ROOT_PASSWORD, Plugin.DNS):
        request(session, oci, machine, plugin, Step.DELETE)
    machine.root_password_hash = None


def installed(session: Session, machine: Machine) -> None:
    """Let the calls go that waited for the machine to be installed."""
    query = select(PluginCall).where(
        PluginCall.machine_id == machine.id, PluginCall.state == CallState.HELD
    )
    for row in session.scalars(query):
        row.state, row.due_at = CallState.WAITING, datetime.now(UTC)


def configured(session: Session, oci: Installation, machine: Machine) -> None:
    """Note what follows a successful Puppet run, unless it was noted for this host already."""
    query = (
        select(PluginCall)
        .where(PluginCall.hostname == machine.hostname, PluginCall.plugin == Plugin.MONITORING)
        .order_by(PluginCall.id.desc())
        .limit(1)
    )
    last = session.scalar(query)
    if last is None or last.step != Step.CREATE or last.state == CallState.SUPERSEDED:
        request(session, oci, machine, Plugin.MONITORING, Step.CREATE)


def passed_on(session: Session, old: Machine, new: Machine) -> None:
    """Let another machine take a machine's calls together with its name."""
    for row in session.scalars(select(PluginCall).where(PluginCall.machine_id == old.id)):
        row.machine_id, row.serial = new.id, new.serial


def retry(session: Session, name: str) -> list[PluginCallView]:
    """Have the calls of a machine that failed repeated now.

    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: none of them failed
    """
    machine = queries.machine(session, name, lock=True)
    query = select(PluginCall).where(
        PluginCall.serial == machine.serial, PluginCall.state == CallState.FAILING
    )
    failing = session.scalars(query).all()
    if not failing:
        raise Conflict(
            Text("no plug-in failed for machine {name}", name=name),
            field="machine",
            value=name,
            allowed=Text("a machine with failing calls: see machine-show"),
        )
    for row in failing:
        row.due_at = datetime.now(UTC)
    return views(session, machine.serial)


def views(session: Session, serial: str) -> list[PluginCallView]:
    """Return the calls for a machine, the newest first."""
    query = select(PluginCall).where(PluginCall.serial == serial).order_by(PluginCall.id.desc())
    return [view_of(row) for row in session.scalars(query)]


def view_of(row: PluginCall) -> PluginCallView:
    """Return a call as operators see it."""
    waits = row.state in (CallState.WAITING, CallState.FAILING)
    return PluginCallView(
        plugin=row.plugin,
        step=row.step,
        state=row.state,
        hostname=row.hostname,
        command=list(arguments(Plugin(row.plugin), Step(row.step), host_of(row))),
        attempts=row.attempts,
        requested_at=row.requested_at,
        tried_at=row.tried_at,
        next_try_at=row.due_at if waits else None,
        exit_code=row.exit_code,
        problem=row.problem,
        output=row.output,
    )


def host_of(row: PluginCall) -> Host:
    """Return what a call tells about its machine."""
    return Host(row.hostname, row.ip_address, row.role, row.switch_hostname)


def failing_hosts(store: Store, plugin: Plugin) -> list[str]:
    """Return the host names of some machines for which a plug-in fails, the longest first."""
    query = select(PluginCall.hostname).where(
        PluginCall.plugin == plugin, PluginCall.state == CallState.FAILING
    )
    with store.read() as session:
        return list(session.scalars(query.order_by(PluginCall.id).limit(_SHOWN_HOSTS)))


def check_enabled(oci: Installation, plugin: Plugin) -> None:
    """Refuse to call what the site does not have.

    :raises Conflict: naming the option
    """
    section, switch, _prefix = _SWITCHES[plugin]
    if not is_enabled(oci.conf, plugin):
        raise Conflict(
            Text("the site has no {plugin} plug-in", plugin=plugin),
            field=f"{section}.{switch}",
            value="no",
            allowed=Text(
                "{switch} = yes in section [{section}] of the server's configuration",
                switch=switch,
                section=section,
            ),
        )


def lease(conf: cfg.ConfigOpts) -> timedelta:
    """Return after which time a call that runs is taken for lost."""
    return timedelta(seconds=2 * int(conf.plugins.timeout_s))


def _open_calls(plugin: str, hostname: str) -> Select[tuple[PluginCall]]:
    return select(PluginCall).where(
        PluginCall.plugin == plugin,
        PluginCall.hostname == hostname,
        PluginCall.state.in_(OPEN_STATES),
    )


def _forget_old(session: Session, serial: str, plugin: Plugin) -> None:
    query = (
        select(PluginCall)
        .where(PluginCall.serial == serial, PluginCall.plugin == plugin)
        .where(PluginCall.state.not_in(OPEN_STATES))
        .order_by(PluginCall.id.desc())
        .offset(_KEPT_CALLS)
    )
    for row in session.scalars(query).all():
        session.delete(row)
