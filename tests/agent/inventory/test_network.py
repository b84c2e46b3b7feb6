"""Interfaces, their drivers, switches and speeds."""

import json

import pytest

from ocinstaller.agent.errors import CollectorError
from ocinstaller.agent.inventory import ethtool, links, lldp

from .recorded_outputs import recorded


def test_physical_interfaces_of_a_virtual_machine() -> None:
    found = links.parse(recorded("qemu-q35-trixie.ip.json"))

    assert [(link.nic.name, link.nic.mac) for link in found] == [
        ("eth0", "52:54:00:66:aa:02"),
        ("eth1", "52:54:00:66:aa:01"),
    ]
    assert all(link.up and link.nic.link for link in found)
    assert found[0].nic.addresses[0].startswith("fe80::")


def _interface(name: str, **changes: object) -> dict[str, object]:
    return {
        "ifname": name,
        "link_type": "ether",
        "address": "52:54:00:00:00:01",
        "flags": ["BROADCAST"],
        "addr_info": [],
        **changes,
    }


def test_bonds_bridges_and_virtual_cables_are_not_physical() -> None:
    text = json.dumps(
        [
            _interface("bond0", linkinfo={"info_kind": "bond"}),
            _interface("br-int", linkinfo={"info_kind": "bridge"}),
            _interface("eth7", linkinfo={"info_kind": "veth"}),
            _interface("dummy", parentbus=None),
            _interface("ib0", parentbus="pci", link_type="infiniband"),
            _interface("eth0", parentbus="pci"),
        ]
    )

    assert [link.nic.name for link in links.parse(text)] == ["eth0"]


def test_a_member_of_a_bond_keeps_its_own_address() -> None:
    text = json.dumps([_interface("eth0", parentbus="pci", permaddr="52:54:00:00:00:AA")])

    assert links.parse(text)[0].nic.mac == "52:54:00:00:00:aa"


def test_a_container_has_its_ends_of_virtual_cables() -> None:
    veth = {"info_kind": "veth"}
    text = json.dumps(
        [_interface("eth0", linkinfo=veth), _interface("docker0", linkinfo={"info_kind": "bridge"})]
    )

    assert [link.nic.name for link in links.parse(text, container=True)] == ["eth0"]


def test_drivers() -> None:
    assert ethtool.parse(recorded("qemu-q35-trixie.ethtool-e1000e.txt")) == ethtool.Driver(
        "e1000e", "2.1-0"
    )
    assert ethtool.parse(recorded("qemu-q35-trixie.ethtool-virtio.txt")) == ethtool.Driver(
        "virtio_net", ""
    )
    with pytest.raises(CollectorError):
        ethtool.parse("Cannot get driver information: Operation not supported")


@pytest.mark.parametrize(("text", "mbps"), [("25000", 25000), ("-1", 0), ("", 0), ("what", 0)])
def test_speeds(text: str, mbps: int) -> None:
    assert ethtool.parse_speed(text) == mbps


def test_a_switch_that_names_its_ports() -> None:
    found = lldp.parse(recorded("composed-rack-server.lldpcli.json"))

    assert (found["eth0"].switch_hostname, found["eth0"].switch_port) == ("sw-0-1", "swp3")
    assert (found["eth1"].switch_hostname, found["eth1"].switch_port) == (
        "44:38:39:00:00:02",
        "44:38:39:00:00:12",
    )


def test_a_port_that_only_its_description_names() -> None:
    found = lldp.parse(recorded("lldpd-1.0.16-neighbour.lldpcli.json"))

    assert (found["eth9"].switch_hostname, found["eth9"].switch_port) == ("sw-0-1", "swp3")


def test_no_neighbour() -> None:
    assert lldp.parse(recorded("qemu-q35-trixie.lldpcli-alone.json")) == {}
