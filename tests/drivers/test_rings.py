"""Rings made by Swift's own builder: spread, balance, movement, files that Swift reads."""

import gzip
import json
import struct
import sys
from array import array
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocinstaller.drivers import rings
from ocinstaller.drivers.rings import RingState, calculate, ring_file
from ocinstaller.model.rings.assignment import (
    Level,
    crowded,
    holdings,
    movement,
    worst_balance,
)
from ocinstaller.model.rings.devices import Device, RingKind, RingSpec

pytestmark = pytest.mark.filterwarnings("ignore:.*Eventlet is deprecated.*")

SPEC = RingSpec("object", RingKind.OBJECT, 10, 3, 1)
LONG_AGO = 1


def device(
    number: int, place: int, weight: float = 100.0, zone: int = 1, region: int = 1
) -> Device:
    return Device(
        f"S{number}",
        f"store-{number}",
        f"oci-{place}",
        region,
        zone,
        f"10.0.0.{number}",
        6200,
        weight,
    )


def store(number: int, disks: int, *, zone: int = 1, region: int = 1) -> list[Device]:
    return [device(number, place, zone=zone, region=region) for place in range(disks)]


def first(devices: list[Device], spec: RingSpec = SPEC) -> RingState:
    """Return the first ring as if it had been published long ago."""
    return calculate(None, spec, devices).state.published(LONG_AGO)


def test_the_rings_of_twelve_stores_are_even_and_spread() -> None:
    """The issue's example, with the usual 2^19 partitions."""
    devices = [d for n in range(1, 13) for d in store(n, 13, zone=1 + n % 6, region=1 + n % 6 // 2)]
    state = first(devices, replace(SPEC, part_power=19))
    found = holdings(state.assignment)
    assert worst_balance(found) < 1.0
    assert state.dispersion == 0.0
    assert [crowded(state.assignment, level) for level in Level] == [0, 0, 0, 0]
    for numbers in zip(*state.assignment.rows, strict=True):
        holders = [state.assignment.devices[number] for number in numbers]
        assert len({h.region for h in holders}) == 3
        assert len({(h.region, h.zone) for h in holders}) == 3
        assert len({h.serial for h in holders}) == 3
    assert state.repeats * state.assignment.partitions == 2**19


zones = st.lists(st.integers(1, 4), min_size=1, max_size=5)
"""The number of machines in each zone."""


@settings(max_examples=25, deadline=None)
@given(zones, st.integers(1, 3), st.integers(1, 3))
def test_replicas_share_nothing_that_there_is_enough_of(
    machines: list[int], disks: int, regions: int
) -> None:
    numbers = iter(range(1, 100))
    devices = [
        d
        for zone, count in enumerate(machines, 1)
        for _ in range(count)
        for d in store(next(numbers), disks, zone=zone, region=1 + zone % regions)
    ]
    spec = replace(SPEC, part_power=8, replicas=min(3, len(devices)))
    assignment = first(devices, spec).assignment
    for numbers_of in zip(*assignment.rows, strict=True):
        assert len(set(numbers_of)) == spec.replicas
        holders = [assignment.devices[number] for number in numbers_of]
        if len(set(machines)) == 1 and regions == 1:
            # Equal zones: no weight asks for more than one replica in any of them.
            assert len({h.zone for h in holders}) == min(spec.replicas, len(machines))
            assert len({h.serial for h in holders}) == min(spec.replicas, sum(machines))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([0.0, 50.0, 100.0, 150.0]), min_size=6, max_size=12))
def test_a_device_without_weight_gets_nothing(weights: list[float]) -> None:
    devices = [device(n, 0, weight) for n, weight in enumerate([100.0, 100.0, 100.0, *weights], 1)]
    assignment = first(devices, replace(SPEC, part_power=7)).assignment
    held = Counter(number for row in assignment.rows for number in row)
    for number, found in assignment.devices.items():
        assert (held[number] == 0) == (found.weight == 0)


def test_the_same_question_has_the_same_answer() -> None:
    devices = [d for n in range(1, 5) for d in store(n, 2)]
    assert ring_file(first(devices)) == ring_file(first(list(reversed(devices))))


def test_nothing_moves_when_nothing_changed() -> None:
    devices = [d for n in range(1, 5) for d in store(n, 2)]
    state = first(devices)
    again = calculate(state, SPEC, devices)
    assert movement(state.assignment, again.state.assignment).replicas == 0
    assert again.state.version == state.version + 1


def test_a_new_store_gets_its_share_and_nothing_else_moves() -> None:
    devices = [d for n in range(1, 10) for d in store(n, 4, zone=1 + n % 3)]
    joined = [*devices, *(d for n in (10, 11, 12) for d in store(n, 4, zone=1 + n % 3))]
    state = first(devices)
    grown = calculate(state, SPEC, joined).state
    moving = movement(state.assignment, grown.assignment)
    share = 12 / 48
    assert share * 0.95 < moving.replicas / moving.total < share * 1.05
    assert worst_balance(holdings(grown.assignment)) < 5.0
    came = {m.tier[2]: m.came for m in moving.moves if m.level is Level.MACHINE and m.came}
    assert set(came) == {"S10", "S11", "S12"}
    assert not [m for m in moving.moves if m.level is Level.REGION]


