"""The partition table of a plan."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.agent.errors import InstallError
from ocinstaller.agent.install import layout, stack
from ocinstaller.agent.install.configure import fstab
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import (
    Array,
    DiskPlan,
    FileSystem,
    ImageRef,
    InstallPlan,
    LogicalVolume,
    Partition,
    PartitionKind,
    StoragePlan,
    VolumeGroup,
)

from .world import BIOS_PARTITIONS, MIB, UEFI_PARTITIONS, make_plan, with_disk

IMAGE = ImageRef(url="http://x/y", sha256="0" * 64, size_bytes=1)


def plan_with(*partitions: Partition, firmware: Firmware = Firmware.UEFI) -> InstallPlan:
    plan = make_plan("sda", IMAGE, firmware=firmware)
    return with_disk(plan, partitions=partitions)


def test_a_script_for_uefi() -> None:
    script = layout.sfdisk_script(plan_with(*UEFI_PARTITIONS), 0)

    header, partitions = script.split("\n\n")
    assert header.startswith("label: gpt\nlabel-id: ")
    esp, root = partitions.splitlines()
    assert esp.startswith("size=64MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=")
    assert root.startswith("type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, uuid=")
    assert root.endswith('name="root"')


def test_the_script_is_the_same_each_time_and_another_for_another_plan() -> None:
    plan = plan_with(*UEFI_PARTITIONS)
    other = plan.model_copy(update={"plan_id": "00000000-0000-0000-0000-000000000000"})

    assert layout.sfdisk_script(plan, 0) == layout.sfdisk_script(plan, 0)
    assert layout.sfdisk_script(plan, 0) != layout.sfdisk_script(other, 0)


def dump(plan: InstallPlan, **changes: object) -> str:
    """What sfdisk would say after the plan's script, except the changes of the first entry."""
    entries = [
        {
            "node": f"/dev/sda{number}",
            "start": 2048,
            "size": (partition.size_mib or 999) * MIB // 512,
            "type": layout.GPT_TYPES[partition.kind],
            "uuid": str(layout.identifier(plan, f"partition-0-{number}")).upper(),
            "name": partition.label,
        }
        for number, partition in enumerate(plan.storage.disks[0].partitions, 1)
    ]
    entries[0].update(changes)
    table = {"label": "gpt", "id": str(layout.identifier(plan, "disk-0")).upper()}
    return json.dumps({"partitiontable": {**table, "sectorsize": 512, "partitions": entries}})


def test_a_table_of_this_plan_is_recognised() -> None:
    plan = plan_with(*UEFI_PARTITIONS)

    assert layout.equals_plan(dump(plan), plan, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 1},
        {"name": "other"},
        {"type": layout.GPT_TYPES[PartitionKind.ROOT]},
        {"uuid": "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"},
    ],
)
def test_a_table_that_differs_is_not(changes: dict[str, object]) -> None:
    plan = plan_with(*UEFI_PARTITIONS)

    assert not layout.equals_plan(dump(plan, **changes), plan, 0)


@given(st.text())
def test_any_text_is_no_table_of_this_plan(text: str) -> None:
    assert not layout.equals_plan(text, plan_with(*UEFI_PARTITIONS), 0)


BIOS_BOOT, ROOT = BIOS_PARTITIONS
ESP = UEFI_PARTITIONS[0]


@pytest.mark.parametrize(
    ("partitions", "firmware", "reason"),
    [
        ((ESP,), Firmware.UEFI, "exactly one ext4 file system must be mounted at /"),
        ((ESP, ROOT, ROOT), Firmware.UEFI, "must differ"),
        ((BIOS_BOOT, ROOT), Firmware.UEFI, "needs a partition of the kind esp"),
        ((ESP, ROOT), Firmware.BIOS, "needs a partition of the kind bios-boot"),
        ((ROOT, ESP), Firmware.UEFI, "partition root: only the last one"),
        (
            (ESP.model_copy(update={"mountpoint": "/../x"}), ROOT),
            Firmware.UEFI,
            "must be an absolute path",
        ),
        (
            (BIOS_BOOT.model_copy(update={"mountpoint": "/x"}), ROOT),
            Firmware.BIOS,
            "needs a file system",
        ),
    ],
)
def test_layouts_that_would_not_start_are_refused(
    partitions: tuple[Partition, ...], firmware: Firmware, reason: str
) -> None:
    with pytest.raises(InstallError, match=reason):
        layout.check_layout(plan_with(*partitions, firmware=firmware))


