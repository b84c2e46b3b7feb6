"""The partition table of a plan."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.agent.errors import InstallError
from ocinstaller.agent.install import layout
from ocinstaller.agent.install.configure import fstab
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import ImageRef, InstallPlan, Partition, PartitionKind

from .world import BIOS_PARTITIONS, MIB, UEFI_PARTITIONS, make_plan

IMAGE = ImageRef(url="http://x/y", sha256="0" * 64, size_bytes=1)


def plan_with(*partitions: Partition, firmware: Firmware = Firmware.UEFI) -> InstallPlan:
    plan = make_plan("sda", IMAGE, firmware=firmware)
    return plan.model_copy(update={"disk": plan.disk.model_copy(update={"partitions": partitions})})


def test_a_script_for_uefi() -> None:
    script = layout.sfdisk_script(plan_with(*UEFI_PARTITIONS))

    header, partitions = script.split("\n\n")
    assert header.startswith("label: gpt\nlabel-id: ")
    esp, root = partitions.splitlines()
    assert esp.startswith("size=64MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=")
    assert root.startswith("type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709, uuid=")
    assert root.endswith('name="root"')


def test_the_script_is_the_same_each_time_and_another_for_another_plan() -> None:
    plan = plan_with(*UEFI_PARTITIONS)
    other = plan.model_copy(update={"plan_id": "00000000-0000-0000-0000-000000000000"})

    assert layout.sfdisk_script(plan) == layout.sfdisk_script(plan)
    assert layout.sfdisk_script(plan) != layout.sfdisk_script(other)


def dump(plan: InstallPlan, **changes: object) -> str:
    """What sfdisk would say after the plan's script, except the changes of the first entry."""
    entries = [
        {
            "node": f"/dev/sda{number}",
            "start": 2048,
            "size": (partition.size_mib or 999) * MIB // 512,
            "type": layout.GPT_TYPES[partition.kind],
            "uuid": str(layout.identifier(plan, f"partition-{number}")).upper(),
            "name": partition.label,
        }
        for number, partition in enumerate(plan.disk.partitions, 1)
    ]
    entries[0].update(changes)
    table = {"label": "gpt", "id": str(layout.identifier(plan, "disk")).upper()}
    return json.dumps({"partitiontable": {**table, "sectorsize": 512, "partitions": entries}})


def test_a_table_of_this_plan_is_recognised() -> None:
    plan = plan_with(*UEFI_PARTITIONS)

    assert layout.equals_plan(dump(plan), plan)


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

    assert not layout.equals_plan(dump(plan, **changes), plan)


@given(st.text())
def test_any_text_is_no_table_of_this_plan(text: str) -> None:
    assert not layout.equals_plan(text, plan_with(*UEFI_PARTITIONS))


BIOS_BOOT, ROOT = BIOS_PARTITIONS
ESP = UEFI_PARTITIONS[0]


@pytest.mark.parametrize(
    ("partitions", "firmware", "reason"),
    [
        ((ESP,), Firmware.UEFI, "exactly one ext4 partition must be mounted at /"),
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

    esp, root = fstab(plan).splitlines()

    assert root == f"UUID={layout.filesystem_uuid(plan, 2)} / ext4 errors=remount-ro 0 1"
    assert esp == f"UUID={layout.filesystem_uuid(plan, 1)} /boot/efi vfat umask=0077 0 2"
    assert len(layout.filesystem_uuid(plan, 1)) == len("ABCD-1234")
