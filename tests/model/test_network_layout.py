"""How networks lie on a machine's interfaces, and what systemd-networkd is told."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.addressing import Link, NetworkUse, allocatable, parse_network
from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import Firmware, LldpNeighbour, Nic
from ocinstaller.model.network_layout import InterfaceKind, NetworkLayout, network_layout
from ocinstaller.model.networkd import render

NICS = [
    Nic(
        name=f"eth{number}",
        mac=f"52:54:00:00:00:{number:02x}",
        speed_mbps=speed,
        lldp=LldpNeighbour(switch_hostname=f"{place}-switch"),
    )
    for number, speed, place in [
        (0, 1000, "room"),
        (1, 1000, "room"),
        (2, 25000, "store"),
        (10, 10000, "store"),
    ]
]


def use(
    name: str,
    cidr: str = "10.0.0.0/24",
    role: str = "all",
    gateway: str | None = None,
    public: bool = False,
    **link: object,
) -> NetworkUse:
    network = parse_network(*cidr.split("/"))
    return NetworkUse(
        name=name,
        network=network,
        addresses=allocatable(network),
        is_public=public,
        location="here",
        role=role,
        gateway=ip_address(gateway) if gateway else None,
        link=Link(**{"iface1": "eth0", **link}),  # type: ignore[arg-type]
    )


def lay_out(*uses: NetworkUse, nics: list[Nic] = NICS) -> NetworkLayout:
    own = {
        u.name: str(u.addresses.first) for u in uses if not u.is_public and u.role != "ovs-bridge"
    }
    return network_layout(uses, own, nics)


def files(layout: NetworkLayout, firmware: Firmware = Firmware.BIOS) -> dict[str, str]:
    return {
        file.path.removeprefix("/etc/systemd/network/10-oci-"): file.content
        for file in render(layout, firmware)
    }


def test_one_card() -> None:
    found = files(lay_out(use("management", gateway="10.0.0.1")))

    assert found == {
        "eth0.link": "[Match]\nPermanentMACAddress=52:54:00:00:00:00\n\n[Link]\nName=eth0\n",
        "eth0.network": """[Match]
PermanentMACAddress=52:54:00:00:00:00
Kind=!bond !bridge !openvswitch !vlan

[Network]
LinkLocalAddressing=no
IPv6AcceptRA=no
Address=10.0.0.2/24
Gateway=10.0.0.1
""",
    }


def test_two_cards_are_an_lacp_bond_and_a_vlan_lies_on_it() -> None:
    found = files(lay_out(use("management", gateway="10.0.0.1", iface2="eth1", vlan=100, mtu=9000)))

    assert set(found) == {
        *("eth0.link", "eth0.network", "eth1.link", "eth1.network"),
        *("bond0.netdev", "bond0.network", "vlan100.netdev", "vlan100.network"),
    }
    assert (
        found["bond0.netdev"]
        == """[NetDev]
Name=bond0
Kind=bond
MTUBytes=9000
MACAddress=52:54:00:00:00:00

