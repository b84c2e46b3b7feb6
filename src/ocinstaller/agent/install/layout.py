"""The partition tables and file systems of a plan: pure, and the same for every attempt.

All identifiers derive from the plan's, so a table on disk that equals the plan was written for
this very plan, and a repeated installation gives the same disks.
"""

from dataclasses import dataclass
from uuid import NAMESPACE_OID, UUID, uuid5

from pydantic import BaseModel, ValidationError

from ocinstaller.agent.errors import InstallError
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import Content, FileSystem, InstallPlan, Partition, PartitionKind

MIB = 1024 * 1024

OVERHEAD_BYTES = 2 * MIB
"""Room before the first partition (alignment) and after the last (the second GPT)."""

GPT_TYPES = {
    PartitionKind.BIOS_BOOT: "21686148-6449-6E6F-744E-656564454649",
    PartitionKind.ESP: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
    PartitionKind.ROOT: "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709",
    PartitionKind.SWAP: "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F",
    PartitionKind.RAID: "A19D880F-05FC-4D3B-A006-743F0F84911E",
    PartitionKind.LVM: "E6D6D379-F507-44C2-A23C-238F2A3DF928",
}
"""Type GUIDs: GRUB manual (BIOS installation), UEFI 2.10 table 5.7, UAPI group's discoverable
partitions (root of x86-64, swap), sfdisk(8) (RAID, LVM)."""

_NEEDED = {Firmware.BIOS: PartitionKind.BIOS_BOOT, Firmware.UEFI: PartitionKind.ESP}
_MIRRORS = 2
_LAYERS = frozenset({PartitionKind.RAID, PartitionKind.LVM})


@dataclass(frozen=True, slots=True)
class OnPartition:
    """A partition of the disk with this place in the plan."""

    disk: int
    number: int


@dataclass(frozen=True, slots=True)
class OnArray:
    """The array with this label."""

    label: str


@dataclass(frozen=True, slots=True)
class OnVolume:
    """A logical volume."""

    group: str
    name: str


Device = OnPartition | OnArray | OnVolume


@dataclass(frozen=True, slots=True)
class Place:
    """A file system of the plan and where it lies."""

    device: Device
    label: str
    filesystem: FileSystem
    mountpoint: str | None
    uuid: str


def identifier(plan: InstallPlan, what: str) -> UUID:
    """Return the UUID of a part of this plan's system."""
    return uuid5(NAMESPACE_OID, f"ocinstaller/{plan.plan_id}/{what}")


def places(plan: InstallPlan) -> tuple[Place, ...]:
    """Return all file systems of the plan."""
    storage = plan.storage
    contents: list[tuple[Device, str, Content]] = [
        (OnPartition(index, number), partition.label, partition)
        for index, disk in enumerate(storage.disks)
        for number, partition in enumerate(disk.partitions, 1)
    ]
    contents += [(OnArray(array.label), array.label, array) for array in storage.arrays]
    contents += [
        (OnVolume(group.name, volume.name), volume.name, volume)
        for group in storage.groups
        for volume in group.volumes
    ]
    return tuple(
        Place(device, label, content.filesystem, content.mountpoint, _uuid(plan, device, content))
        for device, label, content in contents
        if content.filesystem is not None
    )


def _uuid(plan: InstallPlan, device: Device, content: Content) -> str:
    """Return the UUID that a file system gets; of FAT the short form."""
    uuid = identifier(plan, f"filesystem-{device}")
    if content.filesystem is FileSystem.VFAT:
        serial = uuid.hex[:8].upper()
        return f"{serial[:4]}-{serial[4:]}"
    return str(uuid)


def root(plan: InstallPlan) -> Place:
    """Return the file system that is mounted at `/`."""
    return next(place for place in places(plan) if place.mountpoint == "/")


def members(plan: InstallPlan, label: str) -> list[OnPartition]:
    """Return the partitions that an array or a volume group with this label lies on."""
    return [
        OnPartition(index, number)
        for index, disk in enumerate(plan.storage.disks)
        for number, partition in enumerate(disk.partitions, 1)
        if partition.kind in _LAYERS and partition.label == label
    ]


def group_device(plan: InstallPlan, label: str) -> Device:
    """Return what a volume group with this label lies on: the array, or else the partition."""
    if any(array.label == label for array in plan.storage.arrays):
        return OnArray(label)
    return members(plan, label)[0]


