"""Changing a network that exists: what it is called for, where it lies, how it is attached."""

import re
from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import addresses
from ocinstaller.actions.context import Installation
from ocinstaller.actions.views import NetworkView
from ocinstaller.model import addressing, interfaces
from ocinstaller.model.addressing import Network as IpNetwork
from ocinstaller.model.errors import Conflict, InUse, InvalidValue
from ocinstaller.model.text import Text
from ocinstaller.store import queries, site_roles
from ocinstaller.store.tables import IpAddress, Network

NONE = "none"
"""What operators write for: no interface, no router, no match."""
IPMI_MODES = ("ocimanaged", "externaldhcp")
_LAST_VLAN = 4094  # IEEE 802.1Q: 0 and 4095 are reserved
_LEAST_MTU = 68  # RFC 791
_MOST_MTU = 9999
_BRIDGE = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,14}")
_MATCH_LENGTH = 64


@dataclass(frozen=True)
class NetworkChange:
    """What is to change of a network; None stays as it is."""

    role: str | None = None
    iface1: str | None = None
    iface2: str | None = None
    ip: str | None = None
    cidr: int | None = None
    is_public: bool | None = None
    mtu: int | None = None
    vlan: int | None = None
    location: str | None = None
    bridge_name: str | None = None
    gateway: str | None = None
    first_ip: str | None = None
    last_ip: str | None = None
    lldp_match: str | None = None
    vip_usage: str | None = None
    ipmi_match_addr: str | None = None
    ipmi_match_cidr: int | None = None
    ipmi_mode: str | None = None

    def touches(self, *names: str) -> bool:
        """Tell whether one of these fields is to change."""
        return any(getattr(self, name) is not None for name in names)


FIELDS = tuple(field.name for field in fields(NetworkChange))


def change_network(
    session: Session, oci: Installation, name: str, change: NetworkChange
) -> NetworkView:
    """Change a network.

    :raises NotFound: network or location do not exist
    :raises InvalidValue: a value is not allowed
    :raises Conflict: it would overlap another network, needs a cluster, or its virtual address
        exists elsewhere
    :raises InUse: somebody has an address that the change does not leave
    """
    row = queries.network(session, name, lock=True)
    if row.cluster is not None:
        queries.cluster(session, row.cluster.name, lock=True)
    _change_link(row, change)
    _change_place(session, row, change)
    _change_addresses(session, row, change)
    _change_bmc(row, change)
    session.flush()
    session.refresh(row, ["location"])
    _keep_virtual_address(session, oci, row, change)
    return NetworkView.of(row)


def interfaces_of(iface1: str, iface2: str) -> tuple[str | None, str | None]:
    """Return the selectors of a network's interfaces; None for none.

    :raises InvalidValue: a selector is malformed, or the second is without or like the first
    """
    first = _selector("iface1", iface1)
    second = _selector("iface2", iface2)
    if second is not None and second == first:
        raise InvalidValue(
            "iface2",
            iface2,
            Text("another interface than {iface1}, or {none}", iface1=iface1, none=NONE),
        )
    if second is not None and first is None:
        raise InvalidValue(
            "iface2", iface2, Text("{none}, because there is no first interface", none=NONE)
        )
    return first, second


def _selector(field: str, text: str) -> str | None:
    return None if text == NONE else interfaces.check_selector(field, text)


def _change_link(row: Network, change: NetworkChange) -> None:
    if change.touches("iface1", "iface2"):
        row.iface1, row.iface2 = interfaces_of(
            change.iface1 or row.iface1 or NONE, change.iface2 or row.iface2 or NONE
        )
    if change.vlan is not None:
        if not 0 <= change.vlan <= _LAST_VLAN:
            raise InvalidValue(
                "vlan", change.vlan, Text("1 to {last_vlan}, or 0 for none", last_vlan=_LAST_VLAN)
            )
        row.vlan = change.vlan or None
    if change.mtu is not None:
        if change.mtu and not _LEAST_MTU <= change.mtu <= _MOST_MTU:
            allowed = Text(
                "{least_mtu} to {most_mtu}, or 0 for the driver's",
                least_mtu=_LEAST_MTU,
                most_mtu=_MOST_MTU,
            )
            raise InvalidValue("mtu", change.mtu, allowed)
        row.mtu = change.mtu
    if change.bridge_name is not None:
        if change.bridge_name != NONE and not _BRIDGE.fullmatch(change.bridge_name):
            raise InvalidValue("bridge_name", change.bridge_name, Text("the name of an interface"))
        row.bridge_name = None if change.bridge_name == NONE else change.bridge_name
    if change.lldp_match is not None:
        text = change.lldp_match
        if not text or len(text) > _MATCH_LENGTH or not text.isprintable():
            allowed = Text(
                "1 to {match_length} printable characters, or {none}",
                match_length=_MATCH_LENGTH,
                none=NONE,
            )
            raise InvalidValue("lldp_match", text, allowed)
        row.lldp_match = None if text.lower() == NONE else text


