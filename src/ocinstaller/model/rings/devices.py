"""What a ring is made of: kinds, devices and their labels."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ocinstaller.model.hardware import BlockDevice

LABEL_PREFIX = "oci-"
_LABEL_REST = 8
"""XFS labels have at most 12 characters (mkfs.xfs(8))."""
_NOT_IN_LABELS = re.compile(r"[^A-Za-z0-9._-]")

GIB = 1024**3
SMALLEST_DISK = 300 * 1024**2
"""Bytes that mkfs.xfs wants at least, since xfsprogs 5.19."""


class RingKind(StrEnum):
    """What a ring locates; also the name of the server that keeps it."""

    ACCOUNT = "account"
    CONTAINER = "container"
    OBJECT = "object"


PORTS: Mapping[RingKind, int] = {
    RingKind.ACCOUNT: 6002,
    RingKind.CONTAINER: 6001,
    RingKind.OBJECT: 6200,
}
"""Where the servers listen; object servers with a port for each disk count up from theirs."""


@dataclass(frozen=True)
class RingSpec:
    """A ring to have: its name, what it locates, and its dimensions.

    :ivar name: of its file without endings; object rings carry their policy's number (`object-1`).
    :ivar part_power: a ring has 2 to this power partitions.
    :ivar replicas: copies of each partition; fragments, for an erasure-coded policy.
    :ivar min_part_hours: hours for which a partition that was moved stays where it is.
    """

    name: str
    kind: RingKind
    part_power: int
    replicas: int
    min_part_hours: int

    @property
    def is_erasure_coded(self) -> bool:
        """Whether it belongs to an erasure-coded policy."""
        return self.kind is RingKind.OBJECT and self.name != RingKind.OBJECT


@dataclass(frozen=True)
class Device:
    """A disk of a machine as a ring knows it.

    :ivar serial: of the machine; with the label it identifies the device for ever.
    :ivar weight: how much it is to take, relative to the others; 0 takes nothing.
    """

    serial: str
    hostname: str
    label: str
    region: int
    zone: int
    address: str
    port: int
    weight: float

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it."""
        return self.serial, self.label


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


def weight_of(size_bytes: int) -> float:
    """Return the weight of a disk: its size in GiB."""
    return round(size_bytes / GIB, 2)


def object_ports(wanted: Iterable[str], present: Mapping[str, int]) -> dict[str, int]:
    """Return a port for each disk of a machine, which keeps the one that it has.

    :param wanted: labels of the disks
    :param present: ports of the labels that are in the ring already
    """
    ports: dict[str, int] = {}
    for label in wanted:
        if label in present and present[label] not in ports.values():
            ports[label] = present[label]
    taken = set(ports.values())
    free = (n for n in range(PORTS[RingKind.OBJECT], 2**16) if n not in taken)
    return ports | {label: next(free) for label in wanted if label not in ports}
