"""Object storage that loses a store and gets a disk; `OCI_TEST_SWIFT=1 pytest tests/e2e/test_swift.py`.

The tests build on each other in their order. They take long, so CI leaves them out.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from ocinstaller.lab import run, scenario, stop
from ocinstaller.lab.display import Display
from ocinstaller.lab.errors import CommandError
from ocinstaller.lab.layout import CLUSTER, Lab, Machine
from ocinstaller.lab.stages import Line
from tests.e2e.conftest import STATE
from tests.e2e.object_storage import PUPPET, RING_FILES, Objects, container
from tests.e2e.waiting import eventually

pytestmark = [
    pytest.mark.line,
    pytest.mark.root,
    pytest.mark.skipif("OCI_TEST_SWIFT" not in os.environ, reason="takes long: OCI_TEST_SWIFT=1"),
]

SCENARIO = scenario.load("swift")
STORES = [machine for machine in SCENARIO.machines if machine.role == "swiftstore"]
PROXY = SCENARIO.machine("swiftproxy-1")
PUPPET_S = 900.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[Line]:
    """A lab in which everything of the scenario is deployed."""
    lab = Lab("oci-swift-test", STATE / "swift-test", STATE)
    scenario.choose(lab, SCENARIO.name)
    line = Line(lab)
    stop.stop(lab, print)
    try:
        run.bring_up(line, line.stages(), Display())
        line.openstack().wait()
        yield line
    finally:
        stop.stop(lab, print)


@pytest.fixture(scope="module")
def objects(cluster: Line) -> Objects:
    return Objects(cluster, SCENARIO.machine("controller-1"))


def rings(line: Line, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = line.cli.ask("swift-ring-show", CLUSTER, *arguments)
    return found


def replicas(line: Line, name: str) -> dict[str, int]:
    """How many copies of an object's content each store that is up has, by size of its file."""
    size = len(Objects.CONTENT)
    find = ("find", "/srv/node", "-path", "*objects/*", "-name", "*.data", "-size", f"{size}c")
    found = {}
    for store in STORES:
        machine = container(line, store)
        if machine.is_up:
            found[store.name] = len(machine.execute(*find).split())
    return found


def test_rings_are_even_and_every_machine_has_them(cluster: Line) -> None:
    found = {ring["name"]: ring for ring in rings(cluster)}
    assert set(found) == {"account", "container", "object"}
    assert all(ring["balance"] < 1 and ring["dispersion"] == 0 for ring in found.values())
    assert all((ring["machines"], ring["devices"]) == (3, 6) for ring in found.values())
    eventually(lambda: all(copy["current"] for copy in rings(cluster, "--copies")))


def test_an_object_comes_back_as_it_was_and_lies_on_three_machines(
    cluster: Line, objects: Objects
) -> None:
    objects.create_container("photos")
    objects.upload("photos", "first")
    assert objects.download("photos", "first") == objects.digest
    assert replicas(cluster, "first") == {store.name: 1 for store in STORES}


def test_objects_are_readable_and_writable_without_a_store(cluster: Line, objects: Objects) -> None:
    lost = container(cluster, STORES[0])
    lost.power_off()
    assert objects.download("photos", "first") == objects.digest
    objects.upload("photos", "second")
    assert objects.download("photos", "second") == objects.digest
    cluster.power_on(STORES[0])
    eventually(lambda: lost.is_up)
    eventually(lambda: lost.execute("systemctl", "is-active", "swift-object").strip() == "active")
    # The other stores bring it what it has missed.
    eventually(lambda: replicas(cluster, "second")[STORES[0].name] == 2)


@pytest.mark.parametrize("machine", [*STORES[:1], PROXY], ids=lambda machine: machine.name)
def test_second_puppet_run_changes_nothing(cluster: Line, machine: Machine) -> None:
    container(cluster, machine).execute(*PUPPET, timeout_s=PUPPET_S)


def test_a_drained_store_loses_its_partitions(cluster: Line) -> None:
    planned = cluster.cli.ask("swift-remove-machine-from-ring", STORES[2].serial, "--dry-run")
    assert planned == [], "partitions that moved within the hour would move again"


def test_rings_survive_on_machines_that_cannot_reach_the_server(cluster: Line) -> None:
    machine = container(cluster, STORES[1])
    before = machine.execute("sha256sum", *RING_FILES)
    machine.execute("systemctl", "start", "oci-swift-rings.service")
    assert machine.execute("sha256sum", *RING_FILES) == before
    with pytest.raises(CommandError):
        machine.execute("unshare", "--net", "python3", "-m", "ocinstaller.agent", "rings")
    assert machine.execute("sha256sum", *RING_FILES) == before