def check_layout(plan: InstallPlan) -> None:
    """Refuse a layout that cannot be made or would not start.

    :raises InstallError: naming the part of the plan and what is allowed
    """
    for disk in plan.storage.disks:
        _check_partitions(disk.partitions, plan.firmware)
    _check_layers(plan)
    for place in places(plan):
        _check_mountpoint(place)
    roots = [place for place in places(plan) if place.mountpoint == "/"]
    if len(roots) != 1 or roots[0].filesystem is not FileSystem.EXT4:
        raise InstallError("storage: exactly one ext4 file system must be mounted at /")


def _check_partitions(partitions: tuple[Partition, ...], firmware: Firmware) -> None:
    labels = [partition.label for partition in partitions]
    if len(set(labels)) != len(labels):
        raise InstallError(f"storage.disks: the labels {labels} must differ")
    for partition in partitions[:-1]:
        if partition.size_mib is None:
            raise InstallError(
                f"partition {partition.label}: only the last one may take the rest of the disk"
            )
    for partition in partitions:
        if partition.mountpoint is not None and partition.filesystem is None:
            raise InstallError(f"partition {partition.label}: a mountpoint needs a file system")
    needed = _NEEDED.get(firmware)
    if needed is not None and needed not in {partition.kind for partition in partitions}:
        raise InstallError(
            f"storage.disks: a machine started by {firmware.value} needs a partition of "
            f"the kind {needed.value}"
        )


def _check_layers(plan: InstallPlan) -> None:
    """Every array needs a member on each of two disks, every group something to lie on."""
    storage = plan.storage
    for array in storage.arrays:
        disks = [member.disk for member in members(plan, array.label)]
        if len(storage.disks) < _MIRRORS or disks != list(range(len(storage.disks))):
            raise InstallError(
                f"array {array.label}: needs one partition of its label on each of two disks"
            )
    for group in storage.groups:
        if not members(plan, group.label):
            raise InstallError(f"volume group {group.name}: nothing has its label {group.label}")
        if any(volume.size_mib is None for volume in group.volumes[:-1]):
            raise InstallError(
                f"volume group {group.name}: only the last volume may take the rest of it"
            )


def _check_mountpoint(place: Place) -> None:
    mountpoint = place.mountpoint
    if mountpoint is None:
        return
    if not mountpoint.startswith("/") or ".." in mountpoint.split("/") or " " in mountpoint:
        raise InstallError(
            f"partition {place.label}: mountpoint {mountpoint!r} must be an absolute path"
        )


def needed_bytes(plan: InstallPlan, index: int) -> int:
    """Return the size that the disk with this place in the plan must have at least."""
    disk = plan.storage.disks[index]
    fixed = sum(partition.size_mib or 1 for partition in disk.partitions) * MIB
    return max(disk.minimum_bytes, fixed + OVERHEAD_BYTES)


def sfdisk_script(plan: InstallPlan, index: int) -> str:
    """Return the table of a disk in sfdisk's input format."""
    lines = ["label: gpt", f"label-id: {identifier(plan, f'disk-{index}')}", ""]
    for number, partition in enumerate(plan.storage.disks[index].partitions, 1):
        size = f"size={partition.size_mib}MiB, " if partition.size_mib is not None else ""
        lines.append(
            f"{size}type={GPT_TYPES[partition.kind]}, "
            f'uuid={_partition_uuid(plan, index, number)}, name="{partition.label}"'
        )
    return "\n".join(lines) + "\n"


def _partition_uuid(plan: InstallPlan, index: int, number: int) -> str:
    return str(identifier(plan, f"partition-{index}-{number}"))


class _Entry(BaseModel):
    size: int
    type: str
    uuid: str
    name: str = ""


class _Table(BaseModel):
    id: str
    sectorsize: int = 512
    partitions: list[_Entry] = []


class _Dump(BaseModel):
    partitiontable: _Table


def equals_plan(dump: str, plan: InstallPlan, index: int) -> bool:
    """Tell whether the table in `sfdisk --json`'s dump was written for this disk of the plan."""
    try:
        table = _Dump.model_validate_json(dump).partitiontable
    except ValidationError:
        return False
    if table.id.lower() != str(identifier(plan, f"disk-{index}")):
        return False
    planned = plan.storage.disks[index].partitions
    return len(planned) == len(table.partitions) and all(
        _equal(entry, partition, _partition_uuid(plan, index, number), table.sectorsize)
        for number, (entry, partition) in enumerate(zip(table.partitions, planned, strict=True), 1)
    )


def _equal(entry: _Entry, partition: Partition, uuid: str, sector_bytes: int) -> bool:
    size = partition.size_mib
    return (
        entry.uuid.lower() == uuid
        and entry.type.upper() == GPT_TYPES[partition.kind]
        and entry.name == partition.label
        and (size is None or entry.size * sector_bytes == size * MIB)
    )
