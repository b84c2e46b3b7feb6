"""Scenarios' files: what they may say, and what the lab's own say."""

from pathlib import Path

import pytest

from ocinstaller.lab import scenario

PLAIN = "{name: m, number: 1, kind: bios, role: volume}"


def load(directory: Path, text: str) -> scenario.Scenario:
    file = directory / "mine.yaml"
    file.write_text(text)
    return scenario.load(str(file))


@pytest.mark.parametrize("name", scenario.known())
def test_the_labs_own_can_be_read(name: str) -> None:
    assert scenario.load(name).machines


def test_virtual_machines_can_have_more_disks(tmp_path: Path) -> None:
    found = load(tmp_path, f"machines: [{PLAIN.replace('}', ', disks: 2}')}]")
    assert [machine.disks for machine in found.machines] == [2]
    assert not found.outside


def test_networks_can_lead_outside(tmp_path: Path) -> None:
    assert load(tmp_path, f"outside: true\nmachines: [{PLAIN}]").outside


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"machines: [{PLAIN.replace('}', ', disks: 0}')}]", "disks 0 of m"),
        (f"machines: [{PLAIN.replace('}', ', disks: two}')}]", "disks two of m"),
        (f"machines: [{PLAIN.replace('}', ', data_disks_gib: [1]}')}]", "data_disks_gib is for"),
        (f"machines: [{PLAIN.replace('bios', 'container').replace('}', ', disks: 2}')}]", "disks"),
        (f"outside: perhaps\nmachines: [{PLAIN}]", "outside perhaps"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        load(tmp_path, text)
