"""Which machines and disks a ring holds, and who stays outside and why."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.errors import Conflict, InvalidValue
from ocinstaller.model.rings.devices import RingKind, object_ports
from ocinstaller.model.rings.planning import Weights, plan_ring, ring_specs
from ocinstaller.model.states import PuppetStatus
from tests.model.rings.worlds import cluster, facts, store

THREE = tuple(store(n, n) for n in (1, 2, 3))


def spec(kind: RingKind = RingKind.OBJECT, machines: tuple = THREE, **settings: object):
    return next(s for s in ring_specs(cluster(machines, **settings)) if s.name == kind)


def test_every_data_disk_becomes_a_device_with_its_size_as_weight() -> None:
    plan = plan_ring(cluster(THREE), spec(), facts(THREE))
    assert len(plan.devices) == 6
    first = plan.devices[0]
    assert (first.region, first.zone, first.address, first.port) == (1, 1, "10.0.1.1", 6200)
    assert (first.label, first.weight) == ("oci-1", 4000.0)
    assert {device.region for device in plan.devices} == {1, 2}


def test_roles_and_flags_say_which_rings_a_machine_is_in() -> None:
    machines = (
        *THREE,
        store(4, 4, swift_store_account=False, swift_store_container=False),
        store(1, 5, "swiftproxy"),
        store(2, 5, "swiftproxy", swift_store_account="yes"),
    )
    serials = {
        kind: {d.serial for d in plan_ring(cluster(machines), spec(kind), facts(machines)).devices}
        for kind in RingKind
    }
    stores = {"SWIFTSTORE1", "SWIFTSTORE2", "SWIFTSTORE3"}
    assert serials[RingKind.OBJECT] == stores | {"SWIFTSTORE4"}
    assert serials[RingKind.CONTAINER] == stores
    assert serials[RingKind.ACCOUNT] == stores | {"SWIFTPROXY2"}


def test_a_machine_without_data_disks_is_named() -> None:
    machines = (*THREE, store(4, 4))
    known = facts(machines)
    known = replace(known, disks={**known.disks, "SWIFTSTORE4": ()})
    plan = plan_ring(cluster(machines), spec(), known)
    assert [left.hostname for left in plan.left_out] == ["cloud-swiftstore-4.example.com"]
    assert "no data disk" in plan.left_out[0].reason


def test_later_machines_join_when_they_are_deployed_or_welcome() -> None:
    late = replace(store(4, 4), puppet_status=PuppetStatus.NOT_RUN)
    machines = (*THREE, late)
    known = replace(facts(machines), members={"object": frozenset(m.serial or "" for m in THREE)})
    plan = plan_ring(cluster(machines), spec(), known)
    assert {d.serial for d in plan.devices} == {m.serial for m in THREE}
    assert "not deployed yet" in plan.left_out[0].reason
    welcome = replace(known, welcome=frozenset({"SWIFTSTORE4"}))
    assert len(plan_ring(cluster(machines), spec(), welcome).devices) == 8
    deployed = (*THREE, store(4, 4))
    assert len(plan_ring(cluster(deployed), spec(), known).devices) == 8
    first = facts(machines)
    assert len(plan_ring(cluster(machines), spec(), first).devices) == 8


def test_weights_said_by_operators_come_first_and_zero_drains() -> None:
    weights = Weights({RingKind.OBJECT: 50.0}, {(RingKind.OBJECT, "SWIFTSTORE2"): 0.0})
    machines = (*THREE, store(4, 4))
    plan = plan_ring(cluster(machines), spec(), replace(facts(machines), weights=weights))
    by_serial = {d.serial: d.weight for d in plan.devices}
    assert by_serial == {
        "SWIFTSTORE1": 50.0, "SWIFTSTORE2": 0.0, "SWIFTSTORE3": 50.0, "SWIFTSTORE4": 50.0,
    }  # fmt: skip
    accounts = plan_ring(
        cluster(machines), spec(RingKind.ACCOUNT), replace(facts(machines), weights=weights)
    )
    assert {d.weight for d in accounts.devices} == {4000.0}


def test_too_few_disks_are_refused_with_what_is_missing() -> None:
    machines = (store(1, 1),)
    with pytest.raises(Conflict, match="2 disks with a weight for 3 replicas") as refusal:
        plan_ring(cluster(machines), spec(), facts(machines))
    assert refusal.value.field == "swift_replicas"


@pytest.mark.parametrize(
    ("name", "value"),
    [("swift_part_power", 33), ("swift_replicas", 0), ("swift_min_part_hours", "many")],
)
def test_settings_out_of_range_are_named(name: str, value: object) -> None:
    with pytest.raises(InvalidValue, match=name):
        ring_specs(cluster(THREE, **{name: value}))


def test_an_erasure_coded_policy_has_a_ring_of_its_own() -> None:
    specs = ring_specs(
        cluster(
            THREE,
            swift_ec_enable="yes",
            swift_ec_policy_index=2,
            swift_ec_num_data_fragments=4,
            swift_ec_num_parity_fragments=2,
        )
    )
    assert [(s.name, s.replicas) for s in specs][-1] == ("object-2", 6)
    assert [s.is_erasure_coded for s in specs] == [False, False, False, True]


@given(
    st.lists(st.integers(0, 30), unique=True),
    st.dictionaries(st.integers(0, 30), st.integers(6200, 6230)),
)
def test_object_ports_are_kept_and_never_shared(wanted: list[int], present: dict[int, int]) -> None:
    names = [f"oci-{n}" for n in wanted]
    known = {f"oci-{n}": port for n, port in present.items()}
    ports = object_ports(names, known)
    assert list(ports) and set(ports) == set(names) if names else ports == {}
    assert len(set(ports.values())) == len(names)
    unshared = {n: p for n, p in known.items() if list(known.values()).count(p) == 1}
    assert all(ports[name] == unshared[name] for name in names if name in unshared)


def test_each_disk_has_a_port_when_the_machine_says_so() -> None:
    machines = tuple(replace(m, settings={"servers_per_port": 1}) for m in THREE)
    plan = plan_ring(cluster(machines), spec(), facts(machines))
    assert [d.port for d in plan.devices if d.serial == "SWIFTSTORE1"] == [6200, 6201]
    kept = {("SWIFTSTORE1", "oci-2"): 6200}
    known = replace(facts(machines), ports={"object": kept})
    again = plan_ring(cluster(machines), spec(), known)
    assert {d.label: d.port for d in again.devices if d.serial == "SWIFTSTORE1"} == {
        "oci-1": 6201, "oci-2": 6200,
    }  # fmt: skip
