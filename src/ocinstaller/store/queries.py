"""Finding rows by the names that operators use."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TypeVar

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from ocinstaller.model.addressing import (
    API_VIP,
    Address,
    AddressRange,
    Link,
    NetworkUse,
    is_management,
    known_address,
    parse_network,
)
from ocinstaller.model.errors import NotFound
from ocinstaller.model.text import Text
from ocinstaller.store.tables import (
    AddressReservation,
    Base,
    Cluster,
    IpAddress,
    Location,
    Machine,
    Network,
    SwiftRegion,
)

Row = TypeVar("Row", bound=Base)

_SHOWN_NAMES = 10


def _by_name(
    session: Session,
    kind: str,
    column: InstrumentedAttribute[str],
    table: type[Row],
    name: str,
    *,
    lock: bool = False,
) -> Row:
    query = select(table).where(column == name)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query) if is_storable(name) else None
    if row is None:
        names = session.scalars(select(column).order_by(column).limit(_SHOWN_NAMES + 1)).all()
        raise NotFound(kind, name, _summary(names))
    return row


def is_storable(text: str) -> bool:
    """Tell whether a data base can hold the text at all; PostgreSQL refuses to even compare NUL."""
    return "\0" not in text


def _summary(names: Iterable[str]) -> str:
    shown = list(names)
    more = " …" if len(shown) > _SHOWN_NAMES else ""
    return ", ".join(shown[:_SHOWN_NAMES]) + more if shown else "none"


def swift_region(session: Session, name: str, *, lock: bool = False) -> SwiftRegion:
    """Return the Swift region called `name`.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: listing those that exist
    """
    return _by_name(session, "swift region", SwiftRegion.name, SwiftRegion, name, lock=lock)


def location(session: Session, name: str, *, lock: bool = False) -> Location:
    """Return the location called `name`.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: listing those that exist
    """
    return _by_name(session, "location", Location.name, Location, name, lock=lock)


def network(session: Session, name: str, *, lock: bool = False) -> Network:
    """Return the network called `name`.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: listing those that exist
    """
    return _by_name(session, "network", Network.name, Network, name, lock=lock)


def cluster(session: Session, name: str, *, lock: bool = False) -> Cluster:
    """Return the cluster called `name`.

    :param lock: keep others from changing it until the transaction ends; needed by whatever
        hands out numbers and addresses. (SQLite ignores it: its writers are alone anyway.)
    :raises NotFound: listing those that exist
    """
    return _by_name(session, "cluster", Cluster.name, Cluster, name, lock=lock)


def machine(session: Session, name: str, *, lock: bool = False) -> Machine:
    """Return the machine with this serial number or host name.

    :raises NotFound: when there is none
    """
    query = select(Machine).where(or_(Machine.serial == name, Machine.hostname == name))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query) if is_storable(name) else None
    if row is None:
        raise NotFound(
            Text("machine"), name, Text("the serial numbers and host names of machine-list")
        )
    return row


def networks(session: Session) -> list[Network]:
    """Return all networks with location and cluster."""
    query = (
        select(Network)
        .options(selectinload(Network.location), selectinload(Network.cluster))
        .order_by(Network.name)
    )
    return list(session.scalars(query))


def cluster_networks(session: Session, cluster_id: int) -> list[Network]:
    """Return the networks of a cluster, by name."""
    query = (
        select(Network)
        .where(Network.cluster_id == cluster_id)
        .options(selectinload(Network.location))
        .order_by(Network.name)
    )
    return list(session.scalars(query))


def cluster_machines(session: Session, cluster_id: int) -> list[Machine]:
    """Return the machines of a cluster with their addresses, by host name."""
    query = (
        select(Machine)
        .where(Machine.cluster_id == cluster_id)
        .options(
            selectinload(Machine.addresses)
            .selectinload(IpAddress.network)
            .selectinload(Network.location)
        )
        .order_by(Machine.hostname)
    )
    return list(session.scalars(query))


@dataclass(frozen=True)
class ClusterMember:
    """A machine of a cluster as the others need to know it: small enough for thousands."""

    hostname: str
    address: str
    """For its own traffic; empty when it has none."""


def cluster_members(
    session: Session, cluster_id: int, role: str | None = None
) -> list[ClusterMember]:
    """Return the machines of a cluster (those of one role, if given), by host name.

    Two queries that read four short columns of each machine, whatever it reported.
    """
    networks = [row for row in cluster_networks(session, cluster_id) if row.role is not None]
    rank = {
        row.id: position for position, row in enumerate(networks) if is_management(network_use(row))
    }
    query = (
        select(Machine.hostname, IpAddress.ip, IpAddress.network_id)
        .outerjoin(
            IpAddress,
            and_(IpAddress.machine_id == Machine.id, IpAddress.network_id.in_(list(rank))),
        )
        .where(Machine.cluster_id == cluster_id, Machine.hostname.is_not(None))
        .order_by(Machine.hostname)
    )
    if role is not None:
        query = query.where(Machine.role == role)
    best: dict[str, tuple[int, str]] = {}
    for hostname, ip, network_id in session.execute(query):
        found = (rank.get(network_id, len(rank) + len(networks)), ip or "")
        best[hostname] = min(best.get(hostname, found), found)
    return [ClusterMember(hostname, ip) for hostname, (_, ip) in best.items()]


def has_role(session: Session, cluster_id: int, role: str) -> bool:
    """Tell whether the cluster has a machine of this role."""
    query = select(Machine.id).where(Machine.cluster_id == cluster_id, Machine.role == role)
    return session.scalar(query.limit(1)) is not None


def used_addresses(session: Session, network_id: int) -> frozenset[Address]:
    """Return what OCI gave away of a network."""
    query = select(IpAddress.ip).where(IpAddress.network_id == network_id)
    return frozenset(known_address(text) for text in session.scalars(query))


def management_address(machine: Machine) -> str:
    """Return the machine's address for its own traffic; empty when it has none."""
    for address in sorted(machine.addresses, key=lambda a: a.network.name):
        if is_management(network_use(address.network)):
            return address.ip
    return ""


