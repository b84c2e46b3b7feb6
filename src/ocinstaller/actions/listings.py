"""Listings: each a constant number of queries, whatever the size, reading only what is shown."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from ocinstaller.actions.views import (
    AddressView,
    ClusterView,
    LocationView,
    MachineView,
    NetworkView,
    SwiftRegionView,
)
from ocinstaller.store import queries, setting_rows
from ocinstaller.store.paging import Columns, Filter, Window, cut, narrow
from ocinstaller.store.tables import Cluster, IpAddress, Location, Machine, Network, SwiftRegion

MACHINE_FILTERS: Columns = {
    "cluster": Cluster.name,
    "location": Location.name,
    "role": Machine.role,
    "status": Machine.status,
    "puppet_status": Machine.puppet_status,
    "hostname": Machine.hostname,
    "product_name": Machine.product_name,
}
_NETWORK_FILTERS: Columns = {
    "cluster": Cluster.name,
    "location": Location.name,
    "role": Network.role,
    "is_public": Network.is_public,
}


def machine_views(session: Session, wanted: Filter, window: Window | None) -> list[MachineView]:
    """Return machines, by serial number, in two queries.

    Columns instead of mapped objects: five thousand of those take a second.

    :raises InvalidValue: the filter names an unknown field
    """
    query = cut(narrow(_machines(), MACHINE_FILTERS, wanted), Machine.serial, window)
    found = session.execute(query).all()
    ids = select(Machine.id).outerjoin(Machine.cluster).outerjoin(Machine.location)
    ids = narrow(ids, MACHINE_FILTERS, wanted)
    if window is not None and found:
        ids = ids.where(Machine.serial > window.after, Machine.serial <= found[-1][0])
    addresses = _addresses(session, ids) if found else {}
    return [MachineView(*(*row[:-1], addresses.get(row[-1], []))) for row in found]


def machines_of(session: Session, ids: Sequence[int]) -> list[MachineView]:
    """Return the machines with these numbers, in the given order, in two queries."""
    if not ids:
        return []
    rows = {row[-1]: row for row in session.execute(_machines().where(Machine.id.in_(ids)))}
    addresses = _addresses(session, select(Machine.id).where(Machine.id.in_(ids)))
    return [
        MachineView(*(*rows[number][:-1], addresses.get(number, [])))
        for number in ids
        if number in rows
    ]


def _machines() -> Select[Any]:
    """Return the query for the columns of machines' views, and their numbers."""
    return (
        select(
            Machine.serial,
            Machine.product_name,
            Machine.hostname,
            Machine.ipaddr,
            Machine.status,
            Machine.status_reason,
            Machine.puppet_status,
            Machine.role,
            Cluster.name,
            Location.name,
            Machine.memory_mib,
            Machine.last_seen,
            Machine.open_order,
            Machine.id,
        )
        .outerjoin(Machine.cluster)
        .outerjoin(Machine.location)
    )


def _addresses(session: Session, machines: Select[Any]) -> dict[int, list[AddressView]]:
    query = (
        select(IpAddress.machine_id, Network.name, IpAddress.ip, Network.cidr, IpAddress.usefor)
        .join(IpAddress.network)
        .where(IpAddress.machine_id.in_(machines))
        .order_by(IpAddress.id)
    )
    found: dict[int, list[AddressView]] = defaultdict(list)
    for machine_id, *fields in session.execute(query):
        found[machine_id].append(AddressView(*fields))
    return found


def cluster_views(session: Session, wanted: Filter, window: Window | None) -> list[ClusterView]:
    """Return clusters, by name, in four queries.

    :raises InvalidValue: the filter names an unknown field
    """
    query = narrow(select(Cluster), {"domain": Cluster.domain}, wanted)
    clusters = session.scalars(cut(query, Cluster.name, window)).all()
    ids = [row.id for row in clusters]
    roles = _roles(session, ids)
    settings = setting_rows.of_clusters(session, ids)
    vips = queries.vip_addresses(session, ids)
    return [
        ClusterView.of(row, vips.get(row.id, {}), roles[row.id], settings.get(row.id, {}))
        for row in clusters
    ]


def _roles(session: Session, clusters: list[int]) -> dict[int | None, list[str]]:
    """Return the role of each machine of each cluster; counted by the data base."""
    query = (
        select(Machine.cluster_id, Machine.role, func.count())
        .where(Machine.cluster_id.in_(clusters))
        .group_by(Machine.cluster_id, Machine.role)
    )
    found: dict[int | None, list[str]] = defaultdict(list)
    for cluster_id, role, count in session.execute(query):
        found[cluster_id] += [role or ""] * count
    return found


def network_views(session: Session, wanted: Filter, window: Window | None) -> list[NetworkView]:
    """Return networks, by name, in one query.

    :raises InvalidValue: the filter names an unknown field
    """
    query = (
        select(Network)
        .join(Network.location)
        .outerjoin(Network.cluster)
        .options(contains_eager(Network.location), contains_eager(Network.cluster))
    )
    query = cut(narrow(query, _NETWORK_FILTERS, wanted), Network.name, window)
    return [NetworkView.of(row) for row in session.scalars(query)]


def location_views(session: Session, wanted: Filter, window: Window | None) -> list[LocationView]:
    """Return locations, by name, in one query.

    :raises InvalidValue: the filter names an unknown field
    """
    query = (
        select(Location).join(Location.swift_region).options(contains_eager(Location.swift_region))
    )
    query = cut(narrow(query, {"swift_region": SwiftRegion.name}, wanted), Location.name, window)
    return [LocationView.of(row) for row in session.scalars(query)]


def swift_region_views(session: Session, window: Window | None) -> list[SwiftRegionView]:
    """Return Swift regions, by name, in one query."""
    query = cut(select(SwiftRegion.name), SwiftRegion.name, window)
    return [SwiftRegionView(name) for name in session.scalars(query)]
