"""Networks as values, and which address a machine or a VIP receives; IPv4 and IPv6 alike."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from ocinstaller.model.errors import Conflict, Exhausted, InvalidValue

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_PEERS = 1  # host bits of /31 (RFC 3021) and /127 (RFC 6164): both addresses are hosts
_PAIR = 2


@lru_cache(maxsize=65536)
def known_address(text: str) -> Address:
    """Return a stored address as a value.

    Each enrolment and each classification reads all addresses of a cluster: parsing thousands of
    them anew would take most of their time.

    :raises ValueError: it is none
    """
    return ip_address(text)


@dataclass(frozen=True)
class AddressRange:
    """Addresses of one family, both ends included."""

    first: Address
    last: Address

    def __contains__(self, address: object) -> bool:
        return isinstance(address, type(self.first)) and self.first <= address <= self.last  # type: ignore[operator]

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"

    @property
    def size(self) -> int:
        """How many addresses there are."""
        return int(self.last) - int(self.first) + 1


@dataclass(frozen=True)
class Link:
    """How machines are attached to a network."""

    iface1: str | None = None
    """Interface name or selector; None: on no interface of its own."""
    iface2: str | None = None
    """The second interface of an LACP bond."""
    vlan: int | None = None
    """VLAN tag; None: untagged."""
    mtu: int = 0
    """Bytes; 0: the driver's default."""
    bridge_name: str | None = None
    """The Open vSwitch bridge of an `ovs-bridge` network."""
    lldp_match: str | None = None
    """Only interfaces whose switch has this in its name count for the selectors."""


@dataclass(frozen=True)
class NetworkUse:
    """A network, its addresses and what it is used for."""

    name: str
    network: Network
    addresses: AddressRange
    """What OCI may hand out."""
    is_public: bool
    location: str
    role: str | None
    gateway: Address | None = None
    """The router's address; machines get their default route from a management network."""
    vip_usage: str = "controller"
    """Which virtual address a network of role `vip` holds."""
    link: Link = field(default=Link())
    ipmi_match: Network | None = None
    """Of a network of role `ipmi`: which machines' BMCs get its addresses."""
    ipmi_mode: str = "ocimanaged"


def parse_address(field_name: str, text: str) -> Address:
    """Return an address; IPv6 without a zone.

    :raises InvalidValue: when it is malformed
    """
    try:
        if "%" in text:
            raise ValueError
        return ip_address(text)
    except ValueError:
        raise InvalidValue(field_name, text, "an IPv4 or IPv6 address") from None


def parse_network(ip: str, cidr: int | str) -> Network:
    """Return the network `ip`/`cidr`.

    :raises InvalidValue: when the address or the prefix is malformed, or when bits right of the
        prefix are set
    """
    address = parse_address("ip", ip)
    try:
        prefix = int(cidr)
        if not 1 <= prefix <= address.max_prefixlen:
            raise ValueError
    except ValueError:
        raise InvalidValue(
            "cidr", cidr, f"a prefix length from 1 to {address.max_prefixlen}"
        ) from None
    network = ip_network((address, prefix), strict=False)
    if network.network_address != address:
        raise InvalidValue("ip", ip, f"the network's first address: {network.network_address}")
    return network


def is_host(network: Network) -> bool:
    """Tell whether the network is one address (/32, /128): it belongs on a loopback interface."""
    return network.prefixlen == network.max_prefixlen


def allocatable(network: Network) -> AddressRange:
    """Return the range that OCI hands out unless the operator narrows it.

    The first host address is the gateway's and the last address is left out (IPv4: broadcast; the
    same in IPv6), except in networks that are too small for either: /30 and /126, /31 and /127,
    /32 and /128.
    """
    base, last = network.network_address, network.broadcast_address
    host_bits = network.max_prefixlen - network.prefixlen
    if host_bits <= _PEERS:
        return AddressRange(base, last)
    if host_bits == _PAIR:
        return AddressRange(base + 1, base + 2)
    return AddressRange(base + 2, last - 1)


def hosts(network: Network) -> AddressRange:
    """Return all addresses that a host or router can have: without network and broadcast."""
    base, last = network.network_address, network.broadcast_address
    if network.max_prefixlen - network.prefixlen <= _PEERS:
        return AddressRange(base, last)
    return AddressRange(base + 1, last - 1)


def gateway(network: Network) -> Address | None:
    """Return the usual router: the first host; None where there is no room for a router."""
    has_room = network.max_prefixlen - network.prefixlen > _PAIR
    return network.network_address + 1 if has_room else None


