"""The lab's network really exists, and really goes away."""

import json
import socket

import pytest

from ocinstaller.lab import namespace, scenario, sockets
from ocinstaller.lab.command import run

MACHINES = scenario.load(scenario.DEFAULT).machines

pytestmark = pytest.mark.root


@pytest.fixture
def network(lab):
    namespace.create(lab)
    yield lab
    namespace.remove(lab)


def links(name):
    return {
        link["ifname"]: link for link in json.loads(run("ip", "-n", name, "-json", "addr", "show"))
    }


def test_creating_twice_changes_nothing(network):
    before = links(network.name)
    namespace.create(network)
    assert links(network.name).keys() == before.keys() == {"lo", "br-int", "br-pub"}


def test_bridges_have_their_addresses(network):
    found = links(network.name)
    internal = {entry["local"] for entry in found["br-int"]["addr_info"]}
    assert {"10.66.0.1", "fd66::1"} <= internal
    assert {entry["local"] for entry in found["br-pub"]["addr_info"]} >= {"10.66.1.1"}


def test_host_has_no_trace_of_the_network(network):
    names = {link["ifname"] for link in json.loads(run("ip", "-json", "link", "show"))}
    assert not names & {"br-int", "br-pub"}


def test_container_machine_reaches_a_socket_made_inside(network):
    machine = MACHINES[2]
    name = namespace.attach_container(network, machine.name, machine.macs)
    cards = links(name)
    assert cards["eth0"]["address"] == machine.macs[0]
    assert cards["eth1"]["address"] == machine.macs[1]
    run("ip", "-n", name, "address", "add", "10.66.0.9/24", "dev", "eth0")
    run("ip", "-n", name, "link", "set", "eth0", "up")
    listener = sockets.listen("10.66.0.1", 8099, netns=network.name)

    def connect() -> None:
        with socket.create_connection(("10.66.0.1", 8099), timeout=10):
            pass

    namespace.inside(name, connect)
    listener.settimeout(10)
    connection, peer = listener.accept()
    assert peer[0] == "10.66.0.9"
    connection.close()
    listener.close()


def test_attaching_again_forgets_addresses(network):
    machine = MACHINES[2]
    name = namespace.attach_container(network, machine.name, machine.macs)
    run("ip", "-n", name, "address", "add", "10.66.0.9/24", "dev", "eth0")
    namespace.attach_container(network, machine.name, machine.macs)
    assert links(name)["eth0"]["addr_info"] == []


def test_taps_are_made_once(network):
    first = namespace.attach_taps(network, MACHINES[0])
    assert namespace.attach_taps(network, MACHINES[0]) == first
    assert links(network.name)[first[0]]["master"] == "br-int"


def test_half_made_namespace_is_repaired(lab):
    path = namespace.namespace_path(lab.name)
    run("ip", "netns", "add", lab.name)
    run("umount", str(path))
    try:
        assert not namespace.exists(lab.name)
        namespace.create(lab)
        assert namespace.exists(lab.name)
    finally:
        namespace.remove(lab)
    assert not path.exists()


def test_remove_takes_the_machines_too(lab):
    namespace.create(lab)
    namespace.attach_container(lab, "controller", MACHINES[2].macs)
    namespace.remove(lab)
    assert namespace.owned(lab) == []


def test_errors_inside_reach_the_caller(network):
    def fail() -> None:
        raise ValueError("from inside")

    with pytest.raises(ValueError, match="from inside"):
        namespace.inside(network.name, fail)


def test_unknown_namespace_is_an_error():
    with pytest.raises(OSError):
        namespace.inside("oci-no-such-namespace", lambda: None)
