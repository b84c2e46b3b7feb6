"""Changes of a snapshot follow the rules of enrolment and removal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.changes import with_machines, with_settings, without_machine
from ocinstaller.model.difference import Key, Section, difference
from ocinstaller.model.errors import Conflict, Exhausted, InvalidValue, NotFound
from ocinstaller.model.snapshot import ClusterSnapshot
from tests.model.worlds import REFERENCE, cluster, connected, network


def test_added_machines_get_the_next_names_and_addresses() -> None:
    world = with_machines(connected({"controller": 3}), "compute", 2, None)
    added = world.of_role("compute")
    assert [m.hostname for m in added] == [
        "cloud-compute-1.example.com",
        "cloud-compute-2.example.com",
    ]
    assert [a.ip for m in added for a in m.addresses] == ["192.168.100.5", "192.168.100.6"]


@given(st.integers(1, 6), st.sampled_from(sorted(REFERENCE)))
def test_adding_and_removing_again_leaves_only_the_counter(count: int, role: str) -> None:
    before = connected(REFERENCE)
    after = with_machines(before, role, count, "zone-1")
    names = {m.hostname for m in after.machines} - {m.hostname for m in before.machines}
    assert len(names) == count
    for name in names:
        after = without_machine(after, name)
    assert after.machines == before.machines
    assert [n.taken for n in after.networks] == [n.taken for n in before.networks]
    assert after.last_numbers[role] == REFERENCE[role] + count


def test_the_founder_is_replaced() -> None:
    world = without_machine(connected({"controller": 3}), "cloud-controller-1.example.com")
    assert [m.is_bootstrap for m in world.machines] == [True, False]
    world = without_machine(world, "CONTROLLER2")
    assert [m.hostname for m in world.machines if m.is_bootstrap] == [
        "cloud-controller-3.example.com"
    ]


def small(prefix: int) -> ClusterSnapshot:
    return ClusterSnapshot("cloud", "example.com", networks=(network("n", f"10.0.0.0/{prefix}"),))


def test_what_enrolment_refuses_a_plan_refuses() -> None:
    with pytest.raises(Exhausted, match="network n has no free address"):
        with_machines(small(29), "compute", 6, None)
    with pytest.raises(InvalidValue, match="location.*none: cluster cloud has no networks"):
        with_machines(cluster({}), "compute", 1, None)
    with pytest.raises(InvalidValue, match="zone-1"):
        with_machines(small(24), "compute", 1, "moon")
    with pytest.raises(InvalidValue, match="1 to 1000"):
        with_machines(small(24), "compute", 0, None)
    with pytest.raises(InvalidValue, match="controller, compute"):
        with_machines(small(24), "blimp", 1, None)
    with pytest.raises(NotFound, match="nobody"):
        without_machine(small(24), "nobody")
    storage = ClusterSnapshot(
        "cloud", "example.com", networks=(network("n", "10.0.0.0/24", "swiftstore"),)
    )
    with pytest.raises(Conflict, match="no private network for role compute at zone-1"):
        with_machines(storage, "compute", 1, None)


def test_settings_at_their_default_are_left_out() -> None:
    assert with_settings(small(24), {"install_magnum": True}).settings == {"install_magnum": True}


entries = st.dictionaries(
    st.builds(Key, st.sampled_from(Section), st.sampled_from(["a1", "a2", "a10"]), st.just("x")),
    st.integers(0, 3),
)


@given(entries, entries)
def test_a_difference_leads_from_one_to_the_other(
    before: dict[Key, object], after: dict[Key, object]
) -> None:
    changes = difference(before, after)
    result = dict(before)
    for change in changes:
        key = Key(change.section, change.subject, change.item)
        assert result.get(key) == change.before != change.after
        if change.after is None:
            del result[key]
        else:
            result[key] = change.after
    assert result == after
    assert difference(after, after) == []


def test_numbers_in_names_are_ordered_as_numbers() -> None:
    after = {Key(Section.SERVICE, name, "x"): 1 for name in ("a10", "a9")}
    assert [change.subject for change in difference({}, after)] == ["a9", "a10"]
