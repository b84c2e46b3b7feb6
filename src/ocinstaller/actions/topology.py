"""Swift regions, locations and networks."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import addresses, listings, network_changes
from ocinstaller.actions.context import Installation
from ocinstaller.actions.views import LocationView, NetworkView, SwiftRegionView
from ocinstaller.model import addressing, naming
from ocinstaller.model.errors import Conflict, Duplicate, InUse
from ocinstaller.store import queries, site_roles
from ocinstaller.store.paging import Filter, Window
from ocinstaller.store.tables import IpAddress, Location, Machine, Network, SwiftRegion


def create_swift_region(session: Session, name: str) -> SwiftRegionView:
    """Create a Swift region.

    :raises InvalidValue: the name is malformed
    :raises Duplicate: the name is taken
    """
    naming.check_object_name("name", name)
    if session.scalar(select(SwiftRegion).where(SwiftRegion.name == name)):
        raise Duplicate("name", name)
    session.add(SwiftRegion(name=name))
    return SwiftRegionView(name)


def show_swift_region(session: Session, name: str, *, lock: bool = False) -> SwiftRegionView:
    """Return one Swift region.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: there is none of this name
    """
    return SwiftRegionView(queries.swift_region(session, name, lock=lock).name)


def list_swift_regions(session: Session, window: Window | None = None) -> list[SwiftRegionView]:
    """Return Swift regions, by name; all of them unless a window says otherwise."""
    return listings.swift_region_views(session, window)


def rename_swift_region(session: Session, name: str, new_name: str) -> SwiftRegionView:
    """Give a Swift region another name.

    :raises NotFound: there is none of this name
    :raises InvalidValue: the new name is malformed
    :raises Duplicate: the new name is taken
    """
    row = queries.swift_region(session, name, lock=True)
    row.name = _free_name(session, SwiftRegion, row.id, new_name)
    return SwiftRegionView(row.name)


def delete_swift_region(session: Session, name: str) -> None:
    """Delete a Swift region.

    :raises NotFound: there is none of this name
    :raises InUse: locations are in it
    """
    row = queries.swift_region(session, name)
    users = session.scalars(select(Location.name).where(Location.swift_region_id == row.id)).all()
    if users:
        raise InUse("swift region", name, f"locations {', '.join(users)}")
    session.delete(row)


def create_location(session: Session, name: str, swift_region: str) -> LocationView:
    """Create a location in a Swift region.

    :raises InvalidValue: the name is malformed
    :raises Duplicate: the name is taken
    :raises NotFound: the region does not exist
    """
    naming.check_object_name("name", name)
    region = queries.swift_region(session, swift_region)
    if session.scalar(select(Location).where(Location.name == name)):
        raise Duplicate("name", name)
    row = Location(name=name, swift_region=region)
    session.add(row)
    return LocationView.of(row)


def show_location(session: Session, name: str, *, lock: bool = False) -> LocationView:
    """Return one location.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: there is none of this name
    """
    return LocationView.of(queries.location(session, name, lock=lock))


def list_locations(
    session: Session, wanted: Filter | None = None, window: Window | None = None
) -> list[LocationView]:
    """Return locations, by name; all of them unless a filter and a window say otherwise.

    :raises InvalidValue: the filter names an unknown field
    """
    return listings.location_views(session, wanted or {}, window)


def change_location(
    session: Session, name: str, new_name: str | None = None, swift_region: str | None = None
) -> LocationView:
    """Give a location another name or Swift region; what is None stays.

    Rings follow another region with their next calculation, which shows what that moves.

    :raises NotFound: location or region do not exist
    :raises InvalidValue: the new name is malformed
    :raises Duplicate: the new name is taken
    """
    row = queries.location(session, name, lock=True)
    if new_name is not None:
        row.name = _free_name(session, Location, row.id, new_name)
    if swift_region is not None:
        row.swift_region = queries.swift_region(session, swift_region, lock=True)
    session.flush()
    return LocationView.of(row)


def _free_name(
    session: Session, table: type[SwiftRegion] | type[Location], own_id: int, name: str
) -> str:
    naming.check_object_name("name", name)
    if session.scalar(select(table.id).where(table.name == name, table.id != own_id)):
        raise Duplicate("name", name)
    return name


def delete_location(session: Session, name: str) -> None:
    """Delete a location.

    :raises NotFound: there is none of this name
    :raises InUse: networks or machines are there
    """
    row = queries.location(session, name)
    nets = session.scalars(select(Network.name).where(Network.location_id == row.id)).all()
    if nets:
        raise InUse("location", name, f"networks {', '.join(nets)}")
    users = session.scalars(select(Machine.serial).where(Machine.location_id == row.id)).all()
    if users:
        raise InUse("location", name, f"machines {', '.join(users)}")
    session.delete(row)


def create_network(
    session: Session, name: str, ip: str, cidr: int, location: str, *, is_public: bool
) -> NetworkView:
    """Create a network; OCI hands out its addresses but for the router's and the last.

    :raises InvalidValue: name, address or prefix are malformed
    :raises Duplicate: the name is taken
    :raises Conflict: it overlaps another network
    :raises NotFound: the location does not exist
    """
    naming.check_object_name("name", name)
    network = addressing.parse_network(ip, cidr)
    place = queries.location(session, location)
    if session.scalar(select(Network).where(Network.name == name)):
        raise Duplicate("name", name)
    others = [(n.name, addressing.parse_network(n.ip, n.cidr)) for n in queries.networks(session)]
    addressing.check_overlap(network, others)
    usual = addressing.allocatable(network)
    row = Network(
        name=name,
        ip=str(network.network_address),
        cidr=network.prefixlen,
        first_ip=str(usual.first),
        last_ip=str(usual.last),
        gateway=str(addressing.gateway(network) or "") or None,
        is_public=is_public,
        location=place,
        mtu=0,
        vip_usage=addressing.VIP_USAGES[0],
        ipmi_mode=network_changes.IPMI_MODES[0],
    )
    session.add(row)
    return NetworkView.of(row)


def show_network(session: Session, name: str, *, lock: bool = False) -> NetworkView:
    """Return one network.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: there is none of this name
    """
    return NetworkView.of(queries.network(session, name, lock=lock))


def list_networks(
    session: Session, wanted: Filter | None = None, window: Window | None = None
) -> list[NetworkView]:
    """Return networks, by name; all of them unless a filter and a window say otherwise.

    :raises InvalidValue: the filter names an unknown field
    """
    return listings.network_views(session, wanted or {}, window)


def delete_network(session: Session, name: str) -> None:
    """Delete a network that belongs to no cluster.

    :raises NotFound: there is none of this name
    :raises InUse: a cluster uses it
    """
    row = queries.network(session, name)
    if row.cluster is not None:
        raise InUse("network", name, f"cluster {row.cluster.name}")
    session.delete(row)


def assign_network(
    session: Session,
    oci: Installation,
    name: str,
    cluster: str,
    role: str,
    iface1: str,
    iface2: str,
) -> NetworkView:
    """Give a network to a cluster for the machines of a role.

    One interface, or two for an LACP bond. A public network for `all` or `controller`, or one of
    role `vip`, holds a virtual address, which is reserved here. The cluster's machines that the
    network is for get an address each.

    :raises InvalidValue: role or interface are not allowed
    :raises NotFound: network or cluster do not exist
    :raises Conflict: another cluster has it, or the virtual address exists
    :raises Exhausted: it has not enough free addresses
    """
    row = queries.network(session, name)
    target = queries.cluster(session, cluster, lock=True)
    site_roles.check_network_purpose(session, role)
    if row.cluster is not None:
        raise Conflict(
            f"network {name} belongs to cluster {row.cluster.name}",
            field="network",
            value=name,
            allowed="a network without a cluster: see network-list",
        )
    row.cluster, row.role = target, role
    row.iface1, row.iface2 = network_changes.interfaces_of(iface1, iface2)
    session.flush()
    addresses.reserve_vip(session, oci, row)
    addresses.give_to_members(session, oci, row)
    return NetworkView.of(row)


def release_network(session: Session, name: str) -> NetworkView:
    """Take a network away from its cluster.

    :raises NotFound: there is none of this name
    :raises Conflict: it belongs to no cluster
    :raises InUse: machines have addresses in it
    """
    row = queries.network(session, name)
    if row.cluster is None:
        raise Conflict(
            f"network {name} belongs to no cluster",
            field="network",
            value=name,
            allowed="a network of a cluster: see network-list",
        )
    given = session.scalars(select(IpAddress).where(IpAddress.network_id == row.id)).all()
    users = [a.machine.hostname or a.machine.serial for a in given if a.machine is not None]
    if users:
        raise InUse("network", name, f"machines {', '.join(users)}")
    for address in given:
        session.delete(address)
    row.cluster, row.role, row.iface1, row.iface2 = None, None, None, None
    return NetworkView.of(row)