def test_the_table_of_file_systems() -> None:
    plan = plan_with(*UEFI_PARTITIONS)
    on_esp, on_root = layout.places(plan)

    esp, root = fstab(plan).splitlines()

    assert root == f"UUID={on_root.uuid} / ext4 errors=remount-ro 0 1"
    assert esp == f"UUID={on_esp.uuid} /boot/efi vfat umask=0077 0 2"
    assert len(on_esp.uuid) == len("ABCD-1234")


MEMBER = Partition(kind=PartitionKind.RAID, label="oci-root")
ON_ARRAY = Array(label="oci-root", filesystem=FileSystem.EXT4, mountpoint="/")


def mirrored(*partitions: Partition, **changes: object) -> InstallPlan:
    """A system on two disks."""
    disks = tuple(
        DiskPlan(name=name, minimum_bytes=0, partitions=partitions) for name in ("sda", "sdb")
    )
    storage = StoragePlan(disks=disks, arrays=(ON_ARRAY,))
    return make_plan(
        "sda", IMAGE, firmware=Firmware.BIOS, storage=storage.model_copy(update=changes)
    )


def test_a_mirror_has_its_root_on_the_array_and_tables_of_its_own() -> None:
    plan = mirrored(BIOS_BOOT, MEMBER)

    layout.check_layout(plan)

    assert layout.root(plan).device == layout.OnArray("oci-root")
    assert layout.members(plan, "oci-root") == [
        layout.OnPartition(0, 2),
        layout.OnPartition(1, 2),
    ]
    assert layout.sfdisk_script(plan, 0) != layout.sfdisk_script(plan, 1)
    assert not layout.equals_plan(dump(plan), plan, 1), "the disks were exchanged"


def test_a_group_lies_on_the_array_of_its_label_or_on_the_partition() -> None:
    root = LogicalVolume(name="root", filesystem=FileSystem.EXT4, mountpoint="/")
    group = VolumeGroup(name="system", label="oci-root", volumes=(root,))
    on_array = mirrored(BIOS_BOOT, MEMBER, arrays=(Array(label="oci-root"),), groups=(group,))
    single = on_array.storage.disks[:1]
    on_partition = mirrored(BIOS_BOOT, MEMBER, disks=single, arrays=(), groups=(group,))

    assert layout.group_device(on_array, "oci-root") == layout.OnArray("oci-root")
    assert layout.group_device(on_partition, "oci-root") == layout.OnPartition(0, 2)
    assert fstab(on_array).splitlines() == [
        f"UUID={layout.root(on_array).uuid} / ext4 errors=remount-ro 0 1"
    ]


def test_both_efi_partitions_of_a_mirror_may_be_missing_and_are_kept_equal() -> None:
    esp2 = ESP.model_copy(update={"mountpoint": "/boot/efi2"})
    disks = tuple(
        DiskPlan(name=name, minimum_bytes=0, partitions=(esp, MEMBER))
        for name, esp in (("sda", ESP), ("sdb", esp2))
    )
    plan = mirrored(BIOS_BOOT, MEMBER, disks=disks).model_copy(update={"firmware": Firmware.UEFI})

    lines = fstab(plan).splitlines()
    files = {file.path: file for file in stack.target_files(plan)}

    assert [line.split()[1:4] for line in lines] == [
        ["/boot/efi", "vfat", "umask=0077,nofail"],
        ["/boot/efi2", "vfat", "umask=0077,nofail"],
        ["/", "ext4", "errors=remount-ro"],
    ]
    assert "ARRAY /dev/md/oci-root metadata=1.2 UUID=" in files["/etc/mdadm/mdadm.conf"].content
    assert "sync-esp" in files["/etc/apt/apt.conf.d/90oci-sync-esp"].content
    assert files["/etc/kernel/postinst.d/zzz-oci-sync-esp"].mode == 0o755


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (mirrored(BIOS_BOOT, ROOT), "needs one partition of its label on each of two disks"),
        (
            mirrored(
                BIOS_BOOT,
                MEMBER,
                groups=(
                    VolumeGroup(
                        name="system", label="other", volumes=(LogicalVolume(name="root"),)
                    ),
                ),
            ),
            "nothing has its label other",
        ),
    ],
)
def test_layers_without_a_floor_are_refused(plan: InstallPlan, reason: str) -> None:
    with pytest.raises(InstallError, match=reason):
        layout.check_layout(plan)
