"""Clusters that store, for the tests of rings."""

from dataclasses import replace

from ocinstaller.model.hardware import BlockDevice, DiskKind
from ocinstaller.model.rings.planning import Place, RingFacts
from ocinstaller.model.snapshot import AddressFacts, ClusterSnapshot, MachineFacts, Value
from ocinstaller.model.states import PuppetStatus
from tests.model.worlds import network

GIB = 1024**3


def disk(name: str, gib: int = 4000, serial: str = "", *, read_only: bool = False) -> BlockDevice:
    return BlockDevice(
        name=name, size_bytes=gib * GIB, kind=DiskKind.HDD, serial=serial, read_only=read_only
    )


def disks(data: int, gib: int = 4000) -> tuple[BlockDevice, ...]:
    """Return a system disk and data disks."""
    names = [f"sd{chr(ord('a') + n)}" for n in range(data + 1)]
    return (disk(names[0], 100), *(disk(name, gib, f"WD-{name}-0001") for name in names[1:]))


def store(number: int, zone: int, role: str = "swiftstore", **settings: Value) -> MachineFacts:
    return MachineFacts(
        hostname=f"cloud-{role}-{number}.example.com",
        role=role,
        location=f"zone-{zone}",
        serial=f"{role.upper()}{number}",
        puppet_status=PuppetStatus.SUCCESS,
        addresses=(AddressFacts("int", f"10.0.{zone}.{number}", 16),),
        settings=settings,
    )


def cluster(machines: tuple[MachineFacts, ...], **settings: Value) -> ClusterSnapshot:
    net = network("int", "10.0.0.0/16")
    return ClusterSnapshot("cloud", "example.com", machines, networks=(net,), settings=settings)


def facts(machines: tuple[MachineFacts, ...], data: int = 2, zones: int = 9) -> RingFacts:
    """Return facts: every machine has the same disks, two zones make a region."""
    return RingFacts(
        disks={machine.serial or "": disks(data) for machine in machines},
        places={f"zone-{n}": Place((n + 1) // 2, n) for n in range(1, zones + 1)},
    )


def with_disks(known: RingFacts, serial: str, *found: BlockDevice) -> RingFacts:
    return replace(known, disks={**known.disks, serial: found})
