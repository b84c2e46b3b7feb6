"""The network of an installed machine: interfaces, bonds, VLANs, addresses, routes, and why.

Everything lies on one of four kinds of interfaces. A network with one interface lies on that, a
network with two on an LACP bond of both; with a VLAN, on a VLAN interface on top of either. A
network of one address (/32, /128) lies on the loopback interface.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ocinstaller.model.addressing import NetworkUse, is_host, is_management
from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import Nic
from ocinstaller.model.interfaces import select_interface
from ocinstaller.model.text import Text

DEFAULT_MTU = 1500  # RFC 894; what drivers of Ethernet cards start with
LOOPBACK = "lo"
_LONGEST_NAME = 15  # IFNAMSIZ - 1, linux/if.h


class InterfaceKind(StrEnum):
    """What an interface is made of."""

    CARD = "card"
    BOND = "bond"
    VLAN = "vlan"
    LOOPBACK = "loopback"


@dataclass(frozen=True)
class Interface:
    """One interface of the installed system."""

    name: str
    kind: InterfaceKind
    mac: str = ""
    """Of a card its own, of a bond that of its first card; empty for others."""
    lower: tuple[str, ...] = ()
    """What it lies on: the cards of a bond, the card or bond of a VLAN."""
    bond: str | None = None
    """The bond that a card belongs to."""
    vlan: int | None = None
    mtu: int = 0
    """Bytes; 0 leaves the driver's."""
    addresses: tuple[str, ...] = ()
    """With prefix length."""
    gateways: tuple[str, ...] = ()
    """Routers of default routes, one of each family at most."""
    networks: tuple[str, ...] = ()
    bridges: tuple[str, ...] = ()
    """Open vSwitch bridges that it will be a port of: left without configuration for them."""
    needed: bool = False
    """Whether the system counts as online only with it."""


@dataclass(frozen=True)
class NetworkLayout:
    """The interfaces, each after those that it lies on, and what was decided about them."""

    interfaces: tuple[Interface, ...] = ()
    of_network: Mapping[str, str] = field(default_factory=dict)
    """Name of the interface that each network lies on."""
    reasons: tuple[str, ...] = ()

    def interface(self, name: str) -> Interface:
        """Return an interface by its name.

        :raises KeyError: there is none
        """
        return {interface.name: interface for interface in self.interfaces}[name]


def network_layout(
    networks: Sequence[NetworkUse],
    addresses: Mapping[str, str],
    nics: Sequence[Nic],
) -> NetworkLayout:
    """Return how a machine's networks lie on its interfaces.

    :param networks: those that the machine is connected to
    :param addresses: its own address in each network where it has one
    :param nics: of its report
    :raises Conflict: a selector means no interface of the machine, or two networks want different
        things of one interface
    """
    building = _Building(nics)
    ordered = sorted(networks, key=lambda use: (use.link.vlan is not None, use.name))
    for use in ordered:
        if is_host(use.network):
            building.on_loopback(use, addresses.get(use.name))
        elif use.link.iface1 is not None:
            building.attach(use, addresses.get(use.name))
    gateways = _gateways(networks, addresses, building)
    return building.finish(networks, gateways)


