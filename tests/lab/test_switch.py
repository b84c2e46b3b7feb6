"""The lab's LACP switch, on a real Open vSwitch."""

import pytest

from ocinstaller.lab import namespace
from ocinstaller.lab.command import run
from ocinstaller.lab.layout import INTERNAL, TAGGED, Lab, Machine, MachineKind
from ocinstaller.lab.processes import Processes
from ocinstaller.lab.switch import UPLINK, VLAN_PORT, Switch

BONDED = Machine("bonded", 9, MachineKind.BIOS, "custom", bonded=True)


@pytest.mark.root
def test_a_machine_gets_a_port_channel_and_survives_being_plugged_in_twice(lab: Lab) -> None:
    namespace.create(lab)
    processes = Processes(lab)
    switch = Switch(lab, processes)
    try:
        taps = namespace.attach_taps(lab, BONDED)
        switch.plug_in(BONDED, taps)
        daemon = processes.find("switch")
        switch.plug_in(BONDED, namespace.attach_taps(lab, BONDED))

        assert processes.find("switch") == daemon
        assert switch.negotiated(BONDED) == set(), "nobody answers on these cables"
        links = run("ip", "-n", lab.name, "-d", "address", "show")
        assert f"master {INTERNAL.name}" in links.split(f"{UPLINK}:")[1].split("\n", 1)[0]
        assert str(TAGGED.address) in links.split(f"{VLAN_PORT}:")[1]
        switch.set_cable(taps[0], plugged=False)
        assert "state DOWN" in run("ip", "-n", lab.name, "link", "show", taps[0])
    finally:
        processes.stop_all()
        namespace.remove(lab)
