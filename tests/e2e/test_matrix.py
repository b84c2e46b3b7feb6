"""Disks and networks of installed systems on real virtual machines: `make test-matrix`.

A line of its own, without Puppet: what counts is the way from the network to the installed system,
which reports its first start over the very bond and VLAN that it was given.
"""

import re
from collections.abc import Iterator

import pytest

from ocinstaller.lab.command import run
from ocinstaller.lab.layout import TAGGED, Machine, MachineKind
from ocinstaller.lab.qemu import disk_file
from ocinstaller.lab.stages import Line
from ocinstaller.lab.switch import Switch
from tests.e2e.virtual import (
    CLUSTER,
    PLAIN,
    TAGGED_PLACE,
    WAIT_S,
    enrol,
    inside,
    line_of,
    virtual,
)
from tests.e2e.waiting import eventually

pytestmark = [pytest.mark.matrix, pytest.mark.root]

BONDED = Machine("bonded", 21, MachineKind.BIOS, "custom", disks=2, bonded=True)
MIRRORED = Machine("mirrored", 22, MachineKind.UEFI, "custom", disks=2)
MANY = Machine("many", 23, MachineKind.UEFI, "volume", disks=6)


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    with line_of("matrix", BONDED, MIRRORED, MANY) as found:
        yield found


def restart(line: Line, machine: Machine, without: tuple[int, ...] = ()) -> None:
    """Pull the plug, take disks out, start from what is left, wait for the system."""
    virtual(line, machine).power_off()
    line.power_on(machine, without=without)
    eventually(lambda: inside(line, machine, "true") == "", WAIT_S)


def freeze(line: Line, machine: Machine) -> None:
    """Keep the disks as they are; `thaw` returns to this moment."""
    virtual(line, machine).power_off()
    directory = virtual(line, machine).directory
    for number in range(machine.disks):
        disk = directory / disk_file(number)
        disk.rename(disk.with_suffix(".base"))
    thaw(line, machine)


def thaw(line: Line, machine: Machine) -> None:
    virtual(line, machine).power_off()
    directory = virtual(line, machine).directory
    for number in range(machine.disks):
        disk = directory / disk_file(number)
        base = disk.with_suffix(".base").name
        run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base, str(disk))


def test_a_mirror_survives_power_cuts_while_it_is_made(line: Line) -> None:
    enrol(line, BONDED, TAGGED_PLACE, "--install-on-raid", "yes")
    plan = line.cli("machine-install-os", BONDED.serial, "--plan")
    assert re.search(r"ERASED: vda .* system; install_on_raid is yes", plan)
    assert re.search(
        r"vlan100: vlan; on bond0; mtu 1400; 10\.66\.2\.\d+/24; gateway 10\.66\.2\.1", plan
    )
    line.cli("machine-install-os", BONDED.serial)
    machine = virtual(line, BONDED)
    for moment in (r"filesystems: begins", r"downloaded and verified", r"bootloader: begins"):
        machine.console.wait_for(moment, timeout_s=WAIT_S, since=machine.console.mark())
        machine.power_off()
        line.power_on(BONDED)

    line.install(BONDED, print)

    log = line.cli("machine-install-log", BONDED.serial)
    assert "array oci-root of this plan is there already" in log
    assert "unpack: done before" in log


def test_both_cards_carry_the_vlan(line: Line) -> None:
    switch = Switch(line.lab, line.processes)
    taps = {f"tap-{BONDED.name}-{number}" for number in (0, 1)}
    eventually(lambda: switch.negotiated(BONDED) == taps, WAIT_S)
    bond = inside(line, BONDED, "cat", "/proc/net/bonding/bond0")
    assert "IEEE 802.3ad Dynamic link aggregation" in bond
    assert "Transmit Hash Policy: layer3+4" in bond
    assert "MII Polling Interval (ms): 100" in bond
    assert "LACP rate: fast" in bond
    assert "mtu 1400" in inside(line, BONDED, "ip", "link", "show", "vlan100")
    for tap in sorted(taps):
        switch.set_cable(tap, plugged=False)
        eventually(
            lambda: inside(line, BONDED, "ping", "-c1", "-W5", str(TAGGED.address.ip)), WAIT_S
        )
        switch.set_cable(tap, plugged=True)
        eventually(lambda: switch.negotiated(BONDED) == taps, WAIT_S)


@pytest.mark.parametrize("missing", [0, 1])
def test_a_bios_mirror_starts_from_either_disk(line: Line, missing: int) -> None:
    if missing == 0:
        freeze(line, BONDED)
    else:
        thaw(line, BONDED)
    restart(line, BONDED, (missing,))
    assert "[_U]" in (state := inside(line, BONDED, "cat", "/proc/mdstat")) or "[U_]" in state


def test_a_uefi_mirror_on_volumes_is_installed(line: Line) -> None:
    virtual(line, BONDED).power_off()
    enrol(
        line,
        MIRRORED,
        PLAIN,
        "--install-on-raid",
        "yes",
        "--system-on-lvm",
        "yes",
        "--swap-mib",
        "256",
    )
    line.install(MIRRORED, print)
    assert (
        inside(line, MIRRORED, "findmnt", "-no", "SOURCE", "/").strip()
        == "/dev/mapper/ocisystem-root"
    )
    assert "/dev/dm-" in inside(line, MIRRORED, "cat", "/proc/swaps")
    same = "diff -r /boot/efi /boot/efi2 && echo same"
    assert inside(line, MIRRORED, same).strip() == "same"


def test_a_changed_boot_loader_reaches_the_second_disk(line: Line) -> None:
    change = "echo >> /boot/efi/EFI/debian/grub.cfg && python3 -m ocinstaller.agent sync-esp"
    inside(line, MIRRORED, change)
    assert inside(line, MIRRORED, "diff -r /boot/efi /boot/efi2 && echo same").strip() == "same"


@pytest.mark.parametrize("missing", [0, 1])
def test_a_uefi_mirror_starts_from_either_disk(line: Line, missing: int) -> None:
    if missing == 0:
        freeze(line, MIRRORED)
    else:
        thaw(line, MIRRORED)
    restart(line, MIRRORED, (missing,))
    assert "[_U]" in (state := inside(line, MIRRORED, "cat", "/proc/mdstat")) or "[U_]" in state


def test_a_machine_with_six_disks_keeps_its_data_when_it_is_installed_again(line: Line) -> None:
    virtual(line, MIRRORED).power_off()
    enrol(line, MANY, PLAIN, "--dest-blk", "serial=LAB-DISK-3")
    line.install(MANY, print)
    assert inside(line, MANY, "lsblk", "-no", "SERIAL", "/dev/vdd").strip() == "LAB-DISK-3"
    assert inside(line, MANY, "findmnt", "-no", "SOURCE", "/").strip() == "/dev/vdd2"
    group = f"{CLUSTER}vol1vg0"
    disks = inside(line, MANY, "pvs", "--noheadings", "-o", "pv_name,vg_name").split()
    assert sorted(disks[::2]) == [f"/dev/vd{letter}" for letter in "abcef"]
    assert set(disks[1::2]) == {group}
    inside(line, MANY, "lvcreate", "-y", "-n", "kept", "-L", "64m", group)

    line.cli("machine-reboot-on-live", MANY.serial)
    inside(line, MANY, "systemd-run", "--on-active=1", "systemctl", "reboot")
    eventually(lambda: (line.cli.machine(MANY.serial) or {})["status"] == "live", WAIT_S)
    line.install(MANY, print)

    eventually(
        lambda: "kept" in inside(line, MANY, "lvs", "--noheadings", "-o", "lv_name", group), WAIT_S
    )