def test_partitions_that_moved_lately_stay_and_are_counted() -> None:
    devices = [d for n in range(1, 4) for d in store(n, 2)]
    state = calculate(None, SPEC, devices).state
    joined = [*devices, *store(4, 2)]
    held = calculate(state, SPEC, joined)
    assert movement(state.assignment, held.state.assignment).replicas == 0
    assert held.held_back > 0
    assert 0 < held.wait_s <= 3600
    free = calculate(state, replace(SPEC, min_part_hours=0), joined)
    moved = movement(state.assignment, free.state.assignment).replicas * free.state.repeats
    assert (free.held_back, free.wait_s) == (0, 0)
    assert moved == held.held_back


def test_a_drained_store_loses_all_and_then_leaves_without_a_move() -> None:
    devices = [d for n in range(1, 6) for d in store(n, 2)]
    state = first(devices)
    drained_devices = [replace(d, weight=0.0) if d.serial == "S5" else d for d in devices]
    drained = calculate(state, SPEC, drained_devices).state.published(LONG_AGO)
    again = calculate(drained, SPEC, drained_devices).state.published(LONG_AGO)
    held = {h.tier: h.replicas for h in holdings(again.assignment) if h.level is Level.MACHINE}
    assert held[1, 1, "S5"] == 0
    gone = calculate(again, SPEC, [d for d in devices if d.serial != "S5"]).state
    assert movement(again.assignment, gone.assignment).replicas == 0
    assert "S5" not in {d.serial for d in gone.assignment.devices.values()}


def test_a_lost_store_is_replaced_whatever_moved_lately() -> None:
    devices = [d for n in range(1, 6) for d in store(n, 2)]
    state = calculate(None, SPEC, devices).state
    gone = calculate(state, SPEC, [d for d in devices if d.serial != "S5"]).state
    assert "S5" not in {d.serial for d in gone.assignment.devices.values()}
    assert crowded(gone.assignment, Level.MACHINE) == 0


def test_a_machine_that_changes_its_address_keeps_its_partitions() -> None:
    devices = [d for n in range(1, 4) for d in store(n, 2)]
    state = first(devices)
    moved = [replace(d, address="10.0.9.9") if d.serial == "S1" else d for d in devices]
    after = calculate(state, SPEC, moved).state
    assert movement(state.assignment, after.assignment).replicas == 0
    assert {d.address for d in after.assignment.devices.values() if d.serial == "S1"} == {
        "10.0.9.9"
    }


def test_more_disks_split_the_builders_partitions_without_moving_any() -> None:
    spec = replace(SPEC, part_power=14)
    devices = [d for n in range(1, 4) for d in store(n, 1)]
    state = first(devices, spec)
    many = [d for n in range(1, 4) for d in store(n, 12)]
    grown = calculate(state, spec, many).state
    assert grown.assignment.partitions > state.assignment.partitions
    moving = movement(state.assignment, grown.assignment)
    assert moving.replicas / moving.total <= 11 / 12 * 1.05
    assert crowded(grown.assignment, Level.MACHINE) == 0


def test_a_state_survives_being_stored() -> None:
    state = first([d for n in range(1, 4) for d in store(n, 2)])
    loaded = RingState.load(state.dump())
    assert ring_file(loaded) == ring_file(state)
    assert (loaded.spec, loaded.version) == (state.spec, state.version)


def test_swift_finds_in_the_file_what_was_assigned() -> None:
    state = first([d for n in range(1, 5) for d in store(n, 2)], replace(SPEC, part_power=12))
    content = gzip.decompress(ring_file(state))
    magic, _, length = struct.unpack("!4sHI", content[:10])
    header = json.loads(content[10 : 10 + length])
    assert (magic, header["part_shift"], header["replica_count"]) == (b"R1NG", 20, 3)
    assert header["byteorder"] == sys.byteorder
    places = array("H", content[10 + length :])
    assert len(places) == 3 << 12
    for replica, row in enumerate(state.assignment.rows):
        mine = places[replica << 12 : (replica + 1) << 12]
        assert list(mine) == [number for number in row for _ in range(state.repeats)]
    assert {d["device"] for d in header["devs"]} == {"oci-0", "oci-1"}


def test_swifts_own_reader_takes_the_file(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    from swift.common.ring import Ring
    from swift.common.ring import ring as module

    monkeypatch.setattr(module, "validate_configuration", lambda: None)
    state = first([d for n in range(1, 5) for d in store(n, 2)], replace(SPEC, part_power=12))
    (tmp_path / "object.ring.gz").write_bytes(ring_file(state))
    ring = Ring(str(tmp_path), ring_name="object")
    assert (ring.partition_count, ring.replica_count, ring.version) == (1 << 12, 3, 1)
    for partition in (0, 1, 2047, 4095):
        expected = {row[partition // state.repeats] for row in state.assignment.rows}
        assert {node["id"] for node in ring.get_part_nodes(partition)} == expected


def test_an_erasure_coded_ring_spreads_its_fragments() -> None:
    spec = RingSpec("object-1", RingKind.OBJECT, 8, 6, 1)
    assignment = first([d for n in range(1, 4) for d in store(n, 4)], spec).assignment
    assert crowded(assignment, Level.MACHINE) == 0
    assert crowded(assignment, Level.DEVICE) == 0


def test_swift_is_not_loaded_with_the_module() -> None:
    import subprocess

    code = "import sys, ocinstaller.drivers.rings; assert 'swift' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert rings.OVERLOAD == 0.1
