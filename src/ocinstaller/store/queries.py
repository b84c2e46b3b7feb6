"""Finding rows by the names that operators use."""

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from ocinstaller.model.addressing import Address, AddressRange, NetworkUse, parse_network
from ocinstaller.model.errors import NotFound
from ocinstaller.store.tables import (
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
    session: Session, kind: str, column: InstrumentedAttribute[str], table: type[Row], name: str
) -> Row:
    row = session.scalar(select(table).where(column == name))
    if row is None:
        names = session.scalars(select(column).order_by(column).limit(_SHOWN_NAMES + 1)).all()
        raise NotFound(kind, name, _summary(names))
    return row


def _summary(names: Iterable[str]) -> str:
    shown = list(names)
    more = " …" if len(shown) > _SHOWN_NAMES else ""
    return ", ".join(shown[:_SHOWN_NAMES]) + more if shown else "none"


def swift_region(session: Session, name: str) -> SwiftRegion:
    """Return the Swift region called `name`.

    :raises NotFound: listing those that exist
    """
    return _by_name(session, "swift region", SwiftRegion.name, SwiftRegion, name)


def location(session: Session, name: str) -> Location:
    """Return the location called `name`.

    :raises NotFound: listing those that exist
    """
    return _by_name(session, "location", Location.name, Location, name)


def network(session: Session, name: str) -> Network:
    """Return the network called `name`.

    :raises NotFound: listing those that exist
    """
    return _by_name(session, "network", Network.name, Network, name)


def cluster(session: Session, name: str, *, lock: bool = False) -> Cluster:
    """Return the cluster called `name`.

    :param lock: keep others from changing it until the transaction ends; needed by whatever
        hands out numbers and addresses. (SQLite ignores it: its writers are alone anyway.)
    :raises NotFound: listing those that exist
    """
    row = _by_name(session, "cluster", Cluster.name, Cluster, name)
    if lock:
        session.execute(select(Cluster).where(Cluster.id == row.id).with_for_update())
    return row


def machine(session: Session, name: str, *, lock: bool = False) -> Machine:
    """Return the machine with this serial number or host name.

    :raises NotFound: when there is none
    """
    query = select(Machine).where(or_(Machine.serial == name, Machine.hostname == name))
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound("machine", name, "the serial numbers and host names of machine-list")
    return row


def machines(session: Session) -> list[Machine]:
    """Return all machines with what a listing shows, in a constant number of queries."""
    query = (
        select(Machine)
        .options(
            selectinload(Machine.cluster),
            selectinload(Machine.location),
            selectinload(Machine.addresses).selectinload(IpAddress.network),
        )
        .order_by(Machine.serial)
    )
    return list(session.scalars(query))


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


def used_addresses(session: Session, network_id: int) -> frozenset[Address]:
    """Return what OCI gave away of a network."""
    query = select(IpAddress.ip).where(IpAddress.network_id == network_id)
    return frozenset(Address(text) for text in session.scalars(query))


def vip_address(session: Session, cluster_id: int) -> IpAddress | None:
    """Return the API's virtual address of a cluster, if it has one."""
    query = (
        select(IpAddress)
        .join(IpAddress.network)
        .where(Network.cluster_id == cluster_id, IpAddress.usefor == "vip")
        .where(IpAddress.vip_usage == "api")
        .options(selectinload(IpAddress.network))
    )
    return session.scalar(query)


def network_use(row: Network) -> NetworkUse:
    """Return the network as addressing sees it."""
    return NetworkUse(
        name=row.name,
        network=parse_network(row.ip, row.cidr),
        addresses=AddressRange(Address(row.first_ip), Address(row.last_ip)),
        is_public=row.is_public,
        location=row.location.name,
        role=row.role,
    )
