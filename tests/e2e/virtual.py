"""A line of virtual machines without Puppet, and what is done to them and seen on them.

What counts is the way from the network to the installed system.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ocinstaller.lab import stop
from ocinstaller.lab.command import run
from ocinstaller.lab.display import Display
from ocinstaller.lab.layout import DOMAIN, INTERNAL, TAGGED, Lab, Machine
from ocinstaller.lab.namespace import namespace_path
from ocinstaller.lab.ocicli import OciCli
from ocinstaller.lab.qemu import QemuMachine
from ocinstaller.lab.run import bring_up
from ocinstaller.lab.scenario import Scenario
from ocinstaller.lab.stages import Line

STATE = Path(__file__).parents[2] / ".state"
CLUSTER, PLAIN, TAGGED_PLACE = "matrix", "plain", "tagged"
STAGES = ("network", "image live", "image target", "OCI server", "administrator")
WAIT_S = 3600.0
"""Several times what an emulated machine takes on two busy cores; arrays are made in sync."""


@contextmanager
def line_of(name: str, *machines: Machine) -> Iterator[Line]:
    """A line with its server; what an earlier session left is gone."""
    lab = Lab(f"oci-{name}", STATE / name, STATE)
    stop.stop(lab, print)
    shutil.rmtree(lab.directory, ignore_errors=True)
    found = Line(lab, Scenario(name, machines))
    # The plan hands the certificate out; nobody on these machines checks it.
    lab.puppet_ca_file.parent.mkdir(parents=True)
    lab.puppet_ca_file.write_text("-----BEGIN CERTIFICATE-----\n")
    try:
        bring_up(found, [s for s in found.base_stages() if s.title in STAGES], Display())
        _define(found.cli)
        yield found
    finally:
        stop.stop(lab, print)


def _define(cli: OciCli) -> None:
    """Two places: one untagged on a single card, one on VLAN and bond."""
    cli("swift-region-create", "r1")
    cli("cluster-create", CLUSTER, DOMAIN)
    for place, address, iface2 in (
        (PLAIN, INTERNAL.address, "none"),
        (TAGGED_PLACE, TAGGED.address, "eth1"),
    ):
        cli("location-create", place, "r1")
        first, length = str(address.network.network_address), str(address.network.prefixlen)
        cli("network-create", place, first, length, place, "no")
        cli("network-add", place, CLUSTER, "all", "eth0", iface2)
        cli("network-set", place, "--gateway", str(address.ip))
    cli("network-set", TAGGED_PLACE, "--vlan", str(TAGGED.vlan), "--mtu", "1400")


def virtual(line: Line, machine: Machine) -> QemuMachine:
    found = line.machines[machine.name]
    assert isinstance(found, QemuMachine)
    return found


def enrol(line: Line, machine: Machine, place: str, *settings: str) -> None:
    line.discover(machine, print)
    line.cli("machine-add", machine.serial, CLUSTER, machine.role, place)
    if settings:
        line.cli("machine-set", machine.serial, *settings)


def inside(line: Line, machine: Machine, *command: str) -> str:
    """Run a command on the installed system."""
    (address,) = line.cli.ask("machine-show", machine.serial)["addresses"]
    key = line.lab.shared / "ssh" / "id_ed25519"
    options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ConnectTimeout=10")
    ssh = ("ssh", "-q", "-i", str(key), *(word for o in options for word in ("-o", o)))
    network = f"--net={namespace_path(line.lab.name)}"
    argv = ("nsenter", network, *ssh, f"root@{address['ip']}", *command)
    return run(*argv, timeout_s=120)
