"""The lab as data."""

import re

import pytest

from ocinstaller.lab import layout
from ocinstaller.lab.layout import MACHINES, PUPPET_MACHINE, MachineKind, machine_named


def test_numbers_make_addresses_unique():
    macs = [mac for machine in (*MACHINES, PUPPET_MACHINE) for mac in machine.macs]
    assert len(set(macs)) == len(macs)
    assert all(re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", mac) for mac in macs)


def test_names_fit_into_interface_names():
    # Linux allows 15 characters.
    assert all(len(f"{machine.name}-0") <= 15 for machine in MACHINES)
    virtual = [machine for machine in MACHINES if machine.kind is not MachineKind.CONTAINER]
    assert all(len(f"tap-{machine.name}-0") <= 15 for machine in virtual)


def test_every_kind_of_machine_is_there():
    assert {machine.kind for machine in MACHINES} == set(MachineKind)


def test_unknown_machine_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'none' does not exist; the lab has bios, uefi, contr"):
        machine_named("none")


def test_server_and_puppetserver_are_outside_of_the_dhcp_range():
    first, last = (tuple(map(int, text.split("."))) for text in layout.DHCP_RANGE)
    for address in (layout.INTERNAL.address.ip, layout.PUPPET_ADDRESS.ip):
        assert not first <= tuple(map(int, str(address).split("."))) <= last
