"""Bridges and tunnels of machines: which, and what they are called."""

from dataclasses import replace

import pytest

from ocinstaller.model.addressing import BRIDGE, TUNNELS, Link
from ocinstaller.model.errors import Conflict
from ocinstaller.model.settings import Value
from ocinstaller.model.snapshot import AddressFacts, ClusterSnapshot, NetworkFacts
from ocinstaller.puppet.switching import switching
from tests.model.worlds import connected, network
from tests.support import report

COUNTS = {"controller": 1, "network": 1, "compute": 2}


def bridge(name: str, text: str, iface: str, bridge_name: str | None = None) -> NetworkFacts:
    found = network(name, text, BRIDGE)
    return replace(found, use=replace(found.use, link=Link(iface, bridge_name=bridge_name)))


def world(*networks: NetworkFacts, counts: dict[str, int] = COUNTS) -> ClusterSnapshot:
    cluster = connected(counts)
    machines = tuple(replace(m, nics=report(1).nics) for m in cluster.machines)
    return replace(cluster, machines=machines, networks=(*cluster.networks, *networks))


def changed(cluster: ClusterSnapshot, role: str, **settings: Value) -> ClusterSnapshot:
    machines = tuple(
        replace(m, settings={**m.settings, **settings}) if m.role == role else m
        for m in cluster.machines
    )
    return replace(cluster, machines=machines)


def of(cluster: ClusterSnapshot, role: str) -> dict[str, object]:
    return switching(cluster, cluster.of_role(role)[0])


def test_without_bridges_networks_are_the_tenants_alone() -> None:
    cluster = world()
    assert of(cluster, "network") == {
        "bridges": [],
        "external_networks": ["external"],
        "tunnel_address": cluster.of_role("network")[0].addresses[0].ip,
    }


def test_each_bridge_has_a_physical_network_of_its_own() -> None:
    cluster = world(
        bridge("out-a", "198.51.100.0/25", "eth1", "br-out"),
        bridge("out-b", "198.51.100.128/25", "eth2"),
    )
    nics = (
        *report(1).nics,
        report(1).nics[1].model_copy(update={"name": "eth2", "mac": "52:54:00:00:00:99"}),
    )
    cluster = replace(cluster, machines=tuple(replace(m, nics=nics) for m in cluster.machines))
    cluster = changed(cluster, "network", neutron_external_network_name="street")
    assert of(cluster, "network")["bridges"] == [
        {"physical": "street", "bridge": "br-out", "interface": "eth1"},
        {"physical": "street1", "bridge": "br-ex", "interface": "eth2"},
    ]
    known = ["external", "external1", "street", "street1"]
    assert of(cluster, "controller")["external_networks"] == known


def test_controllers_have_bridges_only_where_no_network_machine_has_them() -> None:
    outside = bridge("out", "198.51.100.0/24", "eth0")
    outside = replace(outside, use=replace(outside.use, link=Link("eth0", vlan=7)))
    alone = world(outside, counts={"controller": 1, "compute": 1})
    assert of(alone, "controller")["bridges"] == [
        {"physical": "external", "bridge": "br-ex", "interface": "vlan7"}
    ]
    assert of(world(outside), "controller")["bridges"] == []


def test_tunnels_have_the_address_of_their_own_network() -> None:
    cluster = world(network("tunnels", "10.9.0.0/24", TUNNELS))
    (machine,) = cluster.of_role("network")
    own = replace(machine, addresses=(*machine.addresses, AddressFacts("tunnels", "10.9.0.5", 24)))
    assert switching(cluster, own)["tunnel_address"] == "10.9.0.5"


def test_a_planned_machine_has_no_bridges_yet() -> None:
    cluster = world(bridge("out", "198.51.100.0/24", "eth1"))
    planned = replace(cluster.of_role("compute")[0], nics=None)
    assert switching(cluster, planned)["bridges"] == []


def test_a_machine_without_the_interface_is_refused() -> None:
    with pytest.raises(Conflict, match="eth7"):
        of(world(bridge("out", "198.51.100.0/24", "eth7")), "network")
