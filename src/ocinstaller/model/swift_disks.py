"""The disks of a machine that Swift stores on, and what their file systems are called."""

import hashlib
import re
import uuid
from collections.abc import Sequence

from ocinstaller.model.hardware import BlockDevice
from ocinstaller.model.plan import DataFileSystem

LABEL_PREFIX = "oci-"
_LABEL_REST = 8
"""XFS labels have at most 12 characters (mkfs.xfs(8))."""
_NOT_IN_LABELS = re.compile(r"[^A-Za-z0-9._-]")

SMALLEST_DISK = 300 * 1024**2
"""Bytes that mkfs.xfs wants at least, since xfsprogs 5.19."""


def is_usable(disk: BlockDevice) -> bool:
    """Tell whether Swift can store on a disk that has no other use."""
    return not disk.read_only and disk.size_bytes >= SMALLEST_DISK


def file_systems(disks: Sequence[BlockDevice], seed: str) -> tuple[DataFileSystem, ...]:
    """Return the file system of each of these disks.

    :param seed: what the machines of a cluster have in common and nobody else: a file system that
        another cluster left there gets another UUID, and so is not kept
    """
    return tuple(
        DataFileSystem(
            name=disk.name,
            by_path=disk.by_path,
            label=label,
            uuid=str(uuid.uuid5(uuid.NAMESPACE_OID, f"ocinstaller/swift/{seed}/{label}")),
        )
        for disk, label in zip(disks, labels(disks), strict=True)
    )


def labels(disks: Sequence[BlockDevice]) -> tuple[str, ...]:
    """Return the file system label of each data disk of a machine.

    The end of the disk's serial number, which is what its sticker shows; without one the end of
    its place, else its name. Disks that would share a label get digits of a digest instead.
    """
    names = [_rest(disk) for disk in disks]
    return tuple(
        LABEL_PREFIX + (name if names.count(name) == 1 else _digits(_identity(disk), disk.name))
        for name, disk in zip(names, disks, strict=True)
    )


def _rest(disk: BlockDevice) -> str:
    return _NOT_IN_LABELS.sub("", _identity(disk))[-_LABEL_REST:].lstrip("-._") or _digits(
        _identity(disk)
    )


def _identity(disk: BlockDevice) -> str:
    return disk.serial or disk.by_path or disk.name


def _digits(*words: str) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:_LABEL_REST]
