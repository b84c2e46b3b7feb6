"""GRUB's settings and the firmware's boot entries."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from ocinstaller.agent.errors import InstallError
from ocinstaller.agent.install import bootloader, efiboot
from ocinstaller.agent.install.device import Disk

from ..inventory.recorded_outputs import recorded


def test_settings() -> None:
    assert 'GRUB_CMDLINE_LINUX="console=ttyS0 quiet"\n' in bootloader.settings(
        "console=ttyS0 quiet"
    )


@pytest.mark.parametrize("cmdline", ['a"b', "a$(b)", "a`b`", "a\nb", "a\\b"])
def test_command_lines_that_would_change_the_settings_are_refused(cmdline: str) -> None:
    with pytest.raises(InstallError, match="must not contain"):
        bootloader.settings(cmdline)


def test_entries_of_the_firmware() -> None:
    found = efiboot.parse(recorded("composed-rack-server.efibootmgr.txt"))

    assert found.order == ("0003", "0001", "0007", "0000")
    assert found.labels["0003"] == "UEFI PXEv4 (MAC:525400660001)"
    assert found.ours() == ["0007"]


def test_a_firmware_without_entries() -> None:
    assert efiboot.parse("EFI variables are not supported on this system.\n").order == ()


class Firmware:
    """A firmware's list of entries, as efibootmgr changes it."""

    def __init__(self, current: str) -> None:
        self.current = current
        self.made = 0
        self.order = ["0003", "0007", "0001"]
        self.labels = {"0001": "UEFI HTTPv4", "0003": "UEFI PXEv4", "0007": efiboot.LABEL}

    def __call__(self, argv: Sequence[str], timeout_s: float) -> str:
        options = dict(pairwise(argv))
        if "--delete-bootnum" in argv:
            del self.labels[options["--bootnum"]]
            self.order.remove(options["--bootnum"])
        elif "--create-only" in argv:
            self.labels[f"000{9 + self.made:X}"] = options["--label"]
            self.made += 1
        elif "--bootorder" in argv:
            self.order = options["--bootorder"].split(",")
        entries = "".join(f"Boot{number}* {label}\tHD()\n" for number, label in self.labels.items())
        return f"BootCurrent: {self.current}\nBootOrder: {','.join(self.order)}\n{entries}"


@pytest.mark.parametrize(
    ("current", "order"),
    [
        pytest.param("0003", ["0003", "0009", "0001"], id="behind the network"),
        pytest.param("0001", ["0001", "0009", "0003"], id="ahead of what was first"),
        pytest.param("0007", ["0003", "0001", "0009"], id="started by an entry that is gone"),
    ],
)
def test_the_disk_comes_behind_the_entry_that_started_this_system(
    current: str, order: list[str]
) -> None:
    firmware = Firmware(current)

    efiboot.add_entries(firmware, [(Disk("vda"), 1)])

    assert firmware.order == order
    assert "0007" not in firmware.labels


def test_each_mirror_has_an_entry_that_the_next_installation_replaces() -> None:
    firmware = Firmware("0003")

    for _ in range(2):
        efiboot.add_entries(firmware, [(Disk("vda"), 1), (Disk("vdb"), 1)])

    assert firmware.order == ["0003", "000B", "000C", "0001"]
    assert [firmware.labels[number] for number in firmware.order[1:3]] == [
        "OCI Debian",
        "OCI Debian 2",
    ]
