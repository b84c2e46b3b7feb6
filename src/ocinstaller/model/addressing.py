"""Networks as values, and which address a machine or a VIP receives."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from ocinstaller.model.errors import Conflict, Exhausted, InvalidValue

Address = ipaddress.IPv4Address
Network = ipaddress.IPv4Network

_HOST_PREFIX = 32
_PEER_PREFIX = 31  # RFC 3021: both addresses are hosts
_PAIR_PREFIX = 30


@dataclass(frozen=True)
class AddressRange:
    """The addresses of a network that OCI may hand out, both ends included."""

    first: Address
    last: Address

    def __contains__(self, address: object) -> bool:
        return isinstance(address, Address) and self.first <= address <= self.last

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


@dataclass(frozen=True)
class NetworkUse:
    """What addressing needs to know of a network."""

    name: str
    network: Network
    addresses: AddressRange
    is_public: bool
    location: str
    role: str | None


def parse_network(ip: str, cidr: int | str) -> Network:
    """Return the network `ip`/`cidr`.

    :raises InvalidValue: when the address or the prefix is malformed, or when bits right of the
        prefix are set
    """
    try:
        prefix = int(cidr)
        if not 1 <= prefix <= _HOST_PREFIX:
            raise ValueError
    except ValueError:
        raise InvalidValue("cidr", cidr, "a prefix length from 1 to 32") from None
    try:
        address = Address(ip)
    except ValueError:
        raise InvalidValue("ip", ip, "an IPv4 network address such as 192.168.100.0") from None
    network = Network((address, prefix), strict=False)
    if network.network_address != address:
        raise InvalidValue("ip", ip, f"the network's first address: {network.network_address}")
    return network


def allocatable(network: Network) -> AddressRange:
    """Return the range that OCI hands out.

    The first host address is the gateway's and the broadcast address is left out, except in the
    networks that are too small for either (/30, /31 after RFC 3021, /32).
    """
    base, last = network.network_address, network.broadcast_address
    if network.prefixlen == _HOST_PREFIX:
        return AddressRange(base, base)
    if network.prefixlen == _PEER_PREFIX:
        return AddressRange(base, last)
    if network.prefixlen == _PAIR_PREFIX:
        return AddressRange(base + 1, base + 2)
    return AddressRange(base + 2, last - 1)


def gateway(network: Network) -> Address | None:
    """Return the router's address: the first host; None where there is no room for a router."""
    return network.network_address + 1 if network.prefixlen < _PAIR_PREFIX else None


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


def next_address(name: str, addresses: AddressRange, used: frozenset[Address]) -> Address:
    """Return the lowest free address of the range.

    :raises Exhausted: when all are used
    """
    for number in range(int(addresses.first), int(addresses.last) + 1):
        if (candidate := Address(number)) not in used:
            return candidate
    raise Exhausted(
        f"network {name} has no free address in {addresses}",
        field="network",
        value=name,
        allowed="a network with free addresses: remove machines or add a larger network",
    )


def check_fixed_address(text: str, use: NetworkUse, used: frozenset[Address]) -> Address:
    """Return the operator's choice of an address in a network.

    :raises InvalidValue: when it is malformed or outside of the network's range
    :raises Conflict: when it is taken
    """
    try:
        address = Address(text)
    except ValueError:
        raise InvalidValue("fixed_ip", text, "an IPv4 address") from None
    if address not in use.addresses:
        raise InvalidValue("fixed_ip", text, f"an address of network {use.name}: {use.addresses}")
    if address in used:
        raise Conflict(
            f"fixed_ip: {text} is already in use",
            field="fixed_ip",
            value=text,
            allowed=f"a free address of {use.addresses}",
        )
    return address


_VM_NET_ROLES = frozenset({"network", "compute"})


def networks_for_machine(
    networks: Iterable[NetworkUse], role: str, location: str, *, has_network_nodes: bool
) -> list[NetworkUse]:
    """Return the networks that a machine of `role` at `location` is connected to, by name.

    `has_network_nodes` tells whether the cluster has machines of role network; without them the
    controllers carry the tenants' routers and need the tunnel networks too.
    """
    wanted = {role, "all"}
    if role in _VM_NET_ROLES or (role == "controller" and not has_network_nodes):
        wanted |= {"vm-net", "ovs-bridge"}
    if role == "cephosd":
        wanted.add("ceph-cluster")
    matching = (n for n in networks if n.location == location and n.role in wanted)
    return sorted(matching, key=lambda n: n.name)


def needs_address(use: NetworkUse) -> bool:
    """Tell whether a machine gets an address of its own in this network.

    Public networks hold virtual addresses only; Open vSwitch bridges carry tenants' traffic.
    """
    return not use.is_public and use.role != "ovs-bridge"


_NOT_MANAGEMENT = frozenset({"vm-net", "ovs-bridge", "ceph-cluster", "ipmi", "vip"})


def is_management(use: NetworkUse) -> bool:
    """Tell whether the network carries the machines' own traffic (SSH, Puppet, APIs)."""
    return not use.is_public and use.role is not None and use.role not in _NOT_MANAGEMENT


def holds_api_vip(use: NetworkUse) -> bool:
    """Tell whether the API's virtual address comes from this network."""
    return use.is_public and use.role in {"all", "controller"}
