"""Which disk becomes the system disk, and how it is divided."""

from collections.abc import Sequence

from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import BlockDevice, Firmware
from ocinstaller.model.plan import DiskPlan, Partition, PartitionKind

_MIB = 1024 * 1024
_BIOS_BOOT_MIB = 1  # GRUB manual, "BIOS installation": 31 KiB are needed, partitions align at 1 MiB
_ESP_MIB = 512  # room for several boot loaders; FAT32 needs 260 on disks with 4 KiB sectors
_FREE_MIB = 1024
"""Room for packages and logs that a system disk must have beside the image."""

_ROOT = Partition(kind=PartitionKind.ROOT, label="oci-root", filesystem="ext4", mountpoint="/")
_BIOS_BOOT = Partition(kind=PartitionKind.BIOS_BOOT, label="bios-boot", size_mib=_BIOS_BOOT_MIB)
_ESP = Partition(
    kind=PartitionKind.ESP,
    label="oci-esp",
    size_mib=_ESP_MIB,
    filesystem="vfat",
    mountpoint="/boot/efi",
)

PARTITIONS: dict[Firmware, tuple[Partition, ...]] = {
    Firmware.BIOS: (_BIOS_BOOT, _ROOT),
    Firmware.UEFI: (_ESP, _ROOT),
    Firmware.CONTAINER: (_BIOS_BOOT, _ROOT),
}


def system_disk(disks: Sequence[BlockDevice]) -> BlockDevice:
    """Return the system disk: the first whose name ends in `a` (sda, vda), else the first.

    :raises Conflict: when the machine reported no disk
    """
    if not disks:
        raise Conflict(
            "the machine reported no disk",
            field="block_devices",
            allowed="a machine with at least one disk; machine-show tells which collectors failed",
        )
    return next((disk for disk in disks if disk.name.endswith("a")), disks[0])


def disk_plan(
    disks: Sequence[BlockDevice], firmware: Firmware, image_bytes: int, unpacked_bytes: int
) -> DiskPlan:
    """Return how the system disk is laid out.

    :param image_bytes: size of the image file, which lies on the disk while it is unpacked
    :param unpacked_bytes: size of the image's content
    :raises Conflict: when the machine reported no disk
    """
    disk = system_disk(disks)
    partitions = PARTITIONS[firmware]
    fixed_mib = sum(partition.size_mib or 0 for partition in partitions)
    needed = image_bytes + unpacked_bytes + (fixed_mib + _FREE_MIB) * _MIB
    return DiskPlan(
        name=disk.name, by_path=disk.by_path, minimum_bytes=needed, partitions=partitions
    )
