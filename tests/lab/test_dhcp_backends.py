"""The three DHCP servers, with the configurations that OCI makes: all tell machines the same."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from ocinstaller.boot import DnsmasqSettings, dnsmasq_config
from ocinstaller.boot.isc import isc_config
from ocinstaller.boot.kea import kea_config
from ocinstaller.lab import dhcp, namespace, scenario
from ocinstaller.lab.command import run
from ocinstaller.lab.layout import Lab

MACHINE = scenario.load(scenario.DEFAULT).machines[2]
URL = "http://10.66.0.1"
PROGRAMS = {"dnsmasq": "dnsmasq", "kea": "kea-dhcp4", "isc": "dhcpd"}
PATH_PREFIX, REBOOT_TIME, VENDOR, ROUTER, DOMAIN = 210, 211, 60, 3, 15

pytestmark = pytest.mark.root


def settings(directory: Path) -> DnsmasqSettings:
    return DnsmasqSettings(
        interface="br-int",
        network=IPv4Network("10.66.0.0/24"),
        address=IPv4Address("10.66.0.1"),
        range_start=IPv4Address("10.66.0.200"),
        range_end=IPv4Address("10.66.0.210"),
        tftp_root=directory,
        http_url=URL,
        lease_file=directory / "leases",
        pid_file=directory / "pid",
        router=IPv4Address("10.66.0.254"),
        domain="lab.example",
    )


@pytest.fixture
def card(lab: Lab) -> Iterator[str]:
    namespace.create(lab)
    name = namespace.attach_container(lab, MACHINE.name, MACHINE.macs)
    run("ip", "-n", name, "link", "set", "eth0", "up")
    yield name
    namespace.remove(lab)


def command(backend: str, directory: Path) -> list[str]:
    """Write a backend's configuration; return how it runs in the foreground."""
    wanted = settings(directory)
    file = directory / "server.conf"
    if backend == "dnsmasq":
        file.write_text(dnsmasq_config(wanted))
        return ["dnsmasq", f"--conf-file={file}", "--keep-in-foreground", "--user=root"]
    if backend == "isc":
        file.write_text(isc_config(wanted))
        leases = directory / "dhcpd.leases"
        leases.touch()
        state = ["-lf", str(leases), "--no-pid", "-user", "root", "-group", "root"]
        return ["dhcpd", "-4", "-f", "-cf", str(file), *state, "br-int"]
    document = json.loads(kea_config(wanted))
    # Its own directory may belong to a server of this host.
    document["Dhcp4"]["lease-database"]["persist"] = False
    file.write_text(json.dumps(document))
    return ["kea-dhcp4", "-c", str(file)]


@pytest.fixture(params=sorted(PROGRAMS))
def server(request: pytest.FixtureRequest, lab: Lab, card: str, tmp_path: Path) -> Iterator[str]:
    backend: str = request.param
    if shutil.which(PROGRAMS[backend], path="/usr/sbin:/usr/bin") is None:
        pytest.skip(f"{PROGRAMS[backend]} is not installed")
    network = namespace.namespace_path(lab.name)
    places = {"KEA_LOCKFILE_DIR": str(tmp_path), "KEA_PIDFILE_DIR": str(tmp_path)}
    started = ["nsenter", f"--net={network}", *command(backend, tmp_path)]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(started, env=os.environ | places, stdout=log, stderr=log) as process,
    ):
        yield backend
        process.terminate()


def offer(architecture: int, *, ipxe: bool) -> dict[int, bytes]:
    """Return the options of the first offer, the boot file among them."""
    options = {
        dhcp.MESSAGE_TYPE: bytes([dhcp.DISCOVER]),
        55: dhcp.PARAMETERS,
        VENDOR: f"{'HTTP' if architecture == 16 else 'PXE'}Client:Arch:{architecture:05}".encode(),
        93: architecture.to_bytes(2, "big"),
        **({175: b"\x13\x01\x01"} if ipxe else {}),
    }
    encoded = b"".join(bytes([code, len(value)]) + value for code, value in options.items())
    head = dhcp.build(dhcp.DISCOVER, 77, MACHINE.macs[0])[: dhcp.HEADER.size + 4]
    end = time.monotonic() + 60
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
        channel.settimeout(2)
        channel.bind(("0.0.0.0", 68))  # noqa: S104 - a machine without an address has no other
        while time.monotonic() < end:
            channel.sendto(head + encoded + b"\xff", ("255.255.255.255", 67))
            try:
                answer = dhcp.parse(channel.recv(4096))
            except TimeoutError:
                continue
            if answer is not None and answer.kind == dhcp.OFFER:
                return answer.options | {dhcp.FILE: answer.boot_file.rstrip(b"\0")}
    raise AssertionError("nobody offered anything")


def test_every_way_to_start_is_offered_alike(server: str, card: str) -> None:
    def look(architecture: int, *, ipxe: bool = False) -> dict[int, bytes]:
        return namespace.inside(card, lambda: offer(architecture, ipxe=ipxe))

    bios = look(0)
    assert bios[dhcp.FILE] == b"lpxelinux.0"
    assert bios[PATH_PREFIX] == f"{URL}/boot/pxelinux/".encode()
    assert int.from_bytes(bios[REBOOT_TIME], "big") == 60
    assert bios[ROUTER] == IPv4Address("10.66.0.254").packed
    assert bios[DOMAIN] == b"lab.example"
    script = f"{URL}/boot/ipxe?mac=${{mac}}".encode()
    for architecture in (7, 9):
        assert look(architecture)[dhcp.FILE] == b"snponly.efi"
        assert look(architecture, ipxe=True)[dhcp.FILE] == script
    http = look(16)
    assert http[dhcp.FILE] == f"{URL}/boot/pxelinux/snponly.efi".encode()
    assert http[VENDOR] == b"HTTPClient"
    assert look(16, ipxe=True)[dhcp.FILE] == script
    assert PATH_PREFIX not in look(7)
