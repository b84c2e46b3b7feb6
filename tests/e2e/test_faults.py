"""What goes wrong while machines are installed: the operator is told, and the next try works."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ocinstaller.lab import namespace, server
from ocinstaller.lab.command import run
from ocinstaller.lab.layout import INTERNAL, Machine
from ocinstaller.lab.stages import Line
from tests.e2e import containers
from tests.e2e.containers import FIRST, SECOND, container, detail, status
from tests.e2e.waiting import eventually

pytestmark = [pytest.mark.line, pytest.mark.root]

SLOW = ("tbf", "rate", "40mbit", "burst", "64kb", "latency", "400ms")
"""The image takes a minute, so that something can happen meanwhile."""
SMALL_DISK_MIB = 320
"""Room for the image, but not for what is in it."""
SILENCE_S = 300.0


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    with containers.small_line("faults") as found:
        yield found


def log(line: Line, machine: Machine) -> str:
    return line.cli("machine-install-log", machine.serial)


def test_the_network_is_lost_during_the_download(line: Line) -> None:
    containers.enrol(line, FIRST)
    machine = container(line, FIRST)
    cable = f"{FIRST.name}-0"
    run("tc", "-n", line.lab.name, "qdisc", "add", "dev", cable, "root", *SLOW)
    since = machine.console.mark()
    line.cli("machine-install-os", FIRST.serial)
    machine.console.wait_for(r"downloaded \d+ of \d+ MiB", timeout_s=SILENCE_S, since=since)
    namespace.plug(line.lab, FIRST, connected=False)
    machine.console.wait_for(r"trying again in", timeout_s=SILENCE_S, since=since)
    assert status(line, FIRST) == "installing"
    run("tc", "-n", line.lab.name, "qdisc", "delete", "dev", cable, "root")
    namespace.plug(line.lab, FIRST, connected=True)

    line.install(FIRST, print)

    told = re.search(
        r"unpack.*http://\S+filesystem\.squashfs: .+; trying again in", log(line, FIRST)
    )
    assert told, "what was lost on the way is in the log afterwards"
    eventually(lambda: container(line, FIRST).is_up)


@contextmanager
def disk_without_room(line: Line, machine: Machine, place: Path) -> Iterator[None]:
    """A disk that gives errors after so much was written: its file lies where there is no more."""
    place.mkdir()
    run("mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_MIB}m", "tmpfs", str(place))
    file = line.lab.machine_directory(machine.name) / "disk.img"
    file.parent.mkdir(parents=True, exist_ok=True)
    with (place / "disk.img").open("wb") as sparse:
        sparse.truncate(10 * 1024**3)
    file.symlink_to(place / "disk.img")
    try:
        yield
    finally:
        container(line, machine).power_off()
        file.unlink()
        run("umount", "--lazy", str(place))


def test_a_disk_that_gives_errors(line: Line, tmp_path: Path) -> None:
    with disk_without_room(line, SECOND, tmp_path / "small"):
        containers.enrol(line, SECOND)
        line.cli("machine-install-os", SECOND.serial)
        eventually(lambda: (detail(line, SECOND)["status_reason"] or "") != "")
        found = detail(line, SECOND)
        assert found["status"] == "live"
        reason = found["status_reason"]
        assert re.search("Input/output error|No space left|Read-only file system", reason), reason
        assert "failed: ERROR: step unpack" in log(line, SECOND)
    # Another disk in its place: the same machine, the next try.
    line.power_on(SECOND)
    eventually(lambda: container(line, SECOND).is_up)
    line.install(SECOND, print)
    assert detail(line, SECOND)["status_reason"] == ""


def test_a_machine_with_the_serial_number_of_another(line: Line) -> None:
    nics = detail(line, FIRST)["nics"]
    answer = twin_reports(line)
    assert answer["status"] == 409 and FIRST.serial in answer["detail"]
    assert detail(line, FIRST)["nics"] == nics
    assert "another machine (52:54:00:77:00:01" in log(line, FIRST)
    container(line, FIRST).power_off()
    line.power_on(FIRST)
    eventually(lambda: container(line, FIRST).is_up)
    assert status(line, FIRST) == "installed", "it starts from its disk as before"


def twin_reports(line: Line) -> dict[str, object]:
    """Start the live system as another machine that its firmware gave the same serial number."""
    mac = "52:54:00:77:00:01"
    script = ask(line, f"http://{INTERNAL.address.ip}/boot/ipxe?mac={mac}")
    nonce = script.partition("oci.boot=")[2].split()[0]
    hardware = {
        "serial": FIRST.serial,
        "firmware": "bios",
        "memory_mib": 4096,
        "nics": [{"name": "eth0", "mac": mac}],
    }
    headers = ("-H", f"Authorization: Bearer {'t' * 43}", "-H", f"X-OCI-Boot: {nonce}")
    body = ("-H", "Content-Type: application/json", "--data", json.dumps(hardware))
    url = f"https://{INTERNAL.address.ip}/node/v1/report"
    said: dict[str, object] = json.loads(ask(line, url, *headers, *body))
    return said


def ask(line: Line, url: str, *options: str) -> str:
    """Ask the server from the machines' network."""
    network = f"--net={namespace.namespace_path(line.lab.name)}"
    curl = ("curl", "--silent", "--noproxy", "*", "--cacert", str(line.lab.root_ca_file))
    return run("nsenter", network, *curl, *options, url)


def test_a_second_dhcp_server_is_found(line: Line, tmp_path: Path) -> None:
    assert "10.66.0.9" not in doctor(line)
    with stranger(line, tmp_path):
        said = doctor(line)
    assert re.search(r"other DHCP servers: 10\.66\.0\.9 on br-int", said), said
    assert "machines take the first answer" in said


def doctor(line: Line) -> str:
    """What oci-doctor says; a laboratory has other faults, such as images of the day before."""
    command = server.command("oci-doctor", "--config", str(line.lab.config_file))
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return done.stdout


@contextmanager
def stranger(line: Line, directory: Path) -> Iterator[None]:
    """A DHCP server on the machines' network that is not OCI's."""
    name, network = f"{line.lab.name}-stranger", line.lab.name
    run("ip", "netns", "add", name)
    cable = ("link", "add", "stranger", "type", "veth", "peer", "name", "eth0", "netns", name)
    try:
        run("ip", "-n", network, *cable)
        run("ip", "-n", network, "link", "set", "stranger", "master", INTERNAL.name, "up")
        run("ip", "-n", name, "address", "add", "10.66.0.9/24", "dev", "eth0")
        run("ip", "-n", name, "link", "set", "eth0", "up")
        options = (
            *("--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--user=root"),
            *("--interface=eth0", "--dhcp-range=10.66.0.100,10.66.0.110,1h", "--bind-interfaces"),
            *(f"--dhcp-leasefile={directory / 'leases'}", f"--pid-file={directory / 'pid'}"),
        )
        netns = f"--net={namespace.namespace_path(name)}"
        with subprocess.Popen(["nsenter", netns, "dnsmasq", *options]) as process:
            eventually((directory / "pid").exists)
            try:
                yield
            finally:
                process.terminate()
    finally:
        run("ip", "netns", "delete", name)
