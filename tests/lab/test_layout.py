"""The lab as data."""

import re
from pathlib import Path

import pytest

from ocinstaller.lab import layout, scenario
from ocinstaller.lab.errors import StateError
from ocinstaller.lab.layout import PUPPET_MACHINE, Lab, MachineKind

SCENARIOS = [scenario.load(name) for name in scenario.known()]


@pytest.mark.parametrize("found", SCENARIOS, ids=lambda found: found.name)
def test_numbers_make_addresses_and_disks_unique(found):
    machines = (*found.machines, PUPPET_MACHINE)
    macs = [mac for machine in machines for mac in machine.macs]
    assert len(set(macs)) == len(macs)
    assert all(re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", mac) for mac in macs)
    loops = [n for m in machines for n in (m.loop_number, *m.data_loop_numbers)]
    assert len(set(loops)) == len(loops)


@pytest.mark.parametrize("found", SCENARIOS, ids=lambda found: found.name)
def test_names_fit_into_interface_names(found):
    # Linux allows 15 characters.
    assert all(len(f"{machine.name}-0") <= 15 for machine in found.machines)
    virtual = [machine for machine in found.machines if machine.kind is not MachineKind.CONTAINER]
    assert all(len(f"tap-{machine.name}-0") <= 15 for machine in virtual)


def test_every_kind_of_machine_is_there():
    default = scenario.load(scenario.DEFAULT)
    assert {machine.kind for machine in default.machines} == set(MachineKind)


def test_unknown_machine_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'none' does not exist; the lab has bios, uefi, contr"):
        scenario.load(scenario.DEFAULT).machine("none")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("machines: []", "a list of machines"),
        ("machines: [{name: a}]", "needs name, number, kind and role"),
        (
            "machines: [{name: a, number: 1, kind: cloud, role: custom}]",
            "kind cloud of a; allowed: bios",
        ),
        (
            "machines: [{name: a, number: 0, kind: bios, role: custom}]",
            "number 0 of a; allowed: 1 to",
        ),
        ("machines: [{name: A, number: 1, kind: bios, role: custom}]", "name 'A'"),
        ("machines: [{name: long-named-1, number: 1, kind: bios, role: custom}]", "9 characters"),
        ("machines: [{name: a, number: 1, kind: bios, role: boss}]", "boss"),
        (
            "machines: [{name: a, number: 1, kind: bios, role: custom}, {name: b, number: 1, kind: bios, role: custom}]",
            "number 1 is there twice",
        ),
        (
            "machines: [{name: a, number: 1, kind: container, role: compute, settings: {compute_driver: vm}}]",
            "machine a: compute_driver",
        ),
        (
            "machines: [{name: a, number: 1, kind: container, role: compute, settings: [fake]}]",
            "settings of a: texts",
        ),
        ("machines: {", "while parsing"),
    ],
)
def test_a_wrong_scenario_is_refused_with_the_reason(tmp_path: Path, text: str, said: str):
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=re.escape(said)):
        scenario.load(str(file))


def test_a_lab_keeps_its_scenario(lab: Lab):
    assert scenario.current(lab).name == scenario.DEFAULT
    scenario.choose(lab, "ha")
    assert scenario.current(lab).name == "ha"
    lab.server_state.mkdir(parents=True)
    scenario.choose(lab, "ha")
    with pytest.raises(StateError, match="one of scenario ha"):
        scenario.choose(lab, "line")


def test_server_and_puppetserver_are_outside_of_the_dhcp_range():
    first, last = (tuple(map(int, text.split("."))) for text in layout.DHCP_RANGE)
    for address in (layout.INTERNAL.address.ip, layout.PUPPET_ADDRESS.ip):
        assert not first <= tuple(map(int, str(address).split("."))) <= last
