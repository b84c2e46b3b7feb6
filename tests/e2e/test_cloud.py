"""A controller with all services and a compute machine, as their users see them; `make test-cloud`.

The tests build on each other in their order.
"""

import os
from collections.abc import Iterator

import pytest

from ocinstaller.lab import run, scenario, verify
from ocinstaller.lab.display import Display
from ocinstaller.lab.layout import Machine
from ocinstaller.lab.stages import Line
from ocinstaller.lab.workloads import CHECKS
from tests.e2e.laboratory import changes_nothing, fresh, lab_of

pytestmark = [
    pytest.mark.line,
    pytest.mark.root,
    pytest.mark.skipif("OCI_TEST_CLOUD" not in os.environ, reason="takes long: make test-cloud"),
]

SCENARIO = scenario.load("cloud")
NOT_IN_IT = {"object", "volume"}
"""Checks for which the scenario has no machines."""


@pytest.fixture(scope="module")
def cloud() -> Iterator[Line]:
    """A lab in which OCI has deployed everything of the scenario, without a hand."""
    with fresh(lab_of("cloud-test"), SCENARIO.name) as line:
        run.bring_up(line, line.stages(), Display())
        yield line


def test_users_find_images_networks_servers_secrets_and_stacks(cloud: Line) -> None:
    results = cloud.verify(lambda result: print(result, flush=True))
    skipped = {result.title for result in results if result.state == verify.SKIPPED}
    assert [str(result) for result in results if result.state == verify.FAILED] == []
    assert skipped == NOT_IN_IT < {check.title for check in CHECKS}


@pytest.mark.parametrize("machine", SCENARIO.machines, ids=lambda machine: machine.name)
def test_another_puppet_run_changes_nothing(cloud: Line, machine: Machine) -> None:
    changes_nothing(cloud, machine)
