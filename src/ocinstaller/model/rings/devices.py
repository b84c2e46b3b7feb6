"""What a ring is made of: kinds, devices and their labels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

GIB = 1024**3


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
class StoreDisk:
    """A data disk of a machine: its file system's label and its size."""

    label: str
    size_bytes: int


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
