"""Who has which address: giving, taking back, reserving."""

from dataclasses import dataclass
from ipaddress import ip_address

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation, reserved_addresses
from ocinstaller.actions.views import AddressView, MachineView
from ocinstaller.model import addressing
from ocinstaller.model.addressing import AddressRange, NetworkUse
from ocinstaller.model.errors import Conflict, Duplicate, InUse, InvalidValue, NotFound
from ocinstaller.store import queries
from ocinstaller.store.tables import AddressReservation, IpAddress, Machine, Network

_NOTE_LENGTH = 255


@dataclass(frozen=True)
class ReservationView:
    """Addresses of a network that OCI never hands out."""

    network: str
    first_ip: str
    last_ip: str
    note: str


def kept_back(session: Session, oci: Installation, network_id: int) -> tuple[AddressRange, ...]:
    """Return the addresses of a network that nobody gets: reserved ones and those of OCI."""
    return queries.reservations(session, network_id) + reserved_addresses(oci)


def give(
    session: Session,
    oci: Installation,
    machine: Machine,
    network: Network,
    fixed_ip: str | None = None,
) -> None:
    """Give a machine an address of a network, if the network gives machines addresses at all.

    :param fixed_ip: the operator's choice; otherwise the lowest free one
    :raises InvalidValue: the choice is none of the network's addresses
    :raises Conflict: it is taken
    :raises Exhausted: there is no free address
    """
    use = queries.network_use(network)
    if not addressing.needs_address(use):
        return
    used = queries.used_addresses(session, network.id)
    reserved = kept_back(session, oci, network.id)
    if fixed_ip is not None:
        address = addressing.check_fixed_address(fixed_ip, use, used, reserved)
    else:
        address = addressing.next_address(use, used, reserved)
    session.add(IpAddress(ip=str(address), usefor="machine", network=network, machine=machine))


def give_to_members(session: Session, oci: Installation, network: Network) -> None:
    """Give each machine of the cluster that the network is for an address, by host name.

    :raises Exhausted: there are not enough free addresses
    """
    use = queries.network_use(network)
    if network.cluster_id is None or not addressing.needs_address(use):
        return
    members = queries.cluster_machines(session, network.cluster_id)
    has_network_nodes = any(machine.role == "network" for machine in members)
    for machine in members:
        location = machine.location.name if machine.location else ""
        if addressing.networks_for_machine(
            [use], machine.role or "", location, has_network_nodes=has_network_nodes
        ):
            give(session, oci, machine, network)
            session.flush()


def reserve_vip(session: Session, oci: Installation, network: Network) -> None:
    """Reserve the virtual address that a network of the cluster is there for, if it is for one.

    :raises Conflict: the cluster has this virtual address in another network
    :raises Exhausted: there is no free address
    """
    use = queries.network_use(network)
    usage = addressing.vip_usage(use)
    if usage is None or network.cluster_id is None:
        return
    present = queries.vip_address(session, network.cluster_id, usage)
    if present is not None:
        if present.network_id == network.id:
            return
        raise Conflict(
            f"network {present.network.name} holds the cluster's {usage} address already",
            field="network",
            value=use.name,
            allowed=f"one network for the {usage} address of a cluster",
        )
    used = queries.used_addresses(session, network.id)
    address = addressing.next_address(use, used, kept_back(session, oci, network.id))
    session.add(IpAddress(ip=str(address), usefor="vip", vip_usage=usage, network=network))


def add_address(
    session: Session, oci: Installation, name: str, network: str, ip: str
) -> MachineView:
    """Give a machine of a cluster an address that the operator chooses, in or out of the range.

    :raises NotFound: machine or network do not exist
    :raises InvalidValue: it is no host address of the network
    :raises Conflict: it is taken or reserved, or the machine cannot have it
    """
    machine = queries.machine(session, name, lock=True)
    row = queries.network(session, network, lock=True)
    if machine.cluster_id is None or machine.cluster_id != row.cluster_id:
        raise Conflict(
            f"network {network} is not of the cluster of machine {name}",
            field="network",
            value=network,
            allowed="a network of the machine's cluster: see cluster-show-networks",
        )
    if any(a.network_id == row.id and a.usefor == "machine" for a in machine.addresses):
        raise Conflict(
            f"machine {name} has an address in network {network} already",
            field="network",
            value=network,
            allowed="a network in which it has none: use machine-ip-remove first",
        )
    use = queries.network_use(row)
    whole = NetworkUse(
        use.name, use.network, addressing.hosts(use.network), use.is_public, use.location, use.role,
        use.gateway,
    )  # fmt: skip
    used = queries.used_addresses(session, row.id)
    reserved = kept_back(session, oci, row.id)
    address = addressing.check_fixed_address(ip, whole, used, reserved, field_name="ip")
    session.add(IpAddress(ip=str(address), usefor="machine", network=row, machine=machine))
    session.flush()
    session.refresh(machine, ["addresses"])
    return MachineView.of(machine)


