"""Who founds the data base's cluster and who joins: never two, and never one that knows less."""

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

FILE = Path(__file__).parents[2] / "puppet/ocinstaller/files/galera.py"
SPEC = importlib.util.spec_from_file_location("oci_galera", FILE)
assert SPEC is not None and SPEC.loader is not None
galera = importlib.util.module_from_spec(SPEC)
sys.modules["oci_galera"] = galera
SPEC.loader.exec_module(galera)
State, NOTHING = galera.State, galera.NOTHING

ORDER = ["a", "b", "c"]
CLUSTER = "11111111-2222-3333-4444-555555555555"


def stopped(seqno: int, seen=ORDER, **values) -> State:
    return State(waiting=True, cluster=CLUSTER, seqno=seqno, seen=tuple(seen), **values)


def empty() -> State:
    return State(waiting=True)


def decide(own: str, states: dict, *, may_found: bool = False) -> str:
    return galera.decide(own, states, ORDER, may_found=may_found).action


def test_the_first_controller_of_a_new_cluster_founds_it_and_the_others_wait_for_it() -> None:
    assert decide("a", {"a": empty()}, may_found=True) == "found"
    assert decide("b", {"b": empty()}) == "wait"
    assert decide("b", {"a": empty(), "b": empty()}) == "wait"
    running = State(primary=True, synced=True, cluster=CLUSTER, seen=("a",))
    assert decide("b", {"a": running, "b": empty()}) == "join"


def test_a_controller_that_was_installed_anew_joins_and_never_founds() -> None:
    running = State(primary=True, cluster=CLUSTER, seen=tuple(ORDER))
    assert decide("a", {"a": empty(), "b": running}, may_found=True) == "join"
    assert decide("a", {"a": empty()}) == "wait"
    assert decide("a", {"a": empty(), "b": stopped(5)}, may_found=True) == "wait"


def test_after_a_power_loss_the_most_advanced_founds() -> None:
    states = {"a": stopped(7), "b": stopped(9), "c": stopped(8)}
    assert [decide(name, states) for name in ORDER] == ["wait", "found", "wait"]


def test_nobody_founds_while_one_that_may_know_more_is_silent() -> None:
    states = {"a": stopped(7), "b": stopped(9)}
    assert {decide(name, states) for name in states} == {"wait"}
    found = galera.decide("a", states, ORDER, may_found=True)
    assert found.reason == "the position of c"


def test_a_first_controller_that_lost_power_before_others_joined_goes_on_alone() -> None:
    assert decide("a", {"a": stopped(3, seen=["a"])}, may_found=True) == "found"


def test_who_left_last_in_order_founds_alone() -> None:
    states = {"a": stopped(7), "b": stopped(7, safe=True)}
    assert [decide(name, states) for name in ("a", "b")] == ["wait", "found"]


def test_data_of_another_cluster_is_not_thrown_away() -> None:
    other = State(primary=True, cluster=CLUSTER.replace("1", "9"), seen=("b",))
    assert decide("a", {"a": stopped(7), "b": other}) == "refuse"


STATES = st.one_of(
    st.just(empty()),
    st.builds(
        stopped,
        st.integers(0, 3),
        st.sets(st.sampled_from(ORDER)).map(lambda names: sorted(names)),
    ),
)


@given(st.fixed_dictionaries(dict.fromkeys(ORDER, STATES)), st.data())
def test_at_most_one_founds_and_it_knows_everything(states: dict, data: st.DataObject) -> None:
    # Each machine sees itself and any of the others.
    founders = []
    for own in ORDER:
        visible = data.draw(st.sets(st.sampled_from(ORDER))) | {own}
        known = {name: states[name] for name in visible}
        seen = {name for state in known.values() for name in state.seen}
        if decide(own, known) == "found":
            founders.append(own)
            assert seen & set(ORDER) <= visible
            assert states[own].seqno == max(state.seqno for state in known.values())
    belonged = all(set(s.seen) == set(ORDER) for s in states.values() if s.cluster != NOTHING)
    if belonged:
        assert len(founders) <= 1


@pytest.mark.parametrize("text", ["", "uuid: x\nseqno: -1\n"])
def test_what_galera_wrote_is_read(tmp_path: Path, monkeypatch, text: str) -> None:
    file = tmp_path / "grastate.dat"
    file.write_text(text)
    monkeypatch.setattr(galera, "GRASTATE", file)
    assert galera._saved().get("seqno", "-1") == "-1"
