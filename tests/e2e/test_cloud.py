"""A controller with all services and a compute machine, as their users see them; `make test-cloud`.

The tests build on each other in their order.
"""

import os
from collections.abc import Iterator

import pytest

from ocinstaller.lab import scenario, verify
from ocinstaller.lab.layout import Machine
from ocinstaller.lab.stages import Line
from ocinstaller.lab.workloads import CHECKS
from tests.e2e.deployed import deployed
from tests.e2e.object_storage import PUPPET, container

pytestmark = [
    pytest.mark.line,
    pytest.mark.root,
    pytest.mark.skipif("OCI_TEST_CLOUD" not in os.environ, reason="takes long: make test-cloud"),
]

SCENARIO = scenario.load("cloud")
PUPPET_S = 900.0
NOT_IN_IT = {
    "object",
    "live migration",
    "outside",
    *(c.title for c in CHECKS if "volume" in c.title),
}
"""Checks for which the scenario has no machines."""


@pytest.fixture(scope="module")
def cloud() -> Iterator[Line]:
    with deployed(SCENARIO.name) as line:
        yield line


def test_users_find_images_networks_servers_secrets_and_stacks(cloud: Line) -> None:
    results = cloud.verify(lambda result: print(result, flush=True))
    skipped = {result.title for result in results if result.state == verify.SKIPPED}
    assert [str(result) for result in results if result.state == verify.FAILED] == []
    assert skipped == NOT_IN_IT < {check.title for check in CHECKS}


@pytest.mark.parametrize("machine", SCENARIO.machines, ids=lambda machine: machine.name)
def test_another_puppet_run_changes_nothing(cloud: Line, machine: Machine) -> None:
    container(cloud, machine).execute(*PUPPET, timeout_s=PUPPET_S)