def _change_place(session: Session, row: Network, change: NetworkChange) -> None:
    moved = change.touches("location", "role", "is_public", "vip_usage")
    if moved and (users := _users(session, row)):
        raise InUse(Text("network"), row.name, Text("machines {users}", users=", ".join(users)))
    if change.location is not None:
        row.location = queries.location(session, change.location)
    if change.role is not None:
        site_roles.check_network_purpose(session, change.role)
        if row.cluster is None:
            raise Conflict(
                Text("network {name} belongs to no cluster", name=row.name),
                field="role",
                value=change.role,
                allowed=Text("a network of a cluster: use network-add first"),
            )
        row.role = change.role
    if change.is_public is not None:
        row.is_public = change.is_public
    if change.vip_usage is not None:
        if change.vip_usage not in addressing.VIP_USAGES:
            raise InvalidValue("vip_usage", change.vip_usage, ", ".join(addressing.VIP_USAGES))
        row.vip_usage = change.vip_usage


def _users(session: Session, row: Network) -> list[str]:
    given = session.scalars(select(IpAddress).where(IpAddress.network_id == row.id))
    return sorted({a.machine.hostname or a.machine.serial for a in given if a.machine is not None})


def _change_addresses(session: Session, row: Network, change: NetworkChange) -> None:
    if change.touches("ip", "cidr"):
        _renumber(session, row, change)
    network = addressing.parse_network(row.ip, row.cidr)
    if change.gateway is not None:
        row.gateway = _gateway(network, change.gateway)
    if change.touches("first_ip", "last_ip"):
        chosen = addresses.parse_range(
            queries.network_use(row),
            change.first_ip or row.first_ip,
            change.last_ip or row.last_ip,
        )
        row.first_ip, row.last_ip = str(chosen.first), str(chosen.last)
    if change.touches("ip", "cidr", "gateway"):
        _refuse_outside(session, row, network)


def _renumber(session: Session, row: Network, change: NetworkChange) -> None:
    cidr = row.cidr if change.cidr is None else change.cidr
    network = addressing.parse_network(change.ip or row.ip, cidr)
    others = [
        (other.name, addressing.parse_network(other.ip, other.cidr))
        for other in queries.networks(session)
        if other.id != row.id
    ]
    addressing.check_overlap(network, others)
    usual = addressing.allocatable(network)
    row.ip, row.cidr = str(network.network_address), network.prefixlen
    row.first_ip, row.last_ip = str(usual.first), str(usual.last)
    row.gateway = str(addressing.gateway(network) or "") or None


def _gateway(network: IpNetwork, text: str) -> str | None:
    if text == NONE:
        return None
    address = addressing.parse_address("gateway", text)
    if address not in addressing.hosts(network):
        allowed = Text("a host address of {network}, or {none}", network=network, none=NONE)
        raise InvalidValue("gateway", text, allowed)
    return str(address)


def _refuse_outside(session: Session, row: Network, network: IpNetwork) -> None:
    """Refuse to leave addresses that were given away, or to make one of them the router's."""
    inside = addressing.hosts(network)
    given = session.scalars(select(IpAddress).where(IpAddress.network_id == row.id))
    left = [a.ip for a in given if addressing.parse_address("ip", a.ip) not in inside]
    given = session.scalars(select(IpAddress).where(IpAddress.network_id == row.id))
    left += [a.ip for a in given if a.ip == row.gateway]
    if left:
        raise InUse(Text("network"), row.name, Text("addresses {left}", left=", ".join(left)))
    for kept in queries.reservations(session, row.id):
        if kept.first not in inside or kept.last not in inside:
            raise InUse(Text("network"), row.name, Text("the reservation {kept}", kept=kept))


def _change_bmc(row: Network, change: NetworkChange) -> None:
    if change.touches("ipmi_match_addr", "ipmi_match_cidr"):
        if change.ipmi_match_addr == NONE:
            row.ipmi_match_addr, row.ipmi_match_cidr = None, None
        else:
            address = change.ipmi_match_addr or row.ipmi_match_addr or ""
            cidr = change.ipmi_match_cidr
            cidr = row.ipmi_match_cidr if cidr is None else cidr
            if not address or cidr is None:
                raise InvalidValue(
                    "ipmi_match_cidr", cidr, Text("ipmi_match_addr and ipmi_match_cidr together")
                )
            network = addressing.parse_network(address, cidr)
            row.ipmi_match_addr, row.ipmi_match_cidr = str(network.network_address), cidr
    if change.ipmi_mode is not None:
        if change.ipmi_mode not in IPMI_MODES:
            raise InvalidValue("ipmi_mode", change.ipmi_mode, ", ".join(IPMI_MODES))
        row.ipmi_mode = change.ipmi_mode


def _keep_virtual_address(
    session: Session, oci: Installation, row: Network, change: NetworkChange
) -> None:
    """Let the network's virtual address, and its machines' addresses, follow what it is for."""
    if row.cluster_id is None or not change.touches("role", "is_public", "vip_usage", "location"):
        return
    usage = addressing.vip_usage(queries.network_use(row))
    query = select(IpAddress).where(IpAddress.network_id == row.id, IpAddress.usefor == "vip")
    for address in session.scalars(query):
        if address.vip_usage != usage:
            session.delete(address)
    session.flush()
    addresses.reserve_vip(session, oci, row)
    addresses.give_to_members(session, oci, row)
