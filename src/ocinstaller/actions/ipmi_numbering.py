"""Giving BMCs addresses of their networks, and having them programmed with them."""

from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, ip_address

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import addresses, bmc_orders, order_queue
from ocinstaller.actions.context import Installation
from ocinstaller.actions.nodes import NO_KEY
from ocinstaller.actions.settings import change_machine_settings
from ocinstaller.model import ipmi_numbering
from ocinstaller.model.errors import OciError
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.ipmi_numbering import BmcPlace
from ocinstaller.model.states import State
from ocinstaller.store import queries, setting_rows
from ocinstaller.store.tables import IpAddress, Machine, Network

_USE = "ipmi"


@dataclass(frozen=True)
class BmcAddress:
    """The address that a machine's BMC got, or why it got none."""

    serial: str
    network: str
    ip: str
    order: str
    """Number of the order that programs it; empty when the machine cannot be told now."""
    problem: str = ""


def assign(session: Session, oci: Installation, name: str, network: str) -> BmcAddress:
    """Give a machine's BMC an address of a network; a live machine is ordered to program it.

    A BMC without a user gets one, with a password that the server makes. An address in another
    network of BMCs is given back.

    :raises NotFound: machine or network do not exist
    :raises Conflict: the network gives BMCs no addresses, or the machine has an open order
    :raises Exhausted: it has no free address
    """
    machine = queries.machine(session, name, lock=True)
    row = queries.network(session, network, lock=True)
    order_queue.check_free(machine, "numbering of the BMC")
    place = _place(session, oci, machine, row)
    stored = setting_rows.of_machine(session, machine.id)
    wanted = {
        "ipmi_use": "yes",
        "ipmi_addr": str(place.address),
        "ipmi_netmask": place.netmask,
        "ipmi_default_gw": place.gateway,
        "ipmi_vlan": str(row.vlan or "off"),
    }
    if not stored.get("ipmi_username"):
        wanted["ipmi_username"] = oci.conf.ipmi.automatic_ipmi_username
    if not stored.get("ipmi_password"):
        wanted["ipmi_password"] = bmc_orders.new_password()
    change_machine_settings(session, oci, machine.serial, wanted)
    order = ""
    if machine.status == State.LIVE and machine.key_digest != NO_KEY:
        order = bmc_orders.apply(session, oci, machine.serial).id
    return BmcAddress(machine.serial, row.name, str(place.address), order)


def assign_all(oci: Installation) -> list[BmcAddress]:
    """Give an address to each BMC of a live machine that has none and whose network is known.

    Each in a transaction of its own: asking again goes on with those that are left. What an
    operator has set for a machine stays.
    """
    with oci.store.read() as session:
        found = _unnumbered(session)
    results = []
    for serial, network in found:
        try:
            given = oci.store.write(partial(assign, oci=oci, name=serial, network=network))
        except OciError as error:
            given = BmcAddress(serial, network, "", "", error.message)
        results.append(given)
    return results


def _unnumbered(session: Session) -> list[tuple[str, str]]:
    """Return the live machines whose BMC is to get an address, each with its network."""
    rows = session.scalars(select(Network).where(Network.role == ipmi_numbering.ROLE))
    uses = [queries.network_use(row) for row in rows]
    settings = setting_rows.of_machines(session)
    query = select(Machine).where(Machine.status == State.LIVE).order_by(Machine.serial)
    found = []
    for machine in session.scalars(query) if uses else ():
        is_set = bool(settings.get(machine.id, {}).get("ipmi_addr"))
        if is_set or machine.open_order is not None or not machine.dhcp_ip:
            continue
        use = ipmi_numbering.network_for(uses, ip_address(machine.dhcp_ip))
        if use is not None and HardwareReport.model_validate(machine.hardware).bmc is not None:
            found.append((machine.serial, use.name))
    return found


def _place(session: Session, oci: Installation, machine: Machine, row: Network) -> BmcPlace:
    use = queries.network_use(row)
    present = None
    for address in list(machine.addresses):
        if address.usefor == _USE and address.network_id == row.id:
            present = IPv4Address(address.ip)
    used = queries.used_addresses(session, row.id)
    reserved = addresses.kept_back(session, oci, row.id)
    place = ipmi_numbering.place_of(use, used, reserved, present)
    for address in list(machine.addresses):
        if address.usefor == _USE and address.network_id != row.id:
            session.delete(address)
    if present is None:
        given = IpAddress(ip=str(place.address), usefor=_USE, network=row, machine=machine)
        session.add(given)
    session.flush()
    session.refresh(machine, ["addresses"])
    return place
