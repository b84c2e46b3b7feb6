"""A cloud gets object storage: three stores and a proxy; a store is lost and comes back.

The controller is that of `test_line`, deployed before. The tests build on each other in their order.
"""

from typing import Any

import pytest

from ocinstaller.lab import run, scenario
from ocinstaller.lab.display import Display
from ocinstaller.lab.errors import CommandError
from ocinstaller.lab.layout import CLUSTER, Machine
from ocinstaller.lab.stages import Line, side_by_side
from tests.e2e.conftest import SCENARIO
from tests.e2e.laboratory import changes, changes_nothing, container
from tests.e2e.object_storage import RING_FILES, Objects
from tests.e2e.waiting import eventually

pytestmark = [pytest.mark.line, pytest.mark.root]

_MACHINES = scenario.load(SCENARIO)
CONTROLLER = _MACHINES.machine("controller")
PROXY = _MACHINES.machine("swiftproxy-1")
STORES = [machine for machine in _MACHINES.machines if machine.role == "swiftstore"]


@pytest.fixture(scope="module")
def objects(line: Line) -> Objects:
    return Objects(line, CONTROLLER)


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


def test_a_cloud_gets_stores_and_a_proxy(line: Line) -> None:
    ways = zip(*(line.machine_stages(machine) for machine in [*STORES, PROXY]), strict=True)
    titles = ("reports", "enrolment", "installation", "Puppet")
    stages = [side_by_side(title, way) for title, way in zip(titles, ways, strict=True)]
    run.bring_up(line, stages[:2], Display())
    changes(line, CONTROLLER)
    run.bring_up(line, stages[2:], Display())
    catalogue = line.openstack().ask("catalog", "list")
    assert "object-store" in {row["Type"] for row in catalogue}


def test_rings_are_even_and_every_machine_has_them(line: Line) -> None:
    found = {ring["name"]: ring for ring in rings(line)}
    assert set(found) == {"account", "container", "object"}
    assert all(ring["balance"] < 1 and ring["dispersion"] == 0 for ring in found.values())
    assert all((ring["machines"], ring["devices"]) == (3, 6) for ring in found.values())
    eventually(lambda: all(copy["current"] for copy in rings(line, "--copies")))


def test_an_object_comes_back_as_it_was_and_lies_on_three_machines(
    line: Line, objects: Objects
) -> None:
    objects.create_container("photos")
    objects.upload("photos", "first")
    assert objects.download("photos", "first") == objects.digest
    assert replicas(line, "first") == {store.name: 1 for store in STORES}


def test_objects_are_readable_and_writable_without_a_store(line: Line, objects: Objects) -> None:
    lost = container(line, STORES[0])
    lost.power_off()
    assert objects.download("photos", "first") == objects.digest
    objects.upload("photos", "second")
    assert objects.download("photos", "second") == objects.digest
    line.power_on(STORES[0])
    eventually(lambda: lost.is_up)
    eventually(lambda: lost.execute("systemctl", "is-active", "swift-object").strip() == "active")
    # The other stores bring it what it has missed.
    eventually(lambda: replicas(line, "second")[STORES[0].name] == 2)


@pytest.mark.parametrize(
    "machine", [CONTROLLER, PROXY, STORES[0]], ids=lambda machine: machine.name
)
def test_another_puppet_run_changes_nothing(line: Line, machine: Machine) -> None:
    changes_nothing(line, machine)


def test_a_drained_store_loses_its_partitions(line: Line) -> None:
    planned = line.cli.ask("swift-remove-machine-from-ring", STORES[2].serial, "--dry-run")
    assert planned == [], "partitions that moved within the hour would move again"


def test_rings_survive_on_machines_that_cannot_reach_the_server(line: Line) -> None:
    machine = container(line, STORES[1])
    before = machine.execute("sha256sum", *RING_FILES)
    machine.execute("systemctl", "start", "oci-swift-rings.service")
    assert machine.execute("sha256sum", *RING_FILES) == before
    with pytest.raises(CommandError):
        machine.execute("unshare", "--net", "python3", "-m", "ocinstaller.agent", "rings")
    assert machine.execute("sha256sum", *RING_FILES) == before
