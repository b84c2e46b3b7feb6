"""Loads a cluster as one immutable value, in a number of queries that does not grow with it."""

from collections import defaultdict
from ipaddress import ip_address

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from ocinstaller.model.addressing import (
    API_VIP,
    BRIDGE,
    SWITCHING_ROLES,
    Address,
    AddressRange,
    known_address,
)
from ocinstaller.model.hardware import Nic
from ocinstaller.model.snapshot import (
    AddressFacts,
    ClusterSnapshot,
    LogHost,
    MachineFacts,
    NetworkFacts,
    Reservation,
    VirtualAddress,
)
from ocinstaller.model.states import PuppetStatus, State
from ocinstaller.store import queries, setting_rows, site_roles
from ocinstaller.store.tables import (
    AddressReservation,
    Cluster,
    FilebeatHost,
    IpAddress,
    Location,
    Machine,
    MachineReport,
    Network,
    RoleCount,
)


def cluster_snapshot(
    session: Session, cluster: Cluster, reserved: tuple[AddressRange, ...] = ()
) -> ClusterSnapshot:
    """Return everything that decides what the cluster looks like.

    :param reserved: addresses that OCI uses itself and gives to nobody
    """
    addresses = _Addresses(session, cluster.id)
    counts = select(RoleCount.role, RoleCount.count).where(RoleCount.cluster_id == cluster.id)
    return ClusterSnapshot(
        name=cluster.name,
        domain=cluster.domain,
        machines=_machines(session, cluster.id, addresses),
        networks=_networks(session, cluster.id, addresses, reserved),
        vip=addresses.vips.pop(API_VIP, None),
        other_vips=addresses.vips,
        log_hosts=_log_hosts(session, cluster.id),
        initial_cluster_setup=cluster.initial_cluster_setup,
        last_numbers=dict(session.execute(counts).tuples().all()),
        settings=setting_rows.of_cluster(session, cluster.id),
        site_roles=site_roles.names(session),
    )


def location_regions(session: Session, names: set[str]) -> dict[str, str]:
    """Return the Swift region of each of these locations that exists."""
    rows = session.scalars(select(Location).where(Location.name.in_(names)))
    return {row.name: row.swift_region.name for row in rows}


class _Addresses:
    """All addresses that were given away in a cluster's networks, sorted by their users."""

    def __init__(self, session: Session, cluster_id: int) -> None:
        columns = (
            IpAddress.ip,
            IpAddress.usefor,
            IpAddress.vip_usage,
            IpAddress.machine_id,
            IpAddress.network_id,
            Network.name,
            Network.cidr,
        )
        query = select(*columns).join(IpAddress.network).where(Network.cluster_id == cluster_id)
        self.of_machine: dict[int, list[AddressFacts]] = defaultdict(list)
        self.taken: dict[int, set[Address]] = defaultdict(set)
        self.vips: dict[str, VirtualAddress] = {}
        for ip, usefor, vip_usage, machine_id, network_id, network, cidr in session.execute(query):
            self.taken[network_id].add(known_address(ip))
            if machine_id is not None and usefor == "machine":
                self.of_machine[machine_id].append(AddressFacts(network, ip, cidr))
            if usefor == "vip":
                self.vips[vip_usage] = VirtualAddress(ip, cidr, network)


def _machines(session: Session, cluster_id: int, addresses: _Addresses) -> tuple[MachineFacts, ...]:
    columns = (
        Machine.id,
        Machine.hostname,
        Machine.serial,
        Machine.role,
        Machine.bootstrap,
        Machine.status,
        Machine.puppet_status,
        Location.name,
    )
    query = (
        select(*columns)
        .outerjoin(Machine.location)
        .where(Machine.cluster_id == cluster_id)
        .order_by(Machine.hostname)
    )
    nics = _nics(session, cluster_id)
    settings = setting_rows.of_members(session, cluster_id)
    return tuple(
        MachineFacts(
            hostname=hostname or "",
            serial=serial,
            role=role or "",
            location=location or "",
            is_bootstrap=bootstrap,
            status=State(status),
            puppet_status=PuppetStatus(puppet),
            addresses=tuple(sorted(addresses.of_machine[number], key=lambda a: a.network)),
            settings=settings.get(number, {}),
            nics=nics.get(number),
        )
        for number, hostname, serial, role, bootstrap, status, puppet, location in session.execute(
            query
        )
    )


def _nics(session: Session, cluster_id: int) -> dict[int, tuple[Nic, ...]]:
    """Read the interfaces of those that carry the API's address or ports of Open vSwitch."""
    bridged = exists().where(Network.cluster_id == cluster_id, Network.role == BRIDGE)
    switching = and_(Machine.role.in_(sorted(SWITCHING_ROLES)), bridged)
    query = (
        select(Machine.id, MachineReport.hardware["nics"])
        .join(Machine.report)
        .where(Machine.cluster_id == cluster_id, or_(Machine.role == "controller", switching))
    )
    return {
        number: tuple(Nic.model_validate(nic) for nic in nics or ())
        for number, nics in session.execute(query)
    }


def _networks(
    session: Session, cluster_id: int, addresses: _Addresses, reserved: tuple[AddressRange, ...]
) -> tuple[NetworkFacts, ...]:
    query = (
        select(Network, Location.name)
        .join(Network.location)
        .where(Network.cluster_id == cluster_id)
        .order_by(Network.name)
    )
    kept = _reservations(session, cluster_id)
    return tuple(
        NetworkFacts(
            queries.network_use(row, location),
            frozenset(addresses.taken[row.id]),
            kept.get(row.id, ()),
            reserved,
        )
        for row, location in session.execute(query)
    )


def _reservations(session: Session, cluster_id: int) -> dict[int, tuple[Reservation, ...]]:
    query = (
        select(
            AddressReservation.network_id,
            AddressReservation.first_ip,
            AddressReservation.last_ip,
            AddressReservation.note,
        )
        .join(Network, Network.id == AddressReservation.network_id)
        .where(Network.cluster_id == cluster_id)
    )
    found: dict[int, list[Reservation]] = defaultdict(list)
    for network_id, first, last, note in session.execute(query):
        addresses = AddressRange(ip_address(first), ip_address(last))
        found[network_id].append(Reservation(addresses, note))
    return {
        network_id: tuple(sorted(kept, key=lambda one: int(one.addresses.first)))
        for network_id, kept in found.items()
    }


def _log_hosts(session: Session, cluster_id: int) -> tuple[LogHost, ...]:
    query = (
        select(FilebeatHost.hostname, FilebeatHost.port)
        .where(FilebeatHost.cluster_id == cluster_id)
        .order_by(FilebeatHost.hostname, FilebeatHost.port)
    )
    return tuple(LogHost(hostname, port) for hostname, port in session.execute(query))