class _Building:
    """The interfaces while networks are put on them one by one."""

    def __init__(self, nics: Sequence[Nic]) -> None:
        self._nics = nics
        self.interfaces: dict[str, Interface] = {}
        self.of_network: dict[str, str] = {}
        self.reasons: list[str] = []
        self._untagged_mtu: dict[str, tuple[int, str]] = {}

    def on_loopback(self, use: NetworkUse, address: str | None) -> None:
        """A single address belongs to the machine, not to one of its cables."""
        before = self.interfaces.get(LOOPBACK, Interface(LOOPBACK, InterfaceKind.LOOPBACK))
        self._put(before, use, address)
        self.reasons.append(
            Text(
                "network {name} is one address, so it is on {loopback}",
                name=use.name,
                loopback=LOOPBACK,
            )
        )

    def attach(self, use: NetworkUse, address: str | None) -> None:
        base = self._base(use)
        if use.link.vlan is None:
            self._check_mtu(base, use)
            self._put(base, use, address)
            return
        name = self._vlan_name(base.name, use.link.vlan)
        made = Interface(name, InterfaceKind.VLAN, lower=(base.name,), vlan=use.link.vlan)
        self._put(self.interfaces.get(name, made), use, address)
        self._raise_mtu(base.name, use.link.mtu, use.name)

    def _base(self, use: NetworkUse) -> Interface:
        """Return the card or the bond that a network lies on, made when it is new."""
        link = use.link
        first = self._card(use, "iface1", link.iface1 or "")
        if link.iface2 is None:
            if first.bond is not None:
                raise _contradiction(
                    use,
                    "iface2",
                    Text("{name} belongs to {bond}", name=first.name, bond=first.bond),
                    Text("both interfaces of {bond}", bond=first.bond),
                )
            return first
        second = self._card(use, "iface2", link.iface2)
        return self._bond(use, first, second)

    def _card(self, use: NetworkUse, field: str, selector: str) -> Interface:
        nic = select_interface(
            selector,
            self._nics,
            field=field,
            network=use.name,
            lldp_match=use.link.lldp_match,
        )
        made = Interface(nic.name, InterfaceKind.CARD, mac=nic.mac)
        return self.interfaces.setdefault(nic.name, made)

    def _bond(self, use: NetworkUse, first: Interface, second: Interface) -> Interface:
        if first.name == second.name:
            raise _contradiction(
                use,
                "iface2",
                Text(
                    "{iface1} and {iface2} are both {name}",
                    iface1=use.link.iface1,
                    iface2=use.link.iface2,
                    name=first.name,
                ),
                Text("another interface than iface1, or none"),
            )
        if first.bond is not None and first.bond == second.bond:
            return self.interfaces[first.bond]
        for card in (first, second):
            if card.bond is not None or card.networks or self._has_vlans(card.name):
                user = card.bond or ", ".join(card.networks) or Text("a VLAN")
                raise _contradiction(
                    use,
                    Text("iface1, iface2"),
                    Text("{name} already carries {user}", name=card.name, user=user),
                    Text("the same pair of interfaces for all networks on a bond"),
                )
        number = sum(i.kind is InterfaceKind.BOND for i in self.interfaces.values())
        bond = Interface(
            f"bond{number}", InterfaceKind.BOND, mac=first.mac, lower=(first.name, second.name)
        )
        for card in (first, second):
            self.interfaces[card.name] = replace(card, bond=bond.name)
        self.interfaces[bond.name] = bond
        self.reasons.append(
            Text(
                "network {name} has two interfaces, so {first_name} and {second_name} "
                "are {bond_name}",
                name=use.name,
                first_name=first.name,
                second_name=second.name,
                bond_name=bond.name,
            )
        )
        return bond

    def _has_vlans(self, name: str) -> bool:
        return any(name in i.lower for i in self.interfaces.values())

    def _vlan_name(self, base: str, vlan: int) -> str:
        """Return `vlanN` as the original does; the same VLAN elsewhere gets its base's name too."""
        name = f"vlan{vlan}"
        taken = self.interfaces.get(name)
        if taken is not None and taken.lower != (base,):
            return f"{base}.{vlan}"[-_LONGEST_NAME:]
        return name

    def _put(self, interface: Interface, use: NetworkUse, address: str | None) -> None:
        """Let a network lie on an interface."""
        bridge = (use.link.bridge_name,) if use.link.bridge_name else ()
        own = (f"{address}/{use.network.prefixlen}",) if address else ()
        changed = replace(
            interface,
            addresses=interface.addresses + own,
            networks=(*interface.networks, use.name),
            bridges=interface.bridges + bridge,
            mtu=max(interface.mtu, use.link.mtu),
        )
        if changed.bridges and changed.addresses:
            raise _contradiction(
                use,
                "iface1",
                Text(
                    "{name} becomes a port of bridge {bridges}, whose traffic Open vSwitch "
                    "takes: {networks} cannot share it",
                    name=interface.name,
                    bridges=", ".join(changed.bridges),
                    networks=", ".join(changed.networks),
                ),
                Text("an interface or a VLAN of its own for the bridge"),
            )
        if len(changed.bridges) > 1:
            raise _contradiction(
                use,
                "iface1",
                Text(
                    "{name} cannot be a port of {bridges}",
                    name=interface.name,
                    bridges=", ".join(changed.bridges),
                ),
                Text("an interface or a VLAN of its own for each bridge"),
            )
        self.interfaces[interface.name] = changed
        self.of_network[use.name] = interface.name

    def _check_mtu(self, base: Interface, use: NetworkUse) -> None:
        """Two untagged networks on one interface have one MTU."""
        if not use.link.mtu:
            return
        mtu, name = self._untagged_mtu.setdefault(base.name, (use.link.mtu, use.name))
        if mtu != use.link.mtu:
            raise _contradiction(
                use,
                "mtu",
                Text(
                    "{mtu} on {interface}, network {name} wants {wanted} there",
                    mtu=use.link.mtu,
                    interface=base.name,
                    name=name,
                    wanted=mtu,
                ),
                Text("one MTU for all untagged networks of an interface"),
            )

    def _raise_mtu(self, name: str, mtu: int, network: str) -> None:
        """A frame that a VLAN sends has to fit through what it lies on."""
        base = self.interfaces[name]
        if mtu <= (base.mtu or DEFAULT_MTU):
            return
        wanted = self._untagged_mtu.get(name)
        if wanted is not None:
            raise Conflict(
                Text(
                    "network {wanted}: mtu: {least} on {name} is less than the {mtu} of "
                    "network {network}, whose VLAN lies on it",
                    wanted=wanted[1],
                    least=wanted[0],
                    name=name,
                    mtu=mtu,
                    network=network,
                ),
                field="mtu",
                value=str(wanted[0]),
                allowed=Text(
                    "{mtu} or more for {wanted}, or less for {network}",
                    mtu=mtu,
                    wanted=wanted[1],
                    network=network,
                ),
            )
        self.interfaces[name] = replace(base, mtu=mtu)
        self.reasons.append(
            Text(
                "mtu {mtu} on {name}: VLAN network {network} on it needs that",
                mtu=mtu,
                name=name,
                network=network,
            )
        )

    def finish(self, networks: Sequence[NetworkUse], gateways: Mapping[str, str]) -> NetworkLayout:
        """Return the layout: with routes, MTUs passed down to cards, lower ones first."""
        management = {
            self.of_network[use.name]
            for use in networks
            if use.name in self.of_network and is_management(use)
        }
        for interface in list(self.interfaces.values()):
            mtu = self.interfaces[interface.bond].mtu if interface.bond else interface.mtu
            routers = tuple(r for n, r in gateways.items() if n in interface.networks)
            self.interfaces[interface.name] = replace(
                interface,
                mtu=mtu,
                gateways=routers,
                needed=interface.name in management
                and interface.kind is not InterfaceKind.LOOPBACK,
            )
        ranks = list(InterfaceKind)
        ordered = sorted(self.interfaces.values(), key=lambda i: (ranks.index(i.kind), i.name))
        return NetworkLayout(tuple(ordered), dict(self.of_network), tuple(self.reasons))


