"""The line's Swift: a store with three disks and a proxy, behind the API's address."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ocinstaller.lab import scenario
from ocinstaller.lab.layout import CLUSTER, Machine
from ocinstaller.lab.stages import Line
from tests.e2e.object_storage import PUPPET, Objects, container
from tests.e2e.test_line import eventually

pytestmark = [pytest.mark.line, pytest.mark.root]

SCENARIO = scenario.load(scenario.DEFAULT)
MACHINES = [SCENARIO.machine("store"), SCENARIO.machine("proxy")]
PUPPET_S = 600.0


def test_store_and_proxy_are_deployed_side_by_side(line: Line) -> None:
    for stages in zip(*(line.machine_stages(machine) for machine in MACHINES), strict=True):
        with ThreadPoolExecutor(len(stages)) as pool:
            list(pool.map(lambda stage: stage.work(print), stages))


def test_an_object_comes_back_as_it_was_and_lies_on_three_disks(line: Line) -> None:
    # The controller was deployed before there was a proxy; its next run brings the API to haproxy.
    run = ("systemctl", "kill", "--signal=USR1", "--kill-whom=main", "puppet.service")
    container(line, SCENARIO.machine("controller")).execute(*run)
    eventually(lambda: "object-store" in line.openstack()("catalog", "list"))
    (ring,) = line.cli.ask("swift-ring-show", CLUSTER, "--ring", "object")
    assert (ring["devices"], ring["dispersion"]) == (3, 0)
    objects = Objects(line, SCENARIO.machine("controller"))
    line.openstack().wait()
    objects.create_container("photos")
    objects.upload("photos", "first")
    assert objects.download("photos", "first") == objects.digest
    size = f"{len(Objects.CONTENT)}c"
    find = ("find", "/srv/node", "-path", "*objects/*", "-name", "*.data", "-size", size)
    disks = {path.split("/")[3] for path in container(line, MACHINES[0]).execute(*find).split()}
    assert len(disks) == 3


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_second_puppet_run_changes_nothing(line: Line, machine: Machine) -> None:
    container(line, machine).execute(*PUPPET, timeout_s=PUPPET_S)
