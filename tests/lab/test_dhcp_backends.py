"""The three DHCP servers, with the configurations that OCI makes: all tell machines the same."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from ocinstaller.boot import DnsmasqSettings, dnsmasq_config
from ocinstaller.boot.isc import isc_config
from ocinstaller.boot.kea import KeaPair, kea_config
from ocinstaller.lab import dhcp, namespace, scenario
from ocinstaller.lab.command import run
from ocinstaller.lab.layout import Lab

MACHINE = scenario.load(scenario.DEFAULT).machines[2]
URL = "http://10.66.0.1"
PROGRAMS = {"dnsmasq": "dnsmasq", "kea": "kea-dhcp4", "isc": "dhcpd"}
PATH_PREFIX, REBOOT_TIME, VENDOR, ROUTER, DOMAIN = 210, 211, 60, 3, 15
VENDOR_OPTIONS = 43

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


def discover(architecture: int, *, ipxe: bool) -> bytes:
    """Return what a machine asks for at first."""
    options = {
        dhcp.MESSAGE_TYPE: bytes([dhcp.DISCOVER]),
        55: dhcp.PARAMETERS,
        VENDOR: f"{'HTTP' if architecture == 16 else 'PXE'}Client:Arch:{architecture:05}".encode(),
        93: architecture.to_bytes(2, "big"),
        **({175: b"\x13\x01\x01"} if ipxe else {}),
    }
    return message(options)


def message(options: dict[int, bytes]) -> bytes:
    """Return a message of these options alone: the laboratory's client is always iPXE."""
    encoded = b"".join(bytes([code, len(value)]) + value for code, value in options.items())
    return (
        dhcp.build(dhcp.DISCOVER, 77, MACHINE.macs[0])[: dhcp.HEADER.size + 4] + encoded + b"\xff"
    )


def offer(
    architecture: int, *, ipxe: bool, wanted: Callable[[bytes], bool] = lambda _: True
) -> dict[int, bytes]:
    """Return the options of the first offer that is wanted, the boot file among them.

    :param wanted: tells by the offered address
    """
    question = discover(architecture, ipxe=ipxe)
    end = time.monotonic() + 60
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
        channel.settimeout(2)
        channel.bind(("0.0.0.0", 68))  # noqa: S104 - a machine without an address has no other
        while time.monotonic() < end:
            channel.sendto(question, ("255.255.255.255", 67))
            with suppress(TimeoutError):
                while time.monotonic() < end:
                    answer = dhcp.parse(channel.recv(4096))
                    if answer and answer.kind == dhcp.OFFER and wanted(answer.address):
                        return answer.options | {dhcp.FILE: answer.boot_file.rstrip(b"\0")}
    raise AssertionError("nobody offered what was wanted")


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


def chosen(architecture: int) -> bytes:
    """Return the file that port 4011 names to firmware that has its address (PXE 2.1, 2.2.3)."""
    options = {
        dhcp.MESSAGE_TYPE: bytes([dhcp.REQUEST]),
        VENDOR: f"PXEClient:Arch:{architecture:05}:UNDI:003001".encode(),
        93: architecture.to_bytes(2, "big"),
    }
    if architecture == 0:  # a BIOS names the entry of the menu; UEFI has none
        options[VENDOR_OPTIONS] = bytes([71, 4, 0x80, 0, 0, 0])
    question = bytearray(message(options))
    question[12:16] = IPv4Address("10.66.0.100").packed
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.settimeout(2)
        channel.bind(("10.66.0.100", 68))
        for _ in range(15):
            channel.sendto(question, ("10.66.0.1", 4011))
            # Refused while the server is starting.
            with suppress(TimeoutError, ConnectionRefusedError):
                answer = dhcp.parse(channel.recv(4096))
                assert answer is not None
                return answer.boot_file.rstrip(b"\0")
    raise AssertionError("nobody answers on port 4011")