def _gateways(
    networks: Sequence[NetworkUse], addresses: Mapping[str, str], building: _Building
) -> dict[str, str]:
    """Return the router of each network that a default route goes through.

    One route of each family, through a management network: the machine's own traffic comes from
    its address there, and answers have to leave the way the requests came. A network of the
    machine's own role goes before one of all roles, then the first by name.
    """
    found: dict[str, str] = {}
    for version in (4, 6):
        candidates = sorted(
            (
                use
                for use in networks
                if use.network.version == version
                and use.gateway is not None
                and is_management(use)
                and use.name in addresses
                and use.name in building.of_network
                and not is_host(use.network)
            ),
            key=lambda use: (use.role == "all", use.name),
        )
        if not candidates:
            building.reasons.append(
                Text(
                    "no default route for IPv{version}: no management network with a gateway",
                    version=version,
                )
            )
            continue
        first = candidates[0]
        found[first.name] = str(first.gateway)
        others = (
            Text(", before {names}", names=", ".join(use.name for use in candidates[1:]))
            if candidates[1:]
            else ""
        )
        building.reasons.append(
            Text(
                "default route for IPv{version} by {gateway}: {name} is the management "
                "network{others}",
                version=version,
                gateway=first.gateway,
                name=first.name,
                others=others,
            )
        )
    return found


def _contradiction(use: NetworkUse, field: str, what: str, allowed: str) -> Conflict:
    value = {"iface1": use.link.iface1, "iface2": use.link.iface2, "mtu": use.link.mtu}.get(field)
    return Conflict(
        Text(
            "network {name}: {field}: {what}; allowed: {allowed}",
            name=use.name,
            field=field,
            what=what,
            allowed=allowed,
        ),
        field=field,
        value=value or "",
        allowed=allowed,
    )
