"""A small line: a server and container machines, without a puppetserver."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ocinstaller.lab import scenario, stop, topology
from ocinstaller.lab.display import Display
from ocinstaller.lab.errors import LabError
from ocinstaller.lab.layout import Lab, Machine
from ocinstaller.lab.run import bring_up
from ocinstaller.lab.stages import Line
from tests.e2e.conftest import STATE
from tests.e2e.object_storage import container
from tests.e2e.waiting import eventually

SCENARIO = str(Path(__file__).parent / "scenarios" / "containers.yaml")
FIRST, SECOND, THIRD = scenario.load(SCENARIO).machines
STAGES = ("network", "image live", "image target", "OCI server", "administrator", "cluster")


@contextmanager
def small_line(name: str) -> Iterator[Line]:
    """Bring it up; what an earlier session left is gone."""
    lab = Lab(f"oci-{name}", STATE / f"{name}-test", STATE)
    stop.stop(lab, print)
    shutil.rmtree(lab.directory, ignore_errors=True)
    scenario.choose(lab, SCENARIO)
    found = Line(lab)
    # The plan hands the certificate out; nobody on these machines checks it.
    lab.puppet_ca_file.parent.mkdir(parents=True)
    lab.puppet_ca_file.write_text("-----BEGIN CERTIFICATE-----\n")
    try:
        bring_up(found, [s for s in found.base_stages() if s.title in STAGES], Display())
        yield found
    finally:
        stop.stop(lab, print)


def enrol(line: Line, machine: Machine) -> None:
    line.discover(machine, print)
    topology.enrol(line.cli, machine)


def install(line: Line, machine: Machine) -> None:
    """Bring a machine from power-on to its disk, and wait until it takes orders."""
    enrol(line, machine)
    line.install(machine, print)
    eventually(lambda: container(line, machine).is_up)


def detail(line: Line, machine: Machine) -> dict[str, Any]:
    found: dict[str, Any] = line.cli.ask("machine-show", machine.serial)
    return found


def status(line: Line, machine: Machine) -> str | None:
    return (line.cli.machine(machine.serial) or {}).get("status")


def orders(line: Line, machine: Machine) -> list[tuple[str, str]]:
    """Kind and state of the machine's orders, the newest first."""
    rows = line.cli.ask("machine-orders", machine.serial)
    return [(row["kind"], row["state"]) for row in rows]


def run_of(line: Line, machine: Machine) -> str:
    """What tells one run of the machine's system from another; empty while none runs."""
    try:
        return container(line, machine).execute("cat", "/proc/sys/kernel/random/boot_id").strip()
    except LabError:
        return ""