def remove_address(session: Session, name: str, ip: str) -> MachineView:
    """Take an address from a machine.

    :raises NotFound: there is no such machine, or it has not this address
    """
    machine = queries.machine(session, name, lock=True)
    wanted = str(addressing.parse_address("ip", ip))
    found = next((address for address in machine.addresses if address.ip == wanted), None)
    if found is None:
        present = ", ".join(address.ip for address in machine.addresses)
        raise NotFound("address", ip, present or "none")
    session.delete(found)
    session.flush()
    session.refresh(machine, ["addresses"])
    return MachineView.of(machine)


def list_addresses(session: Session, name: str) -> list[AddressView]:
    """Return the addresses of a machine.

    :raises NotFound: no machine has this serial number or host name
    """
    return MachineView.of(queries.machine(session, name)).addresses


def list_reservations(session: Session, network: str) -> list[ReservationView]:
    """Return the reserved addresses of a network, in their order.

    :raises NotFound: there is no network of this name
    """
    row = queries.network(session, network)
    query = select(AddressReservation).where(AddressReservation.network_id == row.id)
    found = sorted(session.scalars(query), key=lambda one: int(ip_address(one.first_ip)))
    return [ReservationView(network, one.first_ip, one.last_ip, one.note) for one in found]


def reserve(
    session: Session, network: str, first_ip: str, last_ip: str | None, note: str
) -> ReservationView:
    """Keep addresses of a network back: nobody gets them.

    :param last_ip: the end of the range; a single address without it
    :raises NotFound: there is no network of this name
    :raises InvalidValue: an address is malformed or outside, the range is reversed, or the note is
        too long
    :raises Duplicate: some are reserved already
    :raises InUse: some are given away
    """
    row = queries.network(session, network, lock=True)
    if len(note) > _NOTE_LENGTH or not note.isprintable():
        raise InvalidValue("note", note, f"at most {_NOTE_LENGTH} printable characters")
    wanted = parse_range(queries.network_use(row), first_ip, last_ip or first_ip)
    for present in queries.reservations(session, row.id):
        if present.first <= wanted.last and wanted.first <= present.last:  # type: ignore[operator]
            raise Duplicate("first_ip", wanted, f"addresses outside of {present}")
    given = session.scalars(select(IpAddress).where(IpAddress.network_id == row.id))
    users = [_user(one) for one in given if ip_address(one.ip) in wanted]
    if users:
        raise InUse("range", str(wanted), ", ".join(users))
    session.add(
        AddressReservation(
            network_id=row.id, first_ip=str(wanted.first), last_ip=str(wanted.last), note=note
        )
    )
    return ReservationView(network, str(wanted.first), str(wanted.last), note)


def _user(address: IpAddress) -> str:
    owner = address.machine
    name = (owner.hostname or owner.serial) if owner else f"the {address.vip_usage} address"
    return f"{name} ({address.ip})"


def change_reservation(
    session: Session,
    network: str,
    first_ip: str,
    new_first_ip: str | None = None,
    last_ip: str | None = None,
    note: str | None = None,
) -> ReservationView:
    """Move the ends of a reservation, or say otherwise what it is for; what is None stays.

    :raises OciError: as `reserve`
    :raises NotFound: there is no such network, or no reservation that begins with this address
    """
    found = _reservation(session, network, first_ip)
    first, last = new_first_ip or found.first_ip, last_ip or found.last_ip
    text = found.note if note is None else note
    session.delete(found)
    session.flush()
    return reserve(session, network, first, last, text)


def release(session: Session, network: str, first_ip: str) -> None:
    """End a reservation.

    :raises NotFound: there is no such network, or no reservation that begins with this address
    """
    session.delete(_reservation(session, network, first_ip))


def _reservation(session: Session, network: str, first_ip: str) -> AddressReservation:
    row = queries.network(session, network, lock=True)
    first = str(addressing.parse_address("first_ip", first_ip))
    query = select(AddressReservation).where(
        AddressReservation.network_id == row.id, AddressReservation.first_ip == first
    )
    found = session.scalar(query)
    if found is None:
        present = ", ".join(one.first_ip for one in list_reservations(session, network))
        raise NotFound("reservation", first_ip, present or "none")
    return found


def parse_range(use: NetworkUse, first_ip: str, last_ip: str) -> AddressRange:
    """Return a range of a network's host addresses.

    :raises InvalidValue: an address is malformed or outside, or the last is before the first
    """
    inside = addressing.hosts(use.network)
    first = addressing.parse_address("first_ip", first_ip)
    last = addressing.parse_address("last_ip", last_ip)
    for field, address in (("first_ip", first), ("last_ip", last)):
        if address not in inside:
            raise InvalidValue(field, address, f"an address of network {use.name}: {inside}")
    if int(last) < int(first):
        raise InvalidValue("last_ip", last, f"{first} or a later address")
    return AddressRange(first, last)