[Bond]
Mode=802.3ad
MIIMonitorSec=100ms
LACPTransmitRate=fast
TransmitHashPolicy=layer3+4
"""
    )
    assert found["vlan100.netdev"] == (
        "[NetDev]\nName=vlan100\nKind=vlan\nMTUBytes=9000\n\n[VLAN]\nId=100\n"
    )
    assert "Bond=bond0\n" in found["eth1.network"]
    assert "MTUBytes=9000\n" in found["eth1.network"]
    assert "VLAN=vlan100\n" in found["bond0.network"]
    assert "Address=" not in found["bond0.network"].replace("MACAddress=", "")
    assert "RequiredForOnline=no\n" in found["bond0.network"]
    assert "Address=10.0.0.2/24\nGateway=10.0.0.1\n" in found["vlan100.network"]
    assert "RequiredForOnline" not in found["vlan100.network"]


def test_cards_of_containers_have_no_permanent_address_and_names_from_outside() -> None:
    found = files(lay_out(use("management")), Firmware.CONTAINER)

    assert set(found) == {"eth0.network"}
    assert "\nMACAddress=52:54:00:00:00:00\n" in found["eth0.network"]


def test_networks_share_a_bond_in_whatever_order_they_name_its_cards() -> None:
    layout = lay_out(
        use("management", iface1="eth0", iface2="eth1"),
        use("storage", "10.1.0.0/24", iface1="eth1", iface2="eth0", vlan=7),
        use("tunnels", "10.2.0.0/24", role="vm-net", iface1="10g1", iface2="10g2"),
    )

    assert layout.of_network == {"management": "bond0", "storage": "vlan7", "tunnels": "bond1"}
    assert layout.interface("bond1").lower == ("eth2", "eth10")


def test_the_same_vlan_on_two_cards_has_two_names() -> None:
    layout = lay_out(
        use("a", "10.1.0.0/24", vlan=7), use("b", "10.2.0.0/24", vlan=7, iface1="eth1")
    )

    assert layout.of_network == {"a": "vlan7", "b": "eth1.7"}


def test_a_single_address_lies_on_the_loopback_interface() -> None:
    layout = lay_out(
        use("management", gateway="10.0.0.1"),
        use("four", "10.9.9.9/32"),
        use("six", "2001:db8::9/128"),
    )

    assert files(layout)["lo.network"] == (
        "[Match]\nName=lo\n\n[Network]\nAddress=10.9.9.9/32\nAddress=2001:db8::9/128\n"
    )


def test_ipv6_addresses_are_static() -> None:
    found = files(lay_out(use("six", "2001:db8::/64", gateway="2001:db8::1")))["eth0.network"]

    assert (
        "LinkLocalAddressing=ipv6\nIPv6AcceptRA=no\nAddress=2001:db8::2/64\nGateway=2001:db8::1\n"
        in found
    )


def test_one_default_route_of_each_family_by_the_network_of_the_own_role() -> None:
    layout = lay_out(
        use("a-all", "10.1.0.0/24", gateway="10.1.0.1"),
        use("own", "10.2.0.0/24", role="compute", gateway="10.2.0.1", iface1="eth1"),
        use("tunnels", "10.3.0.0/24", role="vm-net", gateway="10.3.0.1", iface1="eth2"),
        use("six", "2001:db8::/64", gateway="2001:db8::1"),
    )

    assert [i.gateways for i in layout.interfaces] == [("2001:db8::1",), ("10.2.0.1",), ()]
    assert any("own is the management network, before a-all" in reason for reason in layout.reasons)


def test_a_bridge_gets_a_port_without_configuration() -> None:
    layout = lay_out(
        use("management", gateway="10.0.0.1"),
        use("provider", "10.5.0.0/24", role="ovs-bridge", iface1="eth1", bridge_name="br-ex"),
    )

    assert layout.interface("eth1").bridges == ("br-ex",)
    network = files(layout)["eth1.network"]
    assert "LinkLocalAddressing=no" in network
    assert "ConfigureWithoutCarrier=yes" in network
    assert "Address=" not in network.replace("MACAddress=", "")


def test_a_public_network_has_an_interface_and_no_address() -> None:
    layout = lay_out(use("public", role="controller", public=True, iface2="eth1", vlan=9))

    assert layout.of_network == {"public": "vlan9"}
    assert layout.interface("vlan9").addresses == ()


def test_an_interface_below_a_vlan_carries_its_frames() -> None:
    layout = lay_out(use("management"), use("storage", "10.1.0.0/24", vlan=7, mtu=9000))

    assert layout.interface("eth0").mtu == 9000
    assert "mtu 9000 on eth0: VLAN network storage on it needs that" in layout.reasons


@pytest.mark.parametrize(
    ("uses", "message"),
    [
        (
            [use("n", iface1="10g3")],
            r"network n: iface1: the machine has no interface 10g3; it has: eth0 \(1000 Mb/s\), "
            r"eth1 \(1000 Mb/s\), eth2 \(25000 Mb/s\), eth10 \(10000 Mb/s\)",
        ),
        ([use("n", iface2="eno9")], "network n: iface2: the machine has no interface eno9"),
        ([use("n", iface2="1g1")], "network n: iface2: eth0 and 1g1 are both eth0"),
        (
            [use("n", iface1="eth0", lldp_match="store")],
            "no interface eth0 behind a switch named .store",
        ),
        (
            [use("a", iface2="eth1"), use("b", "10.1.0.0/24", iface1="eth1")],
            "network b: iface2: eth1 belongs to bond0; allowed: both interfaces of bond0",
        ),
        (
            [use("a"), use("b", "10.1.0.0/24", iface2="eth1")],
            "network b: iface1, iface2: eth0 already carries a",
        ),
        (
            [use("a", mtu=1500), use("b", "10.1.0.0/24", mtu=9000)],
            "network b: mtu: 9000 on eth0, network a wants 1500 there",
        ),
        (
            [use("a", mtu=1500), use("b", "10.1.0.0/24", vlan=5, mtu=9000)],
            "network a: mtu: 1500 on eth0 is less than the 9000 of network b",
        ),
        (
            [use("a"), use("b", "10.1.0.0/24", role="ovs-bridge", bridge_name="br-ex")],
            "eth0 becomes a port of bridge br-ex",
        ),
        (
            [
                use("a", role="ovs-bridge", bridge_name="br-a"),
                use("b", "10.1.0.0/24", role="ovs-bridge", bridge_name="br-b"),
            ],
            "eth0 cannot be a port of br-a, br-b",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(uses: list[NetworkUse], message: str) -> None:
    with pytest.raises(Conflict, match=message):
        lay_out(*uses)


def test_numbers_of_cards_on_a_machine_that_names_them_otherwise() -> None:
    named = [nic.model_copy(update={"name": f"eno{i + 1}"}) for i, nic in enumerate(NICS)]

    assert lay_out(use("n", iface1="eth1"), nics=named).of_network == {"n": "eno2"}


LINKS = st.fixed_dictionaries(
    {
        "iface1": st.sampled_from(["eth0", "eth1", "10g1", "10g2"]),
        "iface2": st.sampled_from([None, "eth1", "10g2"]),
        "vlan": st.sampled_from([None, 5, 6]),
        "mtu": st.sampled_from([0, 1500, 9000]),
    }
)


@given(st.lists(LINKS, max_size=4))
def test_every_layout_is_refused_or_consistent(links: list[dict[str, object]]) -> None:
    uses = [use(f"n{i}", f"10.{i}.0.0/24", **link) for i, link in enumerate(links)]
    try:
        layout = lay_out(*uses)
    except Conflict:
        return
    names = [i.name for i in layout.interfaces]
    assert len(set(names)) == len(names)
    assert set(layout.of_network) == {u.name for u in uses}
    for interface in layout.interfaces:
        assert all(names.index(lower) < names.index(interface.name) for lower in interface.lower)
        if interface.kind is InterfaceKind.VLAN:
            assert (layout.interface(interface.lower[0]).mtu or 1500) >= interface.mtu
        if interface.bond:
            assert not interface.addresses and interface.mtu == layout.interface(interface.bond).mtu