@contextmanager
def running(
    lab: Lab, name: str, command: Sequence[str], directory: Path, env: Mapping[str, str] = {}
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a network namespace of the lab until the test is done with it."""
    started = ["nsenter", f"--net={namespace.namespace_path(name)}", *command]
    with (
        (directory / f"{name}.log").open("w") as log,
        subprocess.Popen(started, env=os.environ | env, stdout=log, stderr=log) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def neighbour(lab: Lab, name: str, number: int, address: str) -> str:
    """Make a machine of the network with an address; return its namespace."""
    found = namespace.attach_container(lab, name, replace(MACHINE, number=number).macs)
    run("ip", "-n", found, "address", "add", address, "dev", "eth0")
    run("ip", "-n", found, "link", "set", "eth0", "up")
    return found


def test_a_proxy_adds_what_to_start_to_the_addresses_of_another_server(
    lab: Lab, card: str, tmp_path: Path
) -> None:
    site = neighbour(lab, "site", 90, "10.66.0.3/24")
    addresses = "--dhcp-range=10.66.0.100,10.66.0.120"
    given = ("dnsmasq", "--keep-in-foreground", "--user=root", "--port=0", "--conf-file=/dev/null")
    files = ("--pid-file", f"--dhcp-leasefile={tmp_path / 'site.leases'}", "--no-ping")
    file = tmp_path / "proxy.conf"
    file.write_text(dnsmasq_config(replace(settings(tmp_path), proxy=True)))
    ours = ("dnsmasq", f"--conf-file={file}", "--keep-in-foreground", "--user=root")

    def look(architecture: int, *, ipxe: bool = False, address: bool = False) -> dict[int, bytes]:
        def wanted(offered: bytes) -> bool:
            return any(offered) == address

        return namespace.inside(card, lambda: offer(architecture, ipxe=ipxe, wanted=wanted))

    run("ip", "-n", card, "address", "add", "10.66.0.100/24", "dev", "eth0")
    with running(lab, lab.name, ours, tmp_path):
        assert namespace.inside(card, partial(chosen, 0)) == b"undionly.kpxe"
        assert namespace.inside(card, partial(chosen, 7)) == b"snponly.efi"
        assert namespace.inside(card, partial(chosen, 9)) == b"snponly.efi"
        with running(lab, site, (*given, *files, addresses, "--interface=eth0"), tmp_path):
            assert look(7, address=True)[dhcp.FILE] == b""
            assert b"OCI" in look(0)[VENDOR_OPTIONS]  # a menu; firmware asks for its entry next
            assert look(7)[VENDOR] == b"PXEClient"
            for architecture in (0, 7):
                script = f"{URL}/boot/ipxe?mac=${{mac}}".encode()
                assert look(architecture, ipxe=True)[dhcp.FILE] == script


@pytest.mark.skipif(
    shutil.which("kea-dhcp4", path="/usr/sbin:/usr/bin") is None, reason="needs kea-dhcp4-server"
)
def test_the_second_kea_answers_with_the_same_address_when_the_first_is_gone(
    lab: Lab, card: str, tmp_path: Path
) -> None:
    servers = (("one", IPv4Address("10.66.0.3")), ("two", IPv4Address("10.66.0.4")))
    (hooks,) = Path("/usr/lib").glob("*/kea/hooks")

    def start(name: str, number: int, address: IPv4Address) -> subprocess.Popen[bytes]:
        place = neighbour(lab, name, number, f"{address}/24")
        pair = KeaPair(servers, name, 8001, hooks)
        document = json.loads(kea_config(replace(settings(tmp_path), interface="eth0"), pair))
        document["Dhcp4"]["lease-database"]["persist"] = False
        directory = tmp_path / name
        directory.mkdir()
        (directory / "kea.conf").write_text(json.dumps(document))
        places = {"KEA_LOCKFILE_DIR": str(directory), "KEA_PIDFILE_DIR": str(directory)}
        command = ("kea-dhcp4", "-c", str(directory / "kea.conf"))
        return processes.enter_context(running(lab, place, command, tmp_path, places))

    def lease() -> dhcp.Lease:
        return namespace.inside(card, lambda: dhcp.ask("eth0", MACHINE.macs[0], timeout_s=120))

    with ExitStack() as processes:
        first, _ = (
            start(name, 90 + place, address) for place, (name, address) in enumerate(servers)
        )
        before = lease()
        assert before.server == "10.66.0.3"
        first.kill()
        after = lease()
        assert after.server == "10.66.0.4"
        assert after.address == before.address
