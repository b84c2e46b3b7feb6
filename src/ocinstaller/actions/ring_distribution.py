"""Rings on their way to machines, which ask for them and tell what they have."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation
from ocinstaller.actions.nodes import authenticate
from ocinstaller.actions.rings import ensure_rings
from ocinstaller.model.errors import Forbidden, NotFound
from ocinstaller.model.rings.planning import STORING_ROLES
from ocinstaller.model.rings.wire import RingFile, RingFiles, RingsTaken
from ocinstaller.model.text import Text
from ocinstaller.store import rings
from ocinstaller.store.ring_tables import SwiftRingCopy
from ocinstaller.store.tables import Machine


def offer_rings(oci: Installation, serial: str, key: str) -> RingFiles:
    """Return which rings a machine is to have; a cluster's first ones are calculated by that.

    :raises Forbidden: the key is not that of this machine, or its role needs no rings
    :raises Conflict: the first rings cannot be calculated
    """
    with oci.store.read() as session:
        machine = _authorised(session, serial, key)
        cluster_id, cluster = machine.cluster_id or 0, machine.cluster
        name = cluster.name if cluster else ""
        found = _offers(session, cluster_id)
    if not found.rings:
        ensure_rings(oci, name)
        with oci.store.read() as session:
            found = _offers(session, cluster_id)
    return found


def ring_content(session: Session, serial: str, key: str, ring: str) -> bytes:
    """Return the file of a published ring of the machine's cluster.

    :raises Forbidden: the key is not that of this machine, or its role needs no rings
    :raises NotFound: the cluster has no such ring
    """
    machine = _authorised(session, serial, key)
    found = rings.content(session, machine.cluster_id or 0, ring)
    if found is None:
        names = rings.rows(session, machine.cluster_id or 0, published=True)
        raise NotFound(Text("ring"), ring, ", ".join(names) or Text("none"))
    return found


def rings_taken(session: Session, taken: RingsTaken, key: str) -> None:
    """Note which rings a machine has; what it does not name, it has not.

    :raises Forbidden: the key is not that of this machine, or its role needs no rings
    """
    machine = _authorised(session, taken.serial, key)
    told = {ring.name: ring for ring in taken.rings}
    now = datetime.now(UTC)
    for row in session.scalars(select(SwiftRingCopy).where(SwiftRingCopy.machine_id == machine.id)):
        ring = told.pop(row.name, None)
        if ring is None:
            session.delete(row)
        else:
            row.version, row.sha256, row.told_at = ring.version, ring.sha256, now
    for ring in told.values():
        session.add(
            SwiftRingCopy(
                machine_id=machine.id,
                name=ring.name,
                version=ring.version,
                sha256=ring.sha256,
                told_at=now,
            )
        )


def _offers(session: Session, cluster_id: int) -> RingFiles:
    found = rings.rows(session, cluster_id, published=True).values()
    return RingFiles(
        rings=tuple(RingFile(name=r.name, version=r.version, sha256=r.sha256) for r in found)
    )


def _authorised(session: Session, serial: str, key: str) -> Machine:
    machine = authenticate(session, serial, key)
    if machine.role not in STORING_ROLES or machine.cluster is None:
        raise Forbidden(
            Text("machine {serial} needs no rings", serial=serial),
            field="role",
            value=machine.role or "none",
            allowed=", ".join(STORING_ROLES),
        )
    return machine