def reservations(session: Session, network_id: int) -> tuple[AddressRange, ...]:
    """Return the addresses of a network that are never handed out."""
    query = select(AddressReservation.first_ip, AddressReservation.last_ip).where(
        AddressReservation.network_id == network_id
    )
    return tuple(
        AddressRange(ip_address(first), ip_address(last)) for first, last in session.execute(query)
    )


def vip_address(session: Session, cluster_id: int, usage: str = API_VIP) -> IpAddress | None:
    """Return a virtual address of a cluster, if it has it: that of the API unless told otherwise.

    :param usage: what the address serves: `api`, `messaging`, `sql` or `sqlmsg`
    """
    query = (
        select(IpAddress)
        .join(IpAddress.network)
        .where(Network.cluster_id == cluster_id, IpAddress.usefor == "vip")
        .where(IpAddress.vip_usage == usage)
        .options(selectinload(IpAddress.network))
    )
    return session.scalar(query)


def vip_addresses(session: Session, cluster_ids: list[int]) -> dict[int, dict[str, str]]:
    """Return the virtual addresses of clusters, by usage, in one query."""
    query = (
        select(Network.cluster_id, IpAddress.vip_usage, IpAddress.ip)
        .join(IpAddress.network)
        .where(Network.cluster_id.in_(cluster_ids), IpAddress.usefor == "vip")
    )
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for cluster_id, usage, ip in session.execute(query):
        found[cluster_id][usage] = ip
    return found


def network_use(row: Network, location: str | None = None) -> NetworkUse:
    """Return the network as addressing sees it.

    :param location: its name, where it is known without asking the data base again
    """
    return NetworkUse(
        name=row.name,
        network=parse_network(row.ip, row.cidr),
        addresses=AddressRange(ip_address(row.first_ip), ip_address(row.last_ip)),
        is_public=row.is_public,
        location=location or row.location.name,
        role=row.role,
        gateway=ip_address(row.gateway) if row.gateway else None,
        vip_usage=row.vip_usage,
        ipmi_match=parse_network(row.ipmi_match_addr, row.ipmi_match_cidr or 0)
        if row.ipmi_match_addr
        else None,
        ipmi_mode=row.ipmi_mode,
        link=Link(row.iface1, row.iface2, row.vlan, row.mtu or 0, row.bridge_name, row.lldp_match),
    )
