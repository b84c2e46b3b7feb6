"""Which address a BMC gets: the lowest free one of the network that is for its machine.

A network of role `ipmi` is for the machines whose live system has an address in the network that
`ipmi_match_addr` and `ipmi_match_cidr` name. With the mode `externaldhcp` somebody else hands its
addresses out, so OCI does not.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

from ocinstaller.model.addressing import Address, AddressRange, NetworkUse, next_address
from ocinstaller.model.errors import Conflict
from ocinstaller.model.text import Text

ROLE = "ipmi"
MANAGED = "ocimanaged"


@dataclass(frozen=True)
class BmcPlace:
    """Where a BMC is in its network."""

    address: IPv4Address
    netmask: str
    gateway: str
    """Empty when the network has no room for one."""


def network_for(networks: Iterable[NetworkUse], seen_at: Address) -> NetworkUse | None:
    """Return the network for the BMC of a machine: the narrowest match, then the first by name.

    :param seen_at: address of the machine's live system
    """
    fitting = [
        (-use.ipmi_match.prefixlen, use.name, use)
        for use in networks
        if use.role == ROLE
        and use.ipmi_mode == MANAGED
        and use.ipmi_match is not None
        and use.ipmi_match.version == seen_at.version
        and seen_at in use.ipmi_match
    ]
    return min(fitting, key=lambda one: one[:2])[2] if fitting else None


def check_network(use: NetworkUse) -> IPv4Network:
    """Return the addresses of a network that OCI gives to BMCs.

    :raises Conflict: it is none
    """
    reason = ""
    if use.role != ROLE:
        reason = Text(
            "its role is {role}, not {wanted}", role=use.role or Text("none"), wanted=ROLE
        )
    elif use.ipmi_mode != MANAGED:
        reason = Text(
            "its ipmi_mode is {ipmi_mode}: another server hands its addresses out",
            ipmi_mode=use.ipmi_mode,
        )
    elif not isinstance(use.network, IPv4Network):
        reason = Text("BMCs are programmed with IPv4 addresses")
    if reason or not isinstance(use.network, IPv4Network):
        raise Conflict(
            Text("network {name} gives BMCs no addresses: {reason}", name=use.name, reason=reason),
            field="network",
            value=use.name,
            allowed=Text(
                "an IPv4 network of role {role} with ipmi_mode {managed}: see network-list",
                role=ROLE,
                managed=MANAGED,
            ),
        )
    return use.network


def gateway_of(use: NetworkUse) -> Address | None:
    """Return the router of a network: the one that is set, else its first address, if any."""
    if use.gateway is not None:
        return use.gateway
    has_room = use.network.num_addresses > 2  # noqa: PLR2004 - network, broadcast and one more
    return use.network.network_address + 1 if has_room else None


def place_of(
    use: NetworkUse,
    used: frozenset[Address],
    reserved: Iterable[AddressRange] = (),
    present: IPv4Address | None = None,
) -> BmcPlace:
    """Return where a BMC goes.

    :param present: the address that it has in this network already, which it keeps
    :raises Conflict: the network is none for BMCs
    :raises Exhausted: it has no free address
    """
    network = check_network(use)
    gateway = gateway_of(use)
    address = present or next_address(replace(use, gateway=gateway), used, reserved)
    return BmcPlace(IPv4Address(str(address)), str(network.netmask), str(gateway or ""))
