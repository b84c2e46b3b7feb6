"""Actions on Swift regions, locations, networks and roles."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import site_roles, topology
from ocinstaller.actions.network_changes import NetworkChange, change_network
from ocinstaller.api.compat import rows
from ocinstaller.api.compat.action import Action, Call, Transaction
from ocinstaller.api.compat.kinds import (
    ADDRESS,
    INTERFACE,
    NAME,
    NUMBER,
    TEXT,
    VLAN,
    YES_OR_NO,
    Kind,
)
from ocinstaller.api.compat.parameters import Parameter
from ocinstaller.store import queries
from ocinstaller.store.tables import Location, SiteRole, SwiftRegion

_NAME = Parameter("name", NAME)
_NETWORK = Parameter("network_name", NAME)
_CHANGES: dict[str, tuple[str, Kind]] = {
    "role": ("role", NAME),
    "iface1_name": ("iface1", INTERFACE),
    "iface2_name": ("iface2", INTERFACE),
    "ip": ("ip", ADDRESS),
    "cidr": ("cidr", NUMBER),
    "is_public": ("is_public", YES_OR_NO),
    "vlan": ("vlan", VLAN),
    "mtu": ("mtu", NUMBER),
    "location": ("location", NAME),
    "bridgename": ("bridge_name", INTERFACE),
    "first_ip": ("first_ip", ADDRESS),
    "last_ip": ("last_ip", ADDRESS),
    "ipmi_match_addr": ("ipmi_match_addr", ADDRESS),
    "ipmi_match_cidr": ("ipmi_match_cidr", NUMBER),
    "ipmi_mode": ("ipmi_mode", NAME),
    "lldp_match": ("lldp_match", TEXT),
    "vip_usage": ("vip_usage", NAME),
}
"""Our field, and what it may look like, by the original's name."""


def _swift_regions(session: Session, _call: Call) -> object:
    found = session.scalars(select(SwiftRegion).order_by(SwiftRegion.name))
    return [rows.swift_region_row(region) for region in found]


def _create_swift_region(session: Session, call: Call) -> None:
    topology.create_swift_region(session, call["name"])


def _delete_swift_region(session: Session, call: Call) -> None:
    topology.delete_swift_region(session, call["name"])


def _locations(session: Session, _call: Call) -> object:
    found = session.scalars(select(Location).order_by(Location.name))
    return [rows.location_row(location) for location in found]


def _create_location(session: Session, call: Call) -> None:
    topology.create_location(session, call["name"], call["swiftregion"])


def _delete_location(session: Session, call: Call) -> None:
    topology.delete_location(session, call["name"])


def _networks(session: Session, _call: Call) -> object:
    return [rows.network_list_row(network) for network in queries.networks(session)]


def _create_network(session: Session, call: Call) -> None:
    topology.create_network(
        session,
        call["name"],
        call["ipaddr"],
        int(call["cidr_mask"]),
        call["location"],
        is_public=call.yes("is_public"),
    )


def _delete_network(session: Session, call: Call) -> None:
    topology.delete_network(session, call["name"])


def _change_network(session: Session, call: Call) -> None:
    change_network(session, call.oci, call["network_name"], _change(call))


def _change(call: Call) -> NetworkChange:
    given = {
        field: _value(kind, call[name])
        for name, (field, kind) in _CHANGES.items()
        if name in call.values
    }
    return NetworkChange(**given)  # type: ignore[arg-type]  # the kinds are those of the fields


def _value(kind: Kind, text: str) -> str | int | bool:
    if kind is YES_OR_NO:
        return text == "yes"
    if kind is VLAN and text == "null":
        return 0
    return int(text) if kind in (NUMBER, VLAN) else text


def _assign_network(session: Session, call: Call) -> None:
    topology.assign_network(
        session,
        call.oci,
        call["network_name"],
        call["cluster_name"],
        call["role_name"],
        call["iface1"],
        call["iface2"],
    )


def _release_network(session: Session, call: Call) -> None:
    topology.release_network(session, call["network_name"])


def _roles(session: Session, _call: Call) -> object:
    return rows.role_rows(session.scalars(select(SiteRole).order_by(SiteRole.name)))


def _create_role(session: Session, call: Call) -> None:
    site_roles.create_role(session, call["name"])


def _delete_role(session: Session, call: Call) -> None:
    site_roles.delete_role(session, call["name"])


ACTIONS: tuple[Action, ...] = (
    Transaction("swiftregion_list", ("GET", "/v1/swift-regions"), (), _swift_regions),
    Transaction(
        "swiftregion_create", ("POST", "/v1/swift-regions"), (_NAME,), _create_swift_region
    ),
    Transaction(
        "swiftregion_delete",
        ("DELETE", "/v1/swift-regions/{name}"),
        (_NAME,),
        _delete_swift_region,
    ),
    Transaction("location_list", ("GET", "/v1/locations"), (), _locations),
    Transaction(
        "location_create",
        ("POST", "/v1/locations"),
        (_NAME, Parameter("swiftregion", NAME)),
        _create_location,
    ),
    Transaction("location_delete", ("DELETE", "/v1/locations/{name}"), (_NAME,), _delete_location),
    Transaction("network_list", ("GET", "/v1/networks"), (), _networks),
    Transaction(
        "new_network",
        ("POST", "/v1/networks"),
        (
            _NAME,
            Parameter("ipaddr", ADDRESS),
            Parameter("cidr_mask", NUMBER),
            Parameter("location", NAME),
            Parameter("is_public", YES_OR_NO),
        ),
        _create_network,
        "networks that overlap are refused",
    ),
    Transaction(
        "network_set",
        ("PATCH", "/v1/networks/{name}"),
        (
            _NETWORK,
            *(Parameter(name, kind, needed=False) for name, (_, kind) in _CHANGES.items()),
        ),
        _change_network,
        "a VLAN is at most 4094; refused while somebody has an address that it would not leave",
    ),
    Transaction(
        "network_delete",
        ("DELETE", "/v1/networks/{name}"),
        (_NAME,),
        _delete_network,
        "refused while a cluster uses it",
    ),
    Transaction(
        "network_add",
        ("PUT", "/v1/networks/{name}/assignment"),
        (
            _NETWORK,
            Parameter("cluster_name", NAME),
            Parameter("role_name", NAME),
            Parameter("iface1", INTERFACE),
            Parameter("iface2", INTERFACE),
        ),
        _assign_network,
    ),
    Transaction(
        "network_remove",
        ("DELETE", "/v1/networks/{name}/assignment"),
        (_NETWORK,),
        _release_network,
        "refused while machines have addresses in it",
    ),
    Transaction("role_list", ("GET", "/v1/roles"), (), _roles),
    Transaction("role_create", ("POST", "/v1/roles"), (_NAME,), _create_role),
    Transaction(
        "role_delete",
        ("DELETE", "/v1/roles/{name}"),
        (_NAME,),
        _delete_role,
        "refused while machines, networks or host name counters have it",
    ),
)
