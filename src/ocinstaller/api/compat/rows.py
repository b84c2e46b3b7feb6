"""Our objects as rows of the original's tables."""

from collections.abc import Iterable
from ipaddress import ip_address

from ocinstaller.api.compat import columns
from ocinstaller.api.compat.envelope import Row, row
from ocinstaller.model.roles import ROLES
from ocinstaller.store.tables import Location, Network, SiteRole, SwiftRegion

_NOT_BOUND = "-"
_MATCHES_NOTHING = "0.0.0.0"  # noqa: S104 - no address to listen on


def swift_region_row(region: SwiftRegion) -> Row:
    """Return a Swift region."""
    return row(columns.SWIFT_REGION, {"id": region.id, "name": region.name})


def location_row(location: Location) -> Row:
    """Return a location, with the name of its Swift region."""
    values = {"id": location.id, "name": location.name, "swiftregion": location.swift_region.name}
    return row(columns.LOCATION, values)


def role_rows(own: Iterable[SiteRole]) -> list[Row]:
    """Return the roles that a machine can have.

    :param own: those that the site added
    """
    return [
        *(row(columns.ROLE, {"id": columns.ROLE_IDS[r.name], "name": r.name}) for r in ROLES),
        *(row(columns.ROLE, {"id": columns.FIRST_SITE_ROLE + r.id, "name": r.name}) for r in own),
    ]


def _network_values(network: Network) -> dict[str, object]:
    return {
        "id": network.id,
        "name": network.name,
        "ip": network.ip,
        "cidr": network.cidr,
        "first_ip": network.first_ip,
        "last_ip": network.last_ip,
        "is_public": network.is_public,
        "cluster": network.cluster_id,
        "cluster_name": network.cluster.name if network.cluster else _NOT_BOUND,
        "role": network.role,
        "vip_usage": network.vip_usage,
        "iface1": network.iface1,
        "iface2": network.iface2 or ("none" if network.cluster else None),
        "lldp_match": network.lldp_match or "None",
        "bridgename": network.bridge_name,
        "vlan": network.vlan,
        "mtu": network.mtu,
        "location_id": network.location_id,
        "location": network.location.name,
        "ipmi_match_addr": network.ipmi_match_addr or _MATCHES_NOTHING,
        "ipmi_match_cidr": network.ipmi_match_cidr or 0,
        "ipmi_mode": network.ipmi_mode,
    }


def network_list_row(network: Network) -> Row:
    """Return a network as `network_list` does: names and dotted addresses."""
    return row(columns.NETWORK_LIST, _network_values(network))


def network_row(network: Network) -> Row:
    """Return a network as it is stored: numbers of objects, addresses as whole numbers."""
    values = _network_values(network)
    for name in ("first_ip", "last_ip"):
        values[name] = int(ip_address(str(values[name])))
    return row(columns.NETWORK, values)
