"""Network, compute and volume machines beside a controller, as their users see them; long.

`make test-roles`. The tests build on each other in their order.
"""

import os
from collections.abc import Iterator

import pytest

from ocinstaller.lab import scenario, verify
from ocinstaller.lab.errors import CommandError
from ocinstaller.lab.layout import CLUSTER, DOMAIN, Machine, MachineKind
from ocinstaller.lab.stages import Line
from ocinstaller.lab.workloads import CHECKS
from tests.e2e.deployed import deployed
from tests.e2e.object_storage import PUPPET, container

pytestmark = [
    pytest.mark.line,
    pytest.mark.root,
    pytest.mark.skipif("OCI_TEST_ROLES" not in os.environ, reason="takes long: make test-roles"),
]

SCENARIO = scenario.load("roles")
CONTAINERS = [m for m in SCENARIO.machines if m.kind is MachineKind.CONTAINER]
PUPPET_S = 900.0
NOT_IN_IT = {"object"}
"""Checks for which the scenario has no machines."""
OTHER = f"qemu+tls://{CLUSTER}-compute-2.{DOMAIN}/system"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Line]:
    with deployed(SCENARIO.name) as line:
        yield line


def test_users_find_routers_consoles_and_volumes(cloud: Line) -> None:
    results = cloud.verify(lambda result: print(result, flush=True))
    skipped = {result.title for result in results if result.state == verify.SKIPPED}
    assert [str(result) for result in results if result.state == verify.FAILED] == []
    assert skipped == NOT_IN_IT < {check.title for check in CHECKS}


def test_agents_are_where_the_network_machine_is(cloud: Line) -> None:
    agents = cloud.openstack().ask("network", "agent", "list", "--agent-type", "dhcp")
    assert {row["Host"] for row in agents} == {f"{CLUSTER}-network-1.{DOMAIN}"}


def test_libvirt_answers_other_compute_machines_over_tls_and_nobody_else(cloud: Line) -> None:
    machines = {machine.name: container(cloud, machine) for machine in CONTAINERS}
    said = machines["compute-1"].execute("virsh", "--connect", OTHER, "hostname")
    assert said.split() == [f"{CLUSTER}-compute-2.{DOMAIN}"]
    with pytest.raises(CommandError):
        machines["compute-1"].execute("virsh", "--connect", OTHER.replace("tls", "tcp"), "hostname")


@pytest.mark.parametrize("machine", CONTAINERS, ids=lambda machine: machine.name)
def test_another_puppet_run_changes_nothing(cloud: Line, machine: Machine) -> None:
    container(cloud, machine).execute(*PUPPET, timeout_s=PUPPET_S)
