"""The partition table of a plan: pure, and the same for every attempt.

All identifiers derive from the plan's, so a table on disk that equals the plan was written for
this very plan, and a repeated installation gives the same disk.
"""

from uuid import NAMESPACE_OID, UUID, uuid5

from pydantic import BaseModel, ValidationError

from ocinstaller.agent.errors import InstallError
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import InstallPlan, Partition, PartitionKind

MIB = 1024 * 1024

OVERHEAD_BYTES = 2 * MIB
"""Room before the first partition (alignment) and after the last (the second GPT)."""

GPT_TYPES = {
    PartitionKind.BIOS_BOOT: "21686148-6449-6E6F-744E-656564454649",
    PartitionKind.ESP: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
    PartitionKind.ROOT: "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709",
}
"""Type GUIDs: GRUB manual (BIOS installation), UEFI 2.10 table 5.7, UAPI group's discoverable
partitions (root, x86-64)."""

_NEEDED = {Firmware.BIOS: PartitionKind.BIOS_BOOT, Firmware.UEFI: PartitionKind.ESP}


def identifier(plan: InstallPlan, what: str) -> UUID:
    """Return the UUID of a part of this plan's system."""
    return uuid5(NAMESPACE_OID, f"ocinstaller/{plan.plan_id}/{what}")


def filesystem_uuid(plan: InstallPlan, number: int) -> str:
    """Return the UUID that the file system of a partition gets; of FAT the short form."""
    uuid = identifier(plan, f"filesystem-{number}")
    if plan.disk.partitions[number - 1].filesystem == "vfat":
        serial = uuid.hex[:8].upper()
        return f"{serial[:4]}-{serial[4:]}"
    return str(uuid)


def root_number(plan: InstallPlan) -> int:
    """Return the number of the partition that is mounted at `/`."""
    return next(
        number
        for number, partition in enumerate(plan.disk.partitions, 1)
        if partition.mountpoint == "/"
    )


def check_layout(plan: InstallPlan) -> None:
    """Refuse a layout that cannot be made or would not start.

    :raises InstallError: naming the partition and what is allowed
    """
    partitions = plan.disk.partitions
    labels = [partition.label for partition in partitions]
    if len(set(labels)) != len(labels):
        raise InstallError(f"disk.partitions: the labels {labels} must differ")
    for partition in partitions[:-1]:
        if partition.size_mib is None:
            raise InstallError(
                f"partition {partition.label}: only the last one may take the rest of the disk"
            )
    roots = [partition for partition in partitions if partition.mountpoint == "/"]
    if len(roots) != 1 or roots[0].filesystem != "ext4":
        raise InstallError("disk.partitions: exactly one ext4 partition must be mounted at /")
    for partition in partitions:
        _check_mountpoint(partition)
    needed = _NEEDED.get(plan.firmware)
    if needed is not None and needed not in {partition.kind for partition in partitions}:
        raise InstallError(
            f"disk.partitions: a machine started by {plan.firmware.value} needs a partition of "
            f"the kind {needed.value}"
        )


def _check_mountpoint(partition: Partition) -> None:
    mountpoint = partition.mountpoint
    if mountpoint is None:
        return
    if not mountpoint.startswith("/") or ".." in mountpoint.split("/") or " " in mountpoint:
        raise InstallError(
            f"partition {partition.label}: mountpoint {mountpoint!r} must be an absolute path"
        )
    if partition.filesystem is None:
        raise InstallError(f"partition {partition.label}: a mountpoint needs a file system")


def needed_bytes(plan: InstallPlan) -> int:
    """Return the size that the disk must have at least."""
    fixed = sum(partition.size_mib or 1 for partition in plan.disk.partitions) * MIB
    return max(plan.disk.minimum_bytes, fixed + OVERHEAD_BYTES)


def sfdisk_script(plan: InstallPlan) -> str:
    """Return the table in sfdisk's input format."""
    lines = ["label: gpt", f"label-id: {identifier(plan, 'disk')}", ""]
    for number, partition in enumerate(plan.disk.partitions, 1):
        size = f"size={partition.size_mib}MiB, " if partition.size_mib is not None else ""
        lines.append(
            f"{size}type={GPT_TYPES[partition.kind]}, "
            f'uuid={identifier(plan, f"partition-{number}")}, name="{partition.label}"'
        )
    return "\n".join(lines) + "\n"


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


def equals_plan(dump: str, plan: InstallPlan) -> bool:
    """Tell whether the table in `sfdisk --json`'s dump was written for this plan."""
    try:
        table = _Dump.model_validate_json(dump).partitiontable
    except ValidationError:
        return False
    if table.id.lower() != str(identifier(plan, "disk")):
        return False
    planned = plan.disk.partitions
    return len(planned) == len(table.partitions) and all(
        _equal(entry, partition, str(identifier(plan, f"partition-{number}")), table.sectorsize)
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
