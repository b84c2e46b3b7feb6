"""States, names, interfaces, disks, wire documents and rendered files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ocinstaller.model import interfaces, naming, target_files
from ocinstaller.model.errors import Conflict, InvalidValue, WrongState
from ocinstaller.model.hardware import HardwareReport, Nic
from ocinstaller.model.secret_kinds import SecretKind, generate
from ocinstaller.model.secret_specs import SECRETS, names_for_services
from ocinstaller.model.services import SERVICES
from ocinstaller.model.states import LOCAL_BOOT_STATES, TRANSITIONS, Event, State, next_state
from tests.support import report


def test_a_refused_transition_names_the_state_and_the_allowed_ones() -> None:
    with pytest.raises(WrongState, match="the machine is installed; allowed: live → installing"):
        next_state(State.INSTALLED, Event.INSTALL_REQUESTED)


@given(st.sampled_from(State), st.sampled_from(Event))
def test_every_transition_is_in_the_table_or_refused(state: State, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        assert next_state(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(WrongState):
            next_state(state, event)


def test_every_state_can_be_reached_and_left() -> None:
    assert set(TRANSITIONS.values()) == set(State)
    for state in State:
        assert any(TRANSITIONS[s, e] is not s for (s, e) in TRANSITIONS if s is state)


def test_only_an_order_leads_an_installed_machine_back_to_the_live_system() -> None:
    for (state, event), target in TRANSITIONS.items():
        if state in LOCAL_BOOT_STATES and target not in LOCAL_BOOT_STATES:
            assert event in {Event.LIVE_REQUESTED, Event.REMOVED}


@pytest.mark.parametrize("name", ["", "-a", "A", "a_b", "a" * 64, "a.b", "a b", "ä", "a\n"])
def test_malformed_labels_are_refused(name: str) -> None:
    with pytest.raises(InvalidValue, match="allowed"):
        naming.check_label("name", name)


def test_host_names_follow_the_original() -> None:
    name = naming.machine_hostname("cl1", "controller", 3, "example.com")
    assert name == "cl1-controller-3.example.com"
    assert naming.api_hostname("cl1", "example.com") == "cl1-api.example.com"
    assert naming.api_hostname("cl1", "example.com", "api.x.org") == "api.x.org"


NICS = (
    Nic(name="eno1", mac="52:54:00:00:00:01", speed_mbps=1000),
    Nic(name="eno2", mac="52:54:00:00:00:02", speed_mbps=25000),
    Nic(name="eno3", mac="52:54:00:00:00:03", speed_mbps=10000),
)


@pytest.mark.parametrize(
    ("selector", "name"), [("eno1", "eno1"), ("1g1", "eno1"), ("10g1", "eno2"), ("10g2", "eno3")]
)
def test_interfaces_are_selected_by_name_or_speed(selector: str, name: str) -> None:
    assert interfaces.select_interface(selector, NICS).name == name


@pytest.mark.parametrize("selector", ["eth9", "1g2", "10g3", "100m1"])
def test_a_missing_interface_is_refused_with_those_present(selector: str) -> None:
    with pytest.raises(Conflict, match=r"eno1 \(1000 Mb/s\)"):
        interfaces.select_interface(selector, NICS)


@pytest.mark.parametrize(
    "change",
    [
        {"serial": ""},
        {"serial": "../../etc"},
        {"serial": "x" * 129},
        {"memory_mib": -1},
        {"memory_mib": "many"},
        {"firmware": "coreboot"},
        {"surprise": 1},
        {"nics": [{"name": "eth0", "mac": "not a mac"}]},
        {"block_devices": [{"name": "../sda", "size_bytes": 1, "kind": "ssd"}]},
    ],
)
def test_malformed_reports_are_refused(change: dict[str, object]) -> None:
    document = report().model_dump(mode="json") | change
    with pytest.raises(ValidationError):
        HardwareReport.model_validate(document)


def test_reports_survive_the_wire() -> None:
    assert HardwareReport.model_validate_json(report().model_dump_json()) == report()


def test_secrets_are_long_and_different_and_stay_with_their_roles() -> None:
    for kind in SecretKind:
        made = {generate(kind) for _ in range(50)}
        assert len(made) == 50 and all(len(text) >= 20 for text in made)
    everything = {spec.name for spec in SECRETS}
    assert {"keystone_admin", "rabbitmq_cookie"} <= set(
        names_for_services({"keystone", "rabbitmq"})
    )
    assert set(names_for_services({service.name for service in SERVICES})) == everything
    assert not {"nova_db", "keystone_admin"} & set(names_for_services({"nova-compute"}))
    assert names_for_services({"ssh", "chrony"}) == []


def test_the_hosts_file_begins_with_the_machine_itself() -> None:
    entries = (
        target_files.HostEntry("10.0.0.9", ("other.example.com", "other")),
        target_files.HostEntry("10.0.0.2", ("me.example.com", "me")),
    )
    text = target_files.hosts_file("me.example.com", entries)
    inside = text.split("# OCISTA_MAINTAINED")[1].split("# OCIFIN_MAINTAINED")[0].splitlines()
    assert inside[1:] == ["10.0.0.2 me.example.com me", "10.0.0.9 other.example.com other"]
