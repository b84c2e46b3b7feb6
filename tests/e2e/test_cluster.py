"""The highly available cloud of `make cluster`, with all its services; `make test-cluster`.

The lab of `make cluster` is taken as it is and brought up where it is not; one that was up before
stays up. The tests build on each other in their order.
"""

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest

from ocinstaller.lab import run, scenario, stop, verify
from ocinstaller.lab.display import Display
from ocinstaller.lab.errors import LabError
from ocinstaller.lab.layout import Lab, Machine
from ocinstaller.lab.openstack import OpenStack
from ocinstaller.lab.stages import Line
from ocinstaller.lab.tenant import Tenant
from ocinstaller.lab.workloads import CHECKS
from tests.e2e.controllers import vip, vip_holder, whole
from tests.e2e.laboratory import STATE, changes_nothing, container
from tests.e2e.waiting import eventually

pytestmark = [
    pytest.mark.ha,
    pytest.mark.root,
    pytest.mark.skipif(
        "OCI_TEST_CLUSTER" not in os.environ, reason="takes long: make test-cluster"
    ),
]

SCENARIO = scenario.load("ha")
CONTROLLERS = [machine for machine in SCENARIO.machines if machine.role == "controller"]
NOT_IN_IT = {"volume"}
"""Checks for which the scenario has no machines."""
ANSWER_AGAIN_S = 30.0
RECOVERY_S = 900.0
BLOCKS = 4099


@pytest.fixture(scope="module")
def cloud() -> Iterator[Line]:
    lab = Lab("oci-cluster", STATE / "cluster", STATE)
    scenario.choose(lab, SCENARIO.name)
    line = Line(lab)
    was_up = bool(line.processes.running())
    try:
        run.bring_up(line, line.stages(), Display())
        yield line
    finally:
        if not was_up:
            stop.stop(lab, print)


def test_users_find_all_services(cloud: Line) -> None:
    results = cloud.verify(lambda result: print(result, flush=True))
    skipped = {result.title for result in results if result.state == verify.SKIPPED}
    assert [str(result) for result in results if result.state == verify.FAILED] == []
    assert skipped == NOT_IN_IT < {check.title for check in CHECKS}


@pytest.mark.parametrize("machine", SCENARIO.machines, ids=lambda machine: machine.name)
def test_another_puppet_run_changes_nothing(cloud: Line, machine: Machine) -> None:
    changes_nothing(cloud, machine)


@dataclass
class Work:
    """Somebody who makes objects and networks all the time, and notes what was acknowledged."""

    tenant: Tenant
    path: str
    objects: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    def go_on(self) -> None:
        user, name = self.tenant.user, self.tenant.name
        for number in count():
            if self.enough.is_set():
                return
            try:
                user("object", "create", name, self.path, "--name", f"object-{number}")
                self.objects.append(f"object-{number}")
                user("network", "create", f"{name}-{number}")
                self.networks.append(f"{name}-{number}")
            except LabError:
                continue  # not acknowledged


def test_nothing_acknowledged_is_lost_with_the_holder_of_the_address(cloud: Line) -> None:
    holder: Machine = eventually(lambda: vip_holder(cloud, CONTROLLERS))
    survivor = container(cloud, next(m for m in CONTROLLERS if m != holder))
    client = OpenStack(cloud.lab, survivor, vip(cloud))
    tenant = Tenant(client, survivor, verify.fresh_name("loss"))
    user, name = tenant.user, tenant.name
    administrator = client.credentials()["OS_USERNAME"]
    client("project", "create", name)
    client("role", "add", "--user", administrator, "--project", name, "member")
    path, digest = tenant.file("content", blocks=BLOCKS)
    user("container", "create", name)
    raw = ("--disk-format", "raw", "--container-format", "bare", "--file", path)
    user("image", "create", *raw, name)

    work = Work(tenant, path)
    worker = threading.Thread(target=work.go_on)
    worker.start()
    try:
        eventually(lambda: len(work.networks) > 1)
        container(cloud, holder).power_off()
        lost = time.monotonic()
        before = len(work.networks)
        client.wait(timeout_s=ANSWER_AGAIN_S)
        print(f"a token {time.monotonic() - lost:.1f} s after the loss of {holder.name}")
        eventually(lambda: len(work.networks) > before + 1)
        print(f"networks and objects again after {time.monotonic() - lost:.1f} s")
    finally:
        work.enough.set()
        worker.join()

    back = f"{path}.back"
    user("image", "save", "--file", back, name)
    assert tenant.digest(back) == digest
    for key in work.objects:
        user("object", "save", name, key, "--file", back)
        assert tenant.digest(back) == digest, key
    assert set(work.networks) <= {row["Name"] for row in user.ask("network", "list")}
    print(f"{len(work.objects)} objects and {len(work.networks)} networks are there")
    cloud.power_on(holder)
    eventually(lambda: whole(cloud, CONTROLLERS), RECOVERY_S)


def test_what_comes_back_works_as_before(cloud: Line) -> None:
    results = cloud.verify(lambda result: print(result, flush=True))
    assert [str(result) for result in results if result.state == verify.FAILED] == []
