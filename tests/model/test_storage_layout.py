"""Which disks an installation writes to, and what it says about each."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.agent.install import layout
from ocinstaller.model.disk_selection import automatic, check_selector, select
from ocinstaller.model.errors import Conflict, InvalidValue
from ocinstaller.model.hardware import BlockDevice, DiskKind, Firmware
from ocinstaller.model.plan import ImageRef, InstallPlan, PartitionKind
from ocinstaller.model.storage_layout import (
    LEFT_ALONE,
    DataUse,
    StorageLayout,
    StorageSettings,
    storage_layout,
    system_partitions,
)

GB = 10**9
NO_CHOICE = StorageSettings()
NO_DATA = DataUse("compute")


def disk(
    name: str, gigabytes: int = 480, kind: DiskKind = DiskKind.SSD, **more: object
) -> BlockDevice:
    return BlockDevice.model_validate(
        {"name": name, "size_bytes": gigabytes * GB, "kind": kind, **more}
    )


def lay_out(
    disks: list[BlockDevice],
    settings: StorageSettings = NO_CHOICE,
    firmware: Firmware = Firmware.UEFI,
    data: DataUse = NO_DATA,
) -> StorageLayout:
    return storage_layout(disks, firmware, settings, data, GB, 3 * GB)


def uses(layout: StorageLayout) -> dict[str, str]:
    return {decision.disk.name: decision.use for decision in layout.disks}


@pytest.mark.parametrize(
    ("disks", "name", "reason"),
    [
        ([disk("sda", 4000), disk("sdb", 480)], "sdb", "the smallest of 2 disks"),
        ([disk("sda", 480, DiskKind.HDD), disk("sdb", 480)], "sdb", "a solid-state one"),
        ([disk("sdb"), disk("sda")], "sda", "the first by its path"),
        (
            [disk("sda", by_path="pci-0:ata-10"), disk("sdb", by_path="pci-0:ata-9")],
            "sdb",
            "the first by its path",
        ),
        ([disk("sda", 2), disk("nvme0n1", 480)], "nvme0n1", "the only disk"),
        ([disk("sda", read_only=True), disk("vda", 900)], "vda", "the only disk"),
    ],
)
def test_the_system_disk_is_chosen_for_a_reason(
    disks: list[BlockDevice], name: str, reason: str
) -> None:
    decision = lay_out(disks).disks[0]

    assert (decision.disk.name, decision.use) == (name, "system")
    assert reason in decision.reason


@given(st.permutations([disk("sda"), disk("sdb"), disk("sdc", 200), disk("nvme0n1", 200)]))
def test_the_order_of_the_report_decides_nothing(disks: list[BlockDevice]) -> None:
    assert automatic("dest_blk", disks, GB).disk.name == "nvme0n1"


DISKS = [
    disk("sda", 480, serial="S1", by_path="pci-0:ata-1"),
    disk("sdb", 4000, DiskKind.HDD, serial="S2", by_path="pci-0:ata-2"),
    disk("nvme0n1", 960, DiskKind.NVME, serial="S3"),
    disk("nvme1n1", 960, DiskKind.NVME, serial="S4"),
]


@pytest.mark.parametrize(
    ("selector", "name"),
    [
        ("sdb", "sdb"),
        ("/dev/nvme0n1", "nvme0n1"),
        ("serial=S2", "sdb"),
        ("path=pci-0:ata-2", "sdb"),
        ("path=/dev/disk/by-path/pci-0:ata-2", "sdb"),
        ("size=4T", "sdb"),
        ("size=0.96T", "nvme0n1"),
        ("size=894G", "nvme0n1"),
    ],
)
def test_a_disk_can_be_chosen(selector: str, name: str) -> None:
    chosen = lay_out(DISKS, StorageSettings(dest_blk=selector)).disks[0]

    assert chosen.disk.name == name
    assert chosen.reason.startswith(f"dest_blk is {selector}")


@pytest.mark.parametrize("selector", ["", "size=big", "serial=", "a b", "../sda", "-x", "size=0G"])
def test_malformed_selectors_are_refused(selector: str) -> None:
    if selector == "-x":
        assert check_selector("dest_blk", selector) == selector, "a name that no disk has"
        return
    with pytest.raises(InvalidValue, match="dest_blk"):
        check_selector("dest_blk", selector)


@pytest.mark.parametrize("selector", ["sdz", "serial=S9", "size=100G"])
def test_a_disk_that_is_missing_is_named_with_those_that_exist(selector: str) -> None:
    with pytest.raises(Conflict, match=r"dest_blk: disk .* does not exist; the machine has: .*sda"):
        select("dest_blk", selector, DISKS)


def test_a_chosen_disk_that_is_too_small_is_refused() -> None:
    with pytest.raises(Conflict, match=r"dest_blk: disk sda \(2\.0 GB ssd\) is too small"):
        lay_out([disk("sda", 2), disk("sdb")], StorageSettings(dest_blk="sda"))


def test_no_disk_large_enough() -> None:
    with pytest.raises(Conflict, match=r"no further disk .* it has: sda \(2\.0 GB ssd\)"):
        lay_out([disk("sda", 2)])


RAID = StorageSettings(install_on_raid=True)


def test_a_mirror_takes_two_disks_and_leaves_the_others_alone() -> None:
    found = lay_out(DISKS, RAID)

    assert uses(found) == {
        "sda": "system",
        "nvme0n1": "system",
        "sdb": LEFT_ALONE,
        "nvme1n1": LEFT_ALONE,
    }
    assert [d.partitions[0].mountpoint for d in found.plan.disks] == ["/boot/efi", "/boot/efi2"]
    assert [a.label for a in found.plan.arrays] == ["oci-root"]


def test_mirrors_of_one_size_are_two_disks() -> None:
    found = lay_out(DISKS, replace(RAID, raid_devices=("size=960G", "size=960G")))

    assert [d.name for d in found.plan.disks] == ["nvme0n1", "nvme1n1"]


def test_one_disk_is_no_mirror_of_itself() -> None:
    with pytest.raises(Conflict, match=r"raid_dev1: disk sda is sda, which has another use"):
        lay_out(DISKS, replace(RAID, raid_devices=("sda", "sda")))
    with pytest.raises(Conflict, match="raid_dev1: the machine has no further disk"):
        lay_out([disk("sda")], RAID)


@pytest.mark.parametrize("level", ["0", "5", "10"])
def test_levels_that_do_not_start_from_each_disk_are_refused(level: str) -> None:
    with pytest.raises(InvalidValue, match=f"raid_type: '{level}' is not allowed; allowed: 1"):
        lay_out(DISKS, replace(RAID, raid_type=level))


SETTINGS = st.builds(
    StorageSettings,
    install_on_raid=st.booleans(),
    system_on_lvm=st.booleans(),
    swap_mib=st.sampled_from([0, 1, 4096]),
)


@given(SETTINGS, st.sampled_from([Firmware.BIOS, Firmware.UEFI]))
def test_the_installer_accepts_every_layout(settings: StorageSettings, firmware: Firmware) -> None:
    found = lay_out(DISKS, settings, firmware).plan
    plan = InstallPlan(
        plan_id="0" * 36,
        serial="S",
        hostname="h",
        firmware=firmware,
        storage=found,
        image=ImageRef(url="http://x/y", sha256="0" * 64, size_bytes=1),
    )

    layout.check_layout(plan)

    swaps = [p for p in layout.places(plan) if p.filesystem == "swap"]
    assert len(swaps) == bool(settings.swap_mib)
    assert len(found.disks) == 1 + settings.install_on_raid


def test_data_disks_become_volume_groups() -> None:
    data = DataUse("volume", "cl1vol1vg")
    one = lay_out(DISKS, data=data)
    separate = lay_out(DISKS, data=replace(data, separate=True))

    assert uses(one)["sdb"] == "volume group cl1vol1vg0"
    assert [[d.name for d in g.disks] for g in one.plan.data_groups] == [
        ["sdb", "nvme0n1", "nvme1n1"]
    ]
    assert [g.name for g in separate.plan.data_groups] == ["cl1vol1vg0", "cl1vol1vg1", "cl1vol1vg2"]
    assert lay_out([disk("sda")], data=data).plan.data_groups == ()


@given(st.sampled_from(Firmware), st.integers(0, 2**34), st.integers(0, 2**34))
def test_only_the_last_partition_takes_the_rest(
    firmware: Firmware, image: int, unpacked: int
) -> None:
    (plan,) = storage_layout(
        [disk("sda")], firmware, NO_CHOICE, NO_DATA, image, unpacked
    ).plan.disks
    *first, last = plan.partitions
    assert all(partition.size_mib for partition in first)
    assert last.kind is PartitionKind.ROOT and last.size_mib is None
    assert plan.minimum_bytes > image + unpacked


def test_a_uefi_machine_gets_an_esp_and_a_bios_machine_a_place_for_grub() -> None:
    kinds = {firmware: system_partitions(firmware, NO_CHOICE)[0].kind for firmware in Firmware}
    assert kinds[Firmware.UEFI] is PartitionKind.ESP
    assert kinds[Firmware.BIOS] is PartitionKind.BIOS_BOOT
