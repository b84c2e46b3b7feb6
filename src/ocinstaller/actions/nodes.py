"""What machines say: reports, events and log lines, and what they are told to do.

A machine's first report binds its serial number to the key that its agent made. Later reports
need that key. A machine that starts the live system anew has lost it; it may bind another one
with the nonce that the server put into the boot entry for one of its hardware addresses.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from ocinstaller.actions import credentials, order_queue, plugins, same_serial
from ocinstaller.actions.context import Installation
from ocinstaller.model.errors import Conflict, Forbidden
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.orders import AGENT_KINDS
from ocinstaller.model.plan import (
    Directive,
    DirectiveKind,
    EventReport,
    InstallEvent,
)
from ocinstaller.model.states import (
    LOCAL_BOOT_STATES,
    TRANSITIONS,
    Event,
    PuppetStatus,
    State,
    next_state,
)
from ocinstaller.store.tables import BootOffer, Machine, MachineMac, MachineReport

LOG = logging.getLogger(__name__)

NO_KEY = ""
"""Key digest of a machine that only agents without keys have reported; equals no digest."""

_PUPPET = {
    InstallEvent.PUPPET_RUNNING: PuppetStatus.RUNNING,
    InstallEvent.PUPPET_SUCCESS: PuppetStatus.SUCCESS,
    InstallEvent.PUPPET_FAILURE: PuppetStatus.FAILURE,
}


@dataclass(frozen=True)
class SentReport:
    """What is known of a report before it is read."""

    digest: str
    """SHA-256 of its bytes; they contain the serial number."""
    key: str
    """Empty for an agent that has none."""
    peer: str


_LAST_REPORTS = select(
    Machine.report_digest,
    Machine.id,
    Machine.key_digest,
    Machine.status,
    Machine.cluster_id,
    Machine.ipaddr,
    Machine.dhcp_ip,
    Machine.open_order,
).where(Machine.report_digest.in_(bindparam("digests", expanding=True)))


def unchanged_reports(oci: Installation, reports: Sequence[SentReport]) -> list[Directive | None]:
    """Answer the reports that say what their machines' last ones said; None for the others.

    One look at an index for all of them, whatever the size of reports and fleet; only the times
    are noted.
    """
    with oci.store.read() as session:
        digests = [report.digest for report in reports]
        rows = {row[0]: row for row in session.execute(_LAST_REPORTS, {"digests": digests})}
    answers: list[Directive | None] = []
    for report in reports:
        row = rows.get(report.digest)
        if row is None or not _is_repeated(row, report):
            answers.append(None)
        else:
            oci.sightings.record(row.id)
            answers.append(_directive(oci, row.status, enrolled=row.cluster_id is not None))
    return answers


def _is_repeated(row: Row[Any], report: SentReport) -> bool:
    """Tell whether reading the report would change nothing: same sender, same place, same state."""
    digest = credentials.token_digest(report.key) if report.key else NO_KEY
    return (
        credentials.same(row.key_digest, digest)
        and row.open_order is None
        and TRANSITIONS.get((State(row.status), Event.REPORTED)) == row.status
        and {row.ipaddr, row.dhcp_ip} == {report.peer}
    )


def receive_report(
    session: Session,
    oci: Installation,
    report: HardwareReport,
    key: str,
    nonce: str,
    peer: str,
    digest: str | None = None,
) -> Directive:
    """Store a hardware report and answer what the machine is to do.

    :param key: the agent's key
    :param nonce: of the boot entry; empty when the agent was not started by one
    :param peer: address that the report came from
    :param digest: SHA-256 of the report's bytes, to know them again
    :raises Forbidden: the key is not that of this machine, a hardware address is another
        machine's, or an unknown machine is not in a trusted network
    :raises SameSerial: the serial number is that of another machine
    """
    now = datetime.now(UTC)
    macs = {nic.mac for nic in report.nics}
    new_key = False
    machine = session.scalar(
        select(Machine).where(Machine.serial == report.serial).with_for_update()
    )
    check_macs(session, machine, macs)
    if machine is None:
        machine = _introduce(session, oci, report, key, peer, now)
    elif not credentials.same(machine.key_digest, credentials.token_digest(key)):
        same_serial.check(machine, macs, peer)
        if not _may_bind_first_key(oci, machine, peer):
            _use_offer(session, machine, nonce, macs)
        machine.key_digest, new_key = credentials.token_digest(key), True
        LOG.info("machine bound a new key", extra={"serial": machine.serial, "peer": peer})
    machine.last_seen, machine.dhcp_ip, machine.ipaddr = now, peer, peer
    machine.report_counter += 1
    if not order_queue.restarted(session, machine, new_key=new_key):
        return Directive(kind=DirectiveKind.REBOOT, interval_s=oci.conf.server.report_interval)
    store_report(machine, report, digest)
    return directive_of(oci, machine)


def directive_of(oci: Installation, machine: Machine) -> Directive:
    """Return what a machine that has just reported is to do."""
    if machine.status == State.LIVE and machine.open_order in AGENT_KINDS:
        return Directive(kind=DirectiveKind.ORDER, interval_s=oci.conf.server.ready_interval)
    return _directive(oci, machine.status, enrolled=machine.cluster_id is not None)


def store_report(machine: Machine, report: HardwareReport, digest: str | None) -> None:
    """Let the machine be what the report says, and be where its report moves it.

    :raises WrongState: the machine's state allows no report
    """
    machine.status = next_state(State(machine.status), Event.REPORTED)
    _store_hardware(machine, report)
    machine.product_name, machine.memory_mib = report.product.name, report.memory_mib
    machine.report_digest = digest
    _store_macs(machine, {nic.mac for nic in report.nics})


def check_macs(session: Session, machine: Machine | None, macs: set[str]) -> None:
    """Refuse hardware addresses that belong to another machine.

    :raises Forbidden: naming that machine
    """
    owner = session.scalar(
        select(Machine)
        .join(MachineMac, MachineMac.machine_id == Machine.id)
        .where(MachineMac.mac.in_(macs), Machine.id != (machine.id if machine else 0))
        .limit(1)
    )
    if owner is not None:
        raise Forbidden(
            f"a hardware address of this report belongs to machine {owner.serial}",
            field="nics",
            value=", ".join(sorted(macs)),
            allowed="hardware addresses of one machine only; use machine-destroy for an old one",
        )


def check_trusted(oci: Installation, peer: str) -> None:
    """Refuse whoever is not in a network from which unknown machines may introduce themselves.

    :raises Forbidden: naming the networks
    """
    trusted = [ip_network(text.strip(), strict=False) for text in oci.conf.network.TRUSTED_NETWORKS]
    if not any(ip_address(peer) in network for network in trusted):
        raise Forbidden(
            f"{peer} is not in a trusted network",
            field="address",
            value=peer,
            allowed=", ".join(map(str, trusted)),
        )


def _introduce(
    session: Session, oci: Installation, report: HardwareReport, key: str, peer: str, now: datetime
) -> Machine:
    check_trusted(oci, peer)
    LOG.info("machine introduced itself", extra={"serial": report.serial, "peer": peer})
    return new_machine(session, report.serial, credentials.token_digest(key), now)


def new_machine(session: Session, serial: str, key_digest: str, now: datetime) -> Machine:
    """Return a machine that nobody knew, in the live system, before its first report is stored."""
    machine = Machine(
        serial=serial,
        status=State.LIVE,
        puppet_status=PuppetStatus.NOT_RUN,
        status_reason="",
        product_name="",
        memory_mib=0,
        key_digest=key_digest,
        first_seen=now,
        last_seen=now,
        report_counter=0,
        bootstrap=False,
    )
    session.add(machine)
    return machine


def _may_bind_first_key(oci: Installation, machine: Machine, peer: str) -> bool:
    """Tell whether a machine that has no key yet may bind one as an unknown machine may.

    Not when it is enrolled: then somebody relies on it, and only a start that this server offered
    to one of its hardware addresses proves that it is the one.
    """
    if machine.key_digest != NO_KEY or machine.cluster_id is not None:
        return False
    check_trusted(oci, peer)
    return True


def _use_offer(session: Session, machine: Machine, nonce: str, macs: set[str]) -> None:
    """Use the offer of a start up that lets the machine bind another key.

    :raises Forbidden: there is none with this nonce
    """
    digest = credentials.token_digest(nonce)
    offers = session.scalars(select(BootOffer).where(BootOffer.mac.in_(macs)))
    offer = next((o for o in offers if credentials.same(o.nonce_digest, digest)), None)
    if offer is None:
        raise Forbidden(
            f"the key is not that of machine {machine.serial}",
            field="Authorization",
            value="(not shown)",
            allowed="the key of its first report, or a start from the network through this server",
        )
    session.delete(offer)


def _store_hardware(machine: Machine, report: HardwareReport) -> None:
    hardware = report.model_dump(mode="json")
    if machine.report is None:
        machine.report = MachineReport(hardware=hardware)
    else:
        machine.report.hardware = hardware


def _store_macs(machine: Machine, macs: set[str]) -> None:
    known = {row.mac: row for row in machine.macs}
    for mac in known.keys() - macs:
        machine.macs.remove(known[mac])
    for mac in sorted(macs - known.keys()):
        machine.macs.append(MachineMac(mac=mac))


def _directive(oci: Installation, status: str, *, enrolled: bool) -> Directive:
    server = oci.conf.server
    if status == State.INSTALLING:
        return Directive(kind=DirectiveKind.INSTALL, interval_s=server.ready_interval)
    if status in LOCAL_BOOT_STATES:
        return Directive(kind=DirectiveKind.REBOOT, interval_s=server.report_interval)
    interval = server.ready_interval if enrolled else server.report_interval
    return Directive(kind=DirectiveKind.WAIT, interval_s=interval)


def authenticate(session: Session, serial: str, key: str) -> Machine:
    """Return the machine whose key this is.

    :raises Forbidden: when it is not; an unknown serial number gets the same answer
    """
    machine = session.scalar(select(Machine).where(Machine.serial == serial).with_for_update())
    digest = credentials.token_digest(key)
    if machine is not None and credentials.same(machine.key_digest, digest):
        return machine
    if machine is None or not _is_key_of_disk(machine, digest):
        raise Forbidden(f"the key is not that of machine {serial}", field="Authorization")
    machine.key_digest = digest
    return machine


def _is_key_of_disk(machine: Machine, digest: str) -> bool:
    """Tell whether the system on its disk, which the machine was told to start, speaks.

    The live system that ran meanwhile has bound a key of its own.
    """
    known = machine.disk_key_digest
    return (
        machine.status in LOCAL_BOOT_STATES
        and known is not None
        and credentials.same(known, digest)
    )


def receive_event(
    session: Session, oci: Installation, event: EventReport, key: str, peer: str
) -> None:
    """Move the machine on after what it tells of its installation, its start or its Puppet run.

    :raises Forbidden: the key is not that of this machine
    :raises WrongState: the event does not fit the machine's state
    :raises Conflict: the event is about another installation than the present one
    """
    machine = authenticate(session, event.serial, key)
    check_plan(machine, event.plan_id)
    machine.last_seen, machine.ipaddr = datetime.now(UTC), peer
    if event.event in _PUPPET:
        puppet_event(session, oci, machine, _PUPPET[event.event], event.reason)
    elif event.event is InstallEvent.STARTED:
        machine.status = next_state(State(machine.status), Event.REPORTED)
        machine.status_reason = ""
    elif event.event is InstallEvent.INSTALLED:
        machine.status = next_state(State(machine.status), Event.DISK_WRITTEN)
        machine.disk_key_digest, machine.disk_plan_id = machine.key_digest, machine.plan_id
    elif event.event is InstallEvent.FAILED:
        machine.status = next_state(State(machine.status), Event.INSTALL_FAILED)
        machine.status_reason = event.reason
    elif event.event is InstallEvent.BOOTED:
        machine.status = next_state(State(machine.status), Event.BOOTED)
        plugins.installed(session, machine)


def check_plan(machine: Machine, plan_id: str) -> None:
    """Refuse what is about another installation than the machine's present one.

    :raises Conflict: naming the present one
    """
    if plan_id != (machine.plan_id or ""):
        raise Conflict(
            f"machine {machine.serial} is not in the installation {plan_id}",
            field="plan_id",
            value=plan_id,
            allowed=machine.plan_id or "none: no installation was requested",
        )


def puppet_event(
    session: Session, oci: Installation, machine: Machine, status: PuppetStatus, reason: str
) -> None:
    """Note how the machine's Puppet run goes, and what follows from it for its cluster."""
    machine.puppet_status, machine.status_reason = status, reason
    if status is not PuppetStatus.SUCCESS:
        return
    machine.puppet_token = None
    plugins.configured(session, oci, machine)
    if machine.role == "controller" and machine.cluster is not None:
        controllers = session.scalars(
            select(Machine.puppet_status).where(
                Machine.cluster_id == machine.cluster_id, Machine.role == "controller"
            )
        )
        if all(status == PuppetStatus.SUCCESS for status in controllers):
            machine.cluster.initial_cluster_setup = False
