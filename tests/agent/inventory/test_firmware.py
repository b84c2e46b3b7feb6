"""Management controller, firmware mode and secure boot."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ocinstaller.agent.errors import CollectorError, CommandError
from ocinstaller.agent.inventory import efi, ipmitool
from ocinstaller.agent.inventory.source import Source
from ocinstaller.model.hardware import Bmc, Firmware

from .recorded_outputs import recorded


def test_a_controller_with_address() -> None:
    assert ipmitool.parse(
        recorded("composed-rack-server.ipmitool-mc-info.txt"),
        recorded("composed-rack-server.ipmitool-lan-print.txt"),
    ) == Bmc(address="10.66.9.11", mac="50:9a:4c:00:00:11", firmware_version="6.10")


def test_a_controller_without_lan_channel(tmp_path: Path) -> None:
    def run(argv: Sequence[str], timeout_s: float) -> str:
        if "lan" in argv:
            raise CommandError("ipmitool lan print: exit status 1: Invalid channel: 0")
        return recorded("qemu-q35-trixie.ipmitool-mc-info.txt")

    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/ipmi0").touch()

    assert ipmitool.collect(Source(run=run, root=tmp_path)) == Bmc(firmware_version="0.00")


def test_a_machine_without_controller(tmp_path: Path) -> None:
    def run(argv: Sequence[str], timeout_s: float) -> str:
        raise CommandError("modprobe: No such device")

    assert ipmitool.collect(Source(run=run, root=tmp_path)) is None


def test_modes(tmp_path: Path) -> None:
    assert efi.mode(Source(root=tmp_path)) is Firmware.BIOS
    (tmp_path / "sys/firmware/efi").mkdir(parents=True)
    assert efi.mode(Source(root=tmp_path)) is Firmware.UEFI
    assert efi.mode(Source(root=tmp_path, container=True)) is Firmware.CONTAINER


def test_secure_boot() -> None:
    assert efi.parse(b"\x06\x00\x00\x00\x00") is False
    assert efi.parse(b"\x06\x00\x00\x00\x01") is True
    with pytest.raises(CollectorError, match="wrong form"):
        efi.parse(b"\x01")
