"""Clusters that store, for the tests of rings."""

from ocinstaller.model.enrolment import settings_of_member
from ocinstaller.model.rings.devices import StoreDisk
from ocinstaller.model.rings.planning import Place, RingFacts
from ocinstaller.model.snapshot import AddressFacts, ClusterSnapshot, MachineFacts, Value
from ocinstaller.model.states import PuppetStatus
from tests.model.worlds import network

GIB = 1024**3


def disks(data: int, gib: int = 4000) -> tuple[StoreDisk, ...]:
    """Return data disks."""
    return tuple(StoreDisk(f"oci-{n}", gib * GIB) for n in range(1, data + 1))


def store(number: int, zone: int, role: str = "swiftstore", **settings: Value) -> MachineFacts:
    return MachineFacts(
        hostname=f"cloud-{role}-{number}.example.com",
        role=role,
        location=f"zone-{zone}",
        serial=f"{role.upper()}{number}",
        puppet_status=PuppetStatus.SUCCESS,
        addresses=(AddressFacts("int", f"10.0.{zone}.{number}", 16),),
        settings={**settings_of_member(role), **settings},
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
