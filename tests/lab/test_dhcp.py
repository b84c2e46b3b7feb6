"""The DHCP client of container machines, against a real dnsmasq with the product's settings."""

import subprocess
import time
from ipaddress import IPv4Address, IPv4Network

import pytest

from ocinstaller.boot import DnsmasqSettings, dnsmasq_config
from ocinstaller.lab import dhcp, namespace, scenario
from ocinstaller.lab.command import run
from ocinstaller.lab.errors import BootError

MACHINES = scenario.load(scenario.DEFAULT).machines

MACHINE = MACHINES[2]


@pytest.mark.parametrize("packet", [b"", b"x" * 300, dhcp.HEADER.pack(*range(7), *(b"",) * 7)])
def test_other_packets_are_not_understood(packet):
    assert dhcp.parse(packet) is None


def test_truncated_options_do_no_harm():
    packet = dhcp.build(dhcp.DISCOVER, 7, MACHINE.macs[0])
    for length in range(dhcp.HEADER.size + 4, len(packet)):
        found = dhcp.parse(packet[:length])
        assert found is not None
        assert found.transaction == 7


@pytest.fixture
def card(lab):
    namespace.create(lab)
    name = namespace.attach_container(lab, MACHINE.name, MACHINE.macs)
    run("ip", "-n", name, "link", "set", "eth0", "up")
    yield name
    namespace.remove(lab)


@pytest.fixture
def dnsmasq(lab, card, tmp_path):
    settings = DnsmasqSettings(
        interface="br-int",
        network=IPv4Network("10.66.0.0/24"),
        address=IPv4Address("10.66.0.1"),
        range_start=IPv4Address("10.66.0.200"),
        range_end=IPv4Address("10.66.0.210"),
        tftp_root=tmp_path,
        http_url="http://10.66.0.1",
        lease_file=tmp_path / "leases",
        pid_file=tmp_path / "pid",
    )
    config = tmp_path / "dnsmasq.conf"
    config.write_text(dnsmasq_config(settings))
    network = namespace.namespace_path(lab.name)
    command = ["nsenter", f"--net={network}", "dnsmasq", f"--conf-file={config}"]
    with subprocess.Popen([*command, "--keep-in-foreground", "--user=root"]) as process:
        yield
        process.terminate()


@pytest.mark.root
def test_lease_names_address_and_script(card, dnsmasq):
    lease = namespace.inside(card, lambda: dhcp.ask("eth0", MACHINE.macs[0], timeout_s=30))
    assert lease.server == "10.66.0.1"
    assert lease.boot_file == "http://10.66.0.1/boot/ipxe?mac=${mac}"
    address, length = lease.address.split("/")
    assert IPv4Address("10.66.0.200") <= IPv4Address(address) <= IPv4Address("10.66.0.210")
    assert length == "24"


@pytest.mark.root
def test_silence_is_an_error_in_time(card, monkeypatch):
    monkeypatch.setattr(dhcp, "RETRY_S", 0.2)
    started = time.monotonic()
    with pytest.raises(BootError, match=MACHINE.macs[0]):
        namespace.inside(card, lambda: dhcp.ask("eth0", MACHINE.macs[0], timeout_s=0.5))
    assert time.monotonic() - started < 10
