"""Which disks may carry a system."""

from pathlib import Path

import pytest

from ocinstaller.agent.errors import CollectorError
from ocinstaller.agent.inventory import lsblk
from ocinstaller.agent.inventory.source import Source
from ocinstaller.model.hardware import DiskKind

from .recorded_outputs import recorded


def test_disks_of_a_virtual_machine() -> None:
    disks = lsblk.parse(recorded("qemu-q35-trixie.lsblk.json"), {"vda": "pci-0000:00:04.0"})

    assert [disk.name for disk in disks] == ["sda", "vda", "nvme0n1"]
    assert {disk.kind for disk in disks} == {DiskKind.VIRTUAL}
    assert disks[1].serial == "VIRTIO0001"
    assert disks[1].by_path == "pci-0000:00:04.0"
    assert disks[1].size_bytes == 8 * 1024**3


def test_disks_of_a_server_without_live_medium_floppy_and_cd() -> None:
    disks = lsblk.parse(recorded("composed-rack-server.lsblk.json"))

    assert [(disk.name, disk.kind) for disk in disks] == [
        ("sda", DiskKind.SSD),
        ("sdb", DiskKind.HDD),
        ("nvme0n1", DiskKind.NVME),
    ]
    assert disks[1].model == "ST8000NM0075"
    assert [disk.read_only for disk in disks] == [False, False, True]


def test_named_disks_are_the_only_ones() -> None:
    text = recorded("qemu-q35-trixie.lsblk.json")

    assert [disk.name for disk in lsblk.parse(text, only=frozenset({"sdb", "zzz"}))] == ["sdb"]


def test_the_live_medium_stays_invisible_even_when_named() -> None:
    text = recorded("composed-rack-server.lsblk.json")

    assert lsblk.parse(text, only=frozenset({"sdc", "loop0"})) == ()


def test_without_named_disks_a_container_sees_none() -> None:
    def run(argv: object, timeout_s: float) -> str:
        raise AssertionError("the host's disks were listed")

    assert lsblk.collect(Source(run=run, container=True, disks=frozenset())) == ()


def test_persistent_names_are_the_first_without_partitions(tmp_path: Path) -> None:
    directory = tmp_path / lsblk.BY_PATH
    directory.mkdir(parents=True)
    for link, node in {
        "virtio-pci-0000:00:04.0": "vda",
        "pci-0000:00:04.0": "vda",
        "pci-0000:00:04.0-part1": "vda1",
        "pci-0000:00:1f.2-ata-1.0": "sda",
        "pci-0000:00:1f.2-ata-1": "sda",
    }.items():
        (directory / link).symlink_to(f"../../{node}")
    source = Source(
        run=lambda argv, timeout_s: recorded("qemu-q35-trixie.lsblk.json"), root=tmp_path
    )

    names = {disk.name: disk.by_path for disk in lsblk.collect(source)}

    assert names == {"vda": "pci-0000:00:04.0", "sda": "pci-0000:00:1f.2-ata-1", "nvme0n1": ""}


def test_something_else_than_json_is_an_error() -> None:
    with pytest.raises(CollectorError, match="not understood"):
        lsblk.parse("lsblk: unknown column: MOUNTPOINTS")
