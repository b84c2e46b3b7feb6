"""What machines without a key say: those that run the live system of the original OCI.

Their agents prove nothing but the address that they speak from, so TRUSTED_NETWORKS decides
whether they are heard at all, and a machine that has bound a key is never changed by them. Nothing
secret is ever answered. To be installed, such a machine starts this server's live system, whose
agent then binds a key (see `nodes`).
"""

import logging
from datetime import UTC, datetime
from ipaddress import ip_address

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import nodes, plugins
from ocinstaller.actions.context import Installation
from ocinstaller.actions.nodes import NO_KEY, SentReport
from ocinstaller.model.errors import Forbidden, InvalidValue, NotFound, WrongState
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.states import LOCAL_BOOT_STATES, Event, PuppetStatus, State, next_state
from ocinstaller.model.text import Text
from ocinstaller.store import queries
from ocinstaller.store.tables import Machine

LOG = logging.getLogger(__name__)

_INSTALLING = "installing"

STATUS_EVENTS: dict[str, Event] = {
    "live": Event.REPORTED,
    _INSTALLING: Event.REPORTED,
    "firstboot": Event.DISK_WRITTEN,
    "installed": Event.BOOTED,
}
"""What a machine says of its way, as our events."""

PUPPET_STATUSES: dict[str, PuppetStatus] = {
    "puppet-running": PuppetStatus.RUNNING,
    "puppet-success": PuppetStatus.SUCCESS,
    "puppet-failure": PuppetStatus.FAILURE,
}
"""What it says of its Puppet runs."""


def is_unchanged(oci: Installation, digest: str, peer: str) -> bool:
    """Note a report that repeats the machine's last one; tell whether it does.

    :param digest: SHA-256 of the report's bytes
    :raises Forbidden: it does not come from a trusted network
    """
    nodes.check_trusted(oci, peer)
    (answer,) = nodes.unchanged_reports(oci, [SentReport(digest, "", peer)])
    return answer is not None


def receive_report(
    session: Session, oci: Installation, report: HardwareReport, peer: str, digest: str
) -> None:
    """Store a hardware report, of an unknown machine too.

    :param digest: SHA-256 of the report's bytes, to know them again
    :raises Forbidden: it does not come from a trusted network, the machine has a key, or a
        hardware address is another machine's
    :raises WrongState: the machine's state allows no report
    """
    nodes.check_trusted(oci, peer)
    now = datetime.now(UTC)
    query = select(Machine).where(Machine.serial == report.serial).with_for_update()
    machine = session.scalar(query)
    nodes.check_macs(session, machine, {nic.mac for nic in report.nics})
    if machine is None:
        machine = nodes.new_machine(session, report.serial, NO_KEY, now)
        LOG.info("machine without a key", extra={"serial": report.serial, "peer": peer})
    else:
        _check_keyless(machine)
        machine.report_counter += 1
    nodes.store_report(machine, report, digest)
    machine.last_seen, machine.ipaddr = now, peer
    if machine.status not in LOCAL_BOOT_STATES:
        machine.dhcp_ip = peer


def receive_status(
    session: Session, oci: Installation, status: str, serial: str, ipaddr: str, peer: str
) -> None:
    """Move a machine on after what it tells of its start, its installation or its Puppet run.

    :param serial: empty for the machine that was last seen at the address of the request
    :param ipaddr: the address of its installed system; empty for that of the request
    :raises Forbidden: it does not come from a trusted network, or the machine has a key
    :raises InvalidValue: there is no such status, or the address is none
    :raises NotFound: nobody knows the machine
    :raises WrongState: the status does not fit the machine's state
    """
    nodes.check_trusted(oci, peer)
    if status not in STATUS_EVENTS and status not in PUPPET_STATUSES:
        raise InvalidValue("status", status, ", ".join((*STATUS_EVENTS, *PUPPET_STATUSES)))
    machine = _machine(session, serial, peer)
    _check_keyless(machine)
    machine.last_seen = datetime.now(UTC)
    if status in PUPPET_STATUSES:
        nodes.puppet_event(session, oci, machine, PUPPET_STATUSES[status], "")
        return
    if status == _INSTALLING and machine.status != State.INSTALLING:
        raise WrongState(
            Text("nobody asked for an installation of machine {serial}", serial=machine.serial),
            field="status",
            value=machine.status,
            allowed=State.INSTALLING,
        )
    event = STATUS_EVENTS[status]
    machine.status = next_state(State(machine.status), event)
    if event is Event.BOOTED:
        plugins.installed(session, machine)
    machine.ipaddr = _address(ipaddr) if ipaddr and event is Event.BOOTED else peer
    if event is Event.REPORTED:
        machine.dhcp_ip = peer


def _machine(session: Session, serial: str, peer: str) -> Machine:
    if serial:
        return queries.machine(session, serial, lock=True)
    query = select(Machine).where((Machine.dhcp_ip == peer) | (Machine.ipaddr == peer))
    machine = session.scalar(query.order_by(Machine.last_seen.desc()).with_for_update().limit(1))
    if machine is None:
        raise NotFound(
            Text("machine at the address"), peer, Text("machines that have reported from it")
        )
    return machine


def _check_keyless(machine: Machine) -> None:
    if machine.key_digest != NO_KEY:
        raise Forbidden(
            Text(
                "machine {serial} has a key: only its own agent reports it", serial=machine.serial
            ),
            field="serial",
            value=machine.serial,
            allowed=Text("machines that only agents without keys have reported"),
        )


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise InvalidValue("ipaddr", text, Text("an IPv4 or IPv6 address")) from None