def check_overlap(network: Network, others: Iterable[tuple[str, Network]]) -> None:
    """Refuse a network that shares addresses with another.

    :raises Conflict: naming the other network
    """
    for name, other in others:
        if network.overlaps(other):
            raise Conflict(
                f"ip: {network} overlaps network {name} ({other})",
                field="ip",
                value=str(network),
                allowed=f"a network that shares no address with {other}",
            )


def next_address(
    use: NetworkUse, used: frozenset[Address], reserved: Iterable[AddressRange] = ()
) -> Address:
    """Return the lowest free address of a network.

    Costs as many steps as there are used addresses and reserved ranges, however large the network.

    :raises Exhausted: when all are used
    """
    blocked = tuple(reserved)
    number, last = int(use.addresses.first), int(use.addresses.last)
    make = type(use.addresses.first)
    while number <= last:
        candidate = make(number)
        reservation = next((r for r in blocked if candidate in r), None)
        if reservation is not None:
            number = int(reservation.last) + 1
        elif candidate in used or candidate == use.gateway:
            number += 1
        else:
            return candidate
    count = use.addresses.size
    raise Exhausted(
        f"network {use.name} has no free address: all {count} of {use.addresses} are taken",
        field="network",
        value=use.name,
        allowed="a network with free addresses: remove machines or reservations, widen its range, "
        "or add a larger network",
    )


def check_fixed_address(
    text: str,
    use: NetworkUse,
    used: frozenset[Address],
    reserved: Iterable[AddressRange] = (),
    *,
    field_name: str = "fixed_ip",
) -> Address:
    """Return the operator's choice of an address in a network.

    :raises InvalidValue: when it is malformed, outside of the network's range, or the router's
    :raises Conflict: when it is taken or reserved
    """
    address = parse_address(field_name, text)
    if address not in use.addresses or address == use.gateway:
        but = f" but {use.gateway}" if use.gateway in use.addresses else ""
        allowed = f"an address of network {use.name}: {use.addresses}{but}"
        raise InvalidValue(field_name, text, allowed)
    reservation = next((r for r in reserved if address in r), None)
    if address in used or reservation is not None:
        reason = f"is reserved ({reservation})" if reservation else "is already in use"
        raise Conflict(
            f"{field_name}: {text} {reason}",
            field=field_name,
            value=text,
            allowed=f"a free address of {use.addresses}",
        )
    return address


SWITCHING_ROLES = frozenset({"network", "compute"})
"""Roles whose machines always carry tenants' networks."""

TUNNELS, BRIDGE = "vm-net", "ovs-bridge"
"""Roles of networks: the tunnels between those machines, and what their switches lead to."""


def networks_for_machine(
    networks: Iterable[NetworkUse], role: str, location: str, *, has_network_nodes: bool
) -> list[NetworkUse]:
    """Return the networks that a machine of `role` at `location` is connected to, by name.

    `has_network_nodes` tells whether the cluster has machines of role network; without them the
    controllers carry the tenants' routers and need the tunnel networks too.
    """
    wanted = {role, "all"}
    if role in SWITCHING_ROLES or (role == "controller" and not has_network_nodes):
        wanted |= {TUNNELS, BRIDGE}
    if role == "cephosd":
        wanted.add("ceph-cluster")
    matching = (n for n in networks if n.location == location and n.role in wanted)
    return sorted(matching, key=lambda n: n.name)


def needs_address(use: NetworkUse) -> bool:
    """Tell whether a machine gets an address of its own in this network.

    Public networks hold virtual addresses only; Open vSwitch bridges carry tenants' traffic.
    """
    return not use.is_public and use.role not in {"ovs-bridge", "vip", "ipmi"}


_NOT_MANAGEMENT = frozenset({"vm-net", "ovs-bridge", "ceph-cluster", "ipmi", "vip"})


def is_management(use: NetworkUse) -> bool:
    """Tell whether the network carries the machines' own traffic (SSH, Puppet, APIs)."""
    return not use.is_public and use.role is not None and use.role not in _NOT_MANAGEMENT


API_VIP = "api"
"""The usage of the API's virtual address."""

VIP_USAGES = ("controller", "messaging", "sql", "sqlmsg")
"""What a network of role `vip` can hold the virtual address of."""


def holds_api_vip(use: NetworkUse) -> bool:
    """Tell whether the API's virtual address comes from this network."""
    return vip_usage(use) == API_VIP


def vip_usage(use: NetworkUse) -> str | None:
    """Return which virtual address comes from this network; None: it holds none."""
    if use.role == "vip":
        return API_VIP if use.vip_usage == "controller" else use.vip_usage
    return API_VIP if use.is_public and use.role in {"all", "controller"} else None
