"""Reading what ring planning needs, and the rings themselves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from ocinstaller.model.rings.devices import RingKind, StoreDisk
from ocinstaller.model.rings.planning import STORING_ROLES, Place, Weights
from ocinstaller.store.ring_tables import SwiftDevice, SwiftRing, SwiftRingCopy, SwiftRingWeight
from ocinstaller.store.tables import Location, Machine, SwiftRegion

ALL_MACHINES = ""
"""What a weight says in place of a serial number when it is for all machines."""


@dataclass(frozen=True)
class NamedPlaces:
    """Where locations are for Swift, and what the numbers are called."""

    places: Mapping[str, Place]
    regions: Mapping[int, str]
    zones: Mapping[int, str]


def places(session: Session) -> NamedPlaces:
    """Return all locations as regions and zones of Swift."""
    rows = session.execute(select(Location.id, Location.name, Location.swift_region_id)).all()
    regions = dict(session.execute(select(SwiftRegion.id, SwiftRegion.name)).tuples().all())
    return NamedPlaces(
        places={name: Place(region, number) for number, name, region in rows},
        regions=regions,
        zones={number: name for number, name, _ in rows},
    )


def storing_machines(session: Session, cluster_id: int) -> list[Machine]:
    """Return the machines of a cluster that can store."""
    query = select(Machine).where(Machine.cluster_id == cluster_id, Machine.role.in_(STORING_ROLES))
    return list(session.scalars(query.options(undefer(Machine.hardware))))


def installed_disks(session: Session, cluster_id: int) -> dict[str, tuple[StoreDisk, ...]]:
    """Return the data disks of machines whose installation was requested, by serial number."""
    query = (
        select(Machine.serial, SwiftDevice.label, SwiftDevice.size_bytes)
        .join(SwiftDevice, SwiftDevice.machine_id == Machine.id)
        .where(Machine.cluster_id == cluster_id, Machine.plan_id.is_not(None))
        .order_by(Machine.serial, SwiftDevice.label)
    )
    found: dict[str, list[StoreDisk]] = defaultdict(list)
    for serial, label, size in session.execute(query):
        found[serial].append(StoreDisk(label, size))
    return {serial: tuple(disks) for serial, disks in found.items()}


def weights(session: Session, cluster_id: int) -> Weights:
    """Return what operators said about weights."""
    query = select(SwiftRingWeight.kind, SwiftRingWeight.serial, SwiftRingWeight.weight).where(
        SwiftRingWeight.cluster_id == cluster_id
    )
    rows = session.execute(query).tuples().all()
    return Weights(
        usual={RingKind(kind): w for kind, serial, w in rows if serial == ALL_MACHINES},
        machines={
            (RingKind(kind), serial): w for kind, serial, w in rows if serial != ALL_MACHINES
        },
    )


def store_weights(session: Session, cluster_id: int, wanted: Weights, serials: set[str]) -> None:
    """Replace what is said about weights; machines that left the cluster are forgotten.

    :param serials: of the cluster's machines
    """
    said = {(kind, ALL_MACHINES): weight for kind, weight in wanted.usual.items()}
    said |= {key: weight for key, weight in wanted.machines.items() if key[1] in serials}
    query = select(SwiftRingWeight).where(SwiftRingWeight.cluster_id == cluster_id)
    for row in session.scalars(query):
        weight = said.pop((RingKind(row.kind), row.serial), None)
        if weight is None:
            session.delete(row)
        else:
            row.weight = weight
    for (kind, serial), weight in said.items():
        session.add(SwiftRingWeight(cluster_id=cluster_id, kind=kind, serial=serial, weight=weight))


def states(session: Session, cluster_id: int, *, published: bool) -> dict[str, bytes]:
    """Return the builder's memory of each ring, by name."""
    query = select(SwiftRing.name, SwiftRing.state).where(
        SwiftRing.cluster_id == cluster_id, SwiftRing.published == published
    )
    return dict(session.execute(query.order_by(SwiftRing.id)).tuples().all())


def rows(session: Session, cluster_id: int, *, published: bool) -> dict[str, SwiftRing]:
    """Return the rings without their large parts, by name."""
    query = select(SwiftRing).where(
        SwiftRing.cluster_id == cluster_id, SwiftRing.published == published
    )
    return {row.name: row for row in session.scalars(query.order_by(SwiftRing.id))}


def content(session: Session, cluster_id: int, name: str) -> bytes | None:
    """Return the published file of a ring."""
    return session.scalar(
        select(SwiftRing.content).where(
            SwiftRing.cluster_id == cluster_id, SwiftRing.name == name, SwiftRing.published
        )
    )


@dataclass(frozen=True)
class Copy:
    """A version of a ring that a machine has; 0 and empty when it never told."""

    hostname: str
    ring: str
    version: int
    sha256: str
    told_at: datetime | None


def copies(session: Session, cluster_id: int, names: Iterable[str]) -> list[Copy]:
    """Return which version of each of the rings each machine that needs it has."""
    machines = session.execute(
        select(Machine.id, Machine.hostname)
        .where(Machine.cluster_id == cluster_id, Machine.role.in_(STORING_ROLES))
        .order_by(Machine.hostname)
    ).all()
    query = select(SwiftRingCopy).where(SwiftRingCopy.machine_id.in_([m.id for m in machines]))
    told = {(row.machine_id, row.name): row for row in session.scalars(query)}
    found = []
    for number, hostname in machines:
        for name in names:
            row = told.get((number, name))
            found.append(
                Copy(hostname or "", name, row.version, row.sha256, row.told_at)
                if row
                else Copy(hostname or "", name, 0, "", None)
            )
    return found
