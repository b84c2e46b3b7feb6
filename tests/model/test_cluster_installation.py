"""The order in which a cluster's machines are installed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.cluster_installation import STAGES, progress, startable
from ocinstaller.model.roles import ROLES
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts
from ocinstaller.model.states import PuppetStatus, State

NAMES = [role for stage in STAGES for role in stage.roles]


def machine(role: str, number: int = 1, **more: object) -> MachineFacts:
    name = f"cl-{role}-{number}"
    return MachineFacts(name, role, "z1", serial=name.upper(), **more)  # type: ignore[arg-type]


def cluster(*machines: MachineFacts) -> ClusterSnapshot:
    return ClusterSnapshot("cl", "example.com", machines=tuple(machines))


def starts(*machines: MachineFacts, failed: tuple[str, ...] = ()) -> list[str]:
    return [name.removeprefix("cl-") for name in startable(progress(cluster(*machines), failed))]


DONE = {"status": State.INSTALLED, "puppet_status": PuppetStatus.SUCCESS}


def test_every_role_has_its_stage_but_tenants_machines() -> None:
    assert sorted(NAMES) == sorted(role.name for role in ROLES if role.name != "metal")


@pytest.mark.parametrize(
    ("machines", "expected"),
    [
        ((), []),
        ((machine("metal"),), []),
        ((machine("compute"), machine("controller")), ["controller-1"]),
        ((machine("messaging"), machine("controller"), machine("compute")), ["messaging-1", "controller-1"]),
        ((machine("cephosd"), machine("cephmon"), machine("controller")), ["cephmon-1"]),
        ((machine("controller", **DONE), machine("compute"), machine("tempest")), ["compute-1"]),
        ((machine("controller", status=State.INSTALLED), machine("compute")), []),
        ((machine("controller", 1, **DONE), machine("controller", 2), machine("compute")), ["controller-2"]),
        ((machine("controller", **DONE), machine("compute", **DONE), machine("tempest")), ["tempest-1"]),
        (
            (machine("compute", settings={"compute_is_cephosd": True}), machine("controller")),
            ["compute-1"],
        ),
    ],
)  # fmt: skip
def test_what_starts_next(machines: tuple[MachineFacts, ...], expected: list[str]) -> None:
    assert starts(*machines) == expected


def test_a_failed_machine_waits_for_an_operator_and_others_with_it() -> None:
    assert starts(machine("controller"), machine("compute"), failed=("CL-CONTROLLER-1",)) == []
    broken = machine("controller", status=State.INSTALLED, puppet_status=PuppetStatus.FAILURE)
    assert starts(broken, machine("compute")) == []


@given(st.lists(st.sampled_from(NAMES), max_size=30))
def test_going_on_installs_every_machine_once_and_in_order(roles: list[str]) -> None:
    machines = {f"cl-{role}-{n}": machine(role, n) for n, role in enumerate(roles)}
    order: list[str] = []
    for _ in range(len(STAGES) + 1):
        started = startable(progress(cluster(*machines.values()), ()))
        order += started
        for name in started:
            machines[name] = replace(machines[name], **DONE)  # type: ignore[arg-type]
    assert sorted(order) == sorted(machines)
    ranks = [
        next(n for n, s in enumerate(STAGES) if machines[name].role in s.roles) for name in order
    ]
    assert ranks == sorted(ranks)
    assert all(stage.is_past for stage in progress(cluster(*machines.values()), ()))
