"""A network layout as files of systemd-networkd: pure text.

systemd-networkd because it is in the image already, waits for nothing but what is needed, makes
bonds and VLANs without scripts, and takes addresses at run time from drop-ins (virtual addresses
move that way); ifupdown2 would be a second owner of the same interfaces.
"""

from ocinstaller.model.hardware import Firmware
from ocinstaller.model.network_layout import Interface, InterfaceKind, NetworkLayout
from ocinstaller.model.plan import TargetFile

DIRECTORY = "/etc/systemd/network"
_PREFIX = "10-oci-"

_BOND = """
[Bond]
Mode=802.3ad
MIIMonitorSec=100ms
LACPTransmitRate=fast
TransmitHashPolicy=layer3+4
"""
"""The original's choice: both cards carry traffic, and a dead one is noticed within a second."""

Section = tuple[str, list[str]]


def render(layout: NetworkLayout, firmware: Firmware) -> tuple[TargetFile, ...]:
    """Return the files of all interfaces."""
    vlans: dict[str, list[str]] = {}
    for interface in layout.interfaces:
        if interface.kind is InterfaceKind.VLAN:
            vlans.setdefault(interface.lower[0], []).append(interface.name)
    files: list[TargetFile] = []
    for interface in layout.interfaces:
        files += _device(interface, firmware)
        files.append(_network(interface, vlans.get(interface.name, []), firmware))
    return tuple(files)


def _device(interface: Interface, firmware: Firmware) -> list[TargetFile]:
    """Return what gives an interface its name, or makes it."""
    name = interface.name
    if interface.kind is InterfaceKind.CARD:
        if firmware is Firmware.CONTAINER:
            return []  # no udev there: the host gives names
        match = ("Match", [f"PermanentMACAddress={interface.mac}"])
        return [_file(name, "link", [match, ("Link", [f"Name={name}"])])]
    if interface.kind is InterfaceKind.LOOPBACK:
        return []
    device = [f"Name={name}", f"Kind={interface.kind.value}"]
    if interface.mtu:
        device.append(f"MTUBytes={interface.mtu}")
    if interface.kind is InterfaceKind.BOND:
        device.append(f"MACAddress={interface.mac}")
        sections = [("NetDev", device)]
        return [_file(name, "netdev", sections, _BOND)]
    return [_file(name, "netdev", [("NetDev", device), ("VLAN", [f"Id={interface.vlan}"])])]


def _network(interface: Interface, vlans: list[str], firmware: Firmware) -> TargetFile:
    link: list[str] = []
    if interface.mtu:
        link.append(f"MTUBytes={interface.mtu}")
    if not interface.needed and interface.kind is not InterfaceKind.LOOPBACK:
        link.append("RequiredForOnline=no")
    sections = [("Match", _match(interface, firmware))]
    if link:
        sections.append(("Link", link))
    sections.append(("Network", _configuration(interface, vlans)))
    return _file(interface.name, "network", sections)


def _match(interface: Interface, firmware: Firmware) -> list[str]:
    """Return how networkd knows an interface.

    Bonds, VLANs and bridges take over the hardware address of a card below them, and the cards of
    a bond that of the first one: so cards are known by the address that they were made with.
    Cards of containers were made without one.
    """
    if interface.kind is not InterfaceKind.CARD:
        return [f"Name={interface.name}"]
    if firmware is Firmware.CONTAINER:
        return [f"MACAddress={interface.mac}", "Kind=!bond !bridge !openvswitch !vlan"]
    return [f"PermanentMACAddress={interface.mac}", "Kind=!bond !bridge !openvswitch !vlan"]


def _configuration(interface: Interface, vlans: list[str]) -> list[str]:
    if interface.kind is InterfaceKind.LOOPBACK:
        return [f"Address={address}" for address in interface.addresses]
    if interface.bond is not None:
        return [f"Bond={interface.bond}"]
    has_ipv6 = any(":" in address for address in interface.addresses)
    # Routers' advertisements would add addresses and routes that nobody planned.
    lines = [f"LinkLocalAddressing={'ipv6' if has_ipv6 else 'no'}", "IPv6AcceptRA=no"]
    lines += [f"Address={address}" for address in interface.addresses]
    lines += [f"Gateway={router}" for router in interface.gateways]
    lines += [f"VLAN={name}" for name in vlans]
    if not interface.addresses:
        # Up as soon as there is a cable, for what lies on it or takes it as a port.
        lines.append("ConfigureWithoutCarrier=yes")
    return lines


def _file(name: str, suffix: str, sections: list[Section], tail: str = "") -> TargetFile:
    text = "\n".join(
        f"[{title}]\n" + "".join(f"{line}\n" for line in lines) for title, lines in sections
    )
    return TargetFile(path=f"{DIRECTORY}/{_PREFIX}{name}.{suffix}", content=text + tail)
