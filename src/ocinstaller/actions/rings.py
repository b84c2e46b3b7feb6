"""Swift's rings: calculating, publishing and showing them.

A calculation reads the cluster, works without a transaction, and stores its result in one; killed
anywhere before, it leaves everything as it was. What it stores waits: machines get it when it is
published. Every calculation starts from the published rings, so that it can be repeated at will.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Lock

from sqlalchemy.orm import Session

from ocinstaller.actions import machine_storage
from ocinstaller.actions.context import Installation
from ocinstaller.actions.installation import target_image
from ocinstaller.actions.ring_views import Measured, RingsView, copy_view, ring_view
from ocinstaller.drivers.rings import Calculation, RingState, calculate, ring_file
from ocinstaller.model.errors import Conflict
from ocinstaller.model.rings.devices import RingKind, StoreDisk
from ocinstaller.model.rings.planning import (
    RingFacts,
    RingPlan,
    Weights,
    plan_ring,
    ring_specs,
)
from ocinstaller.model.snapshot import ClusterSnapshot
from ocinstaller.model.text import Text
from ocinstaller.store import queries, rings, snapshots
from ocinstaller.store.ring_tables import SwiftRing

_first_calculation = Lock()
"""Machines that ask at the same time for rings that do not exist cause one calculation."""


@dataclass(frozen=True)
class RingRequest:
    """What a calculation is to take into account.

    :ivar ec_only: only the ring of the erasure-coded policy.
    :ivar usual_weights: weights of all devices from now on, by kind; None leaves what was said.
    :ivar machine: serial number of a machine whose weights change, or that joins.
    :ivar machine_weights: its devices' weights by kind; empty takes the usual ones again.
    """

    ec_only: bool = False
    usual_weights: Mapping[RingKind, float] | None = None
    machine: str = ""
    machine_weights: Mapping[RingKind, float] = field(default_factory=dict)

    def weights(self, before: Weights) -> Weights:
        """Return what is said about weights after the request."""
        usual = before.usual if self.usual_weights is None else self.usual_weights
        if not self.machine:
            return replace(before, usual=usual)
        others = {key: w for key, w in before.machines.items() if key[1] != self.machine}
        own = {(kind, self.machine): weight for kind, weight in self.machine_weights.items()}
        return Weights(usual, others | own)


@dataclass(frozen=True)
class _Scene:
    """What a calculation works on; all of it read in one transaction."""

    cluster_id: int
    cluster: ClusterSnapshot
    facts: RingFacts
    published: Mapping[str, RingState]
    places: rings.NamedPlaces


def calculate_rings(
    oci: Installation, name: str, request: RingRequest, *, dry_run: bool
) -> RingsView:
    """Calculate a cluster's rings from its machines; store them for publication, or only show.

    :param dry_run: show what would move and change nothing
    :raises NotFound: there is no cluster of this name
    :raises InvalidValue: a setting is out of its range
    :raises Conflict: there are too few disks, the partition power was changed, or somebody
        published rings meanwhile
    """
    with oci.store.read() as session:
        scene = _scene(session, oci, name, request)
    done = _calculations(scene, request)
    files = {plan.spec.name: ring_file(calculation.state) for plan, calculation in done}
    if not dry_run:
        oci.store.write(lambda session: _store(session, scene, done, files))
    views = [
        ring_view(
            calculation.state,
            scene.places,
            Measured(
                published=False,
                sha256=_digest(files[plan.spec.name]),
                before=scene.published.get(plan.spec.name),
                held_back=calculation.held_back,
                wait_s=calculation.wait_s,
                left_out=plan.left_out,
            ),
        )
        for plan, calculation in done
    ]
    return RingsView(name, views, [])


def change_machine(
    oci: Installation,
    name: str,
    weights: Mapping[RingKind, float],
    *,
    ec_only: bool,
    dry_run: bool,
) -> RingsView:
    """Let a machine join its cluster's rings, or change its weights there, and calculate them.

    :param weights: of each of its devices; empty takes sizes, 0 drains the machine
    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: it belongs to no cluster, or as `calculate_rings`
    """
    with oci.store.read() as session:
        machine = queries.machine(session, name)
        if machine.cluster is None:
            raise Conflict(
                Text("machine {name} belongs to no cluster", name=name),
                field="machine",
                value=name,
                allowed=Text("a machine of a cluster: see machine-list"),
            )
        request = RingRequest(ec_only, None, machine.serial, weights)
        cluster = machine.cluster.name
    return calculate_rings(oci, cluster, request, dry_run=dry_run)


def publish_rings(session: Session, name: str) -> RingsView:
    """Let the machines of a cluster have the rings that were calculated last.

    :raises NotFound: there is no cluster of this name
    :raises Conflict: no ring was ever calculated
    """
    cluster = queries.cluster(session, name, lock=True)
    drafts = rings.rows(session, cluster.id, published=False)
    published = rings.rows(session, cluster.id, published=True)
    if not drafts and not published:
        raise Conflict(
            Text("cluster {name} has no rings", name=name),
            field="rings",
            allowed=Text("rings made by swift-calculate-ring"),
        )
    for ring, draft in drafts.items():
        if ring in published:
            session.delete(published[ring])
            session.flush()
        draft.published = True
        draft.state = RingState.load(draft.state).published(int(time.time())).dump()
    session.flush()
    return show_rings(session, name)


def show_rings(session: Session, name: str) -> RingsView:
    """Return a cluster's rings and which machines have them.

    :raises NotFound: there is no cluster of this name
    """
    cluster = queries.cluster(session, name)
    places = rings.places(session)
    published = _states(session, cluster.id, published=True)
    drafts = _states(session, cluster.id, published=False)
    rows = {
        is_published: rings.rows(session, cluster.id, published=is_published)
        for is_published in (True, False)
    }
    views = [
        ring_view(
            state,
            places,
            Measured(
                published=is_published,
                sha256=rows[is_published][ring].sha256,
                before=None if is_published else published.get(ring),
                calculated_at=rows[is_published][ring].calculated_at,
            ),
        )
        for is_published, found in ((True, published), (False, drafts))
        for ring, state in found.items()
    ]
    present = rows[True]
    copies = [
        copy_view(copy, present[copy.ring].version, present[copy.ring].sha256)
        for copy in rings.copies(session, cluster.id, present)
    ]
    return RingsView(name, views, copies)


def ensure_rings(oci: Installation, name: str) -> None:
    """Calculate and publish a cluster's rings if it has none: nothing can move by that.

    :raises Conflict: as `calculate_rings`
    """
    with _first_calculation:
        with oci.store.read() as session:
            cluster = queries.cluster(session, name)
            if rings.rows(session, cluster.id, published=True):
                return
            calculated = bool(rings.rows(session, cluster.id, published=False))
        if not calculated:
            calculate_rings(oci, name, RingRequest(), dry_run=False)
        oci.store.write(lambda session: publish_rings(session, name))


def _scene(session: Session, oci: Installation, name: str, request: RingRequest) -> _Scene:
    cluster = queries.cluster(session, name)
    published = _states(session, cluster.id, published=True)
    places = rings.places(session)
    snapshot = snapshots.cluster_snapshot(session, cluster)
    facts = RingFacts(
        disks=_disks(session, oci, snapshot, cluster.id),
        places=places.places,
        weights=request.weights(rings.weights(session, cluster.id)),
        members={
            ring: frozenset(d.serial for d in state.assignment.devices.values())
            for ring, state in published.items()
        },
        ports={
            ring: {device.key: device.port for device in state.assignment.devices.values()}
            for ring, state in published.items()
        },
        welcome=_welcome(session, cluster.id) | {request.machine},
    )
    return _Scene(cluster.id, snapshot, facts, published, places)


def _disks(
    session: Session, oci: Installation, cluster: ClusterSnapshot, cluster_id: int
) -> dict[str, tuple[StoreDisk, ...]]:
    """Return each machine's data disks: those that it was, or would be, installed with."""
    found = rings.installed_disks(session, cluster_id)
    missing = [m for m in rings.storing_machines(session, cluster_id) if m.plan_id is None]
    images = {role: target_image(oci, role) for role in {machine.role for machine in missing}}
    for machine in missing:
        image = images[machine.role]
        layout = machine_storage.layout_of(session, oci, machine, image, cluster)
        found[machine.serial] = machine_storage.store_disks(layout)
    return found


def _welcome(session: Session, cluster_id: int) -> frozenset[str]:
    """Return the machines of the rings that wait: who was let in stays in until publication."""
    waiting = _states(session, cluster_id, published=False).values()
    return frozenset(d.serial for state in waiting for d in state.assignment.devices.values())


def _states(session: Session, cluster_id: int, *, published: bool) -> dict[str, RingState]:
    found = rings.states(session, cluster_id, published=published)
    return {name: RingState.load(content) for name, content in found.items()}


def _calculations(scene: _Scene, request: RingRequest) -> list[tuple[RingPlan, Calculation]]:
    specs = [
        spec for spec in ring_specs(scene.cluster) if spec.is_erasure_coded or not request.ec_only
    ]
    if not specs:
        raise Conflict(
            Text("cluster {name} has no erasure-coded policy", name=scene.cluster.name),
            field="ec_only",
            value="yes",
            allowed=Text("no, or a cluster with swift_ec_enable=yes"),
        )
    plans = [plan_ring(scene.cluster, spec, scene.facts) for spec in specs]
    for plan in plans:
        _check_power(scene, plan)
    return [
        (plan, calculate(scene.published.get(plan.spec.name), plan.spec, plan.devices))
        for plan in plans
    ]


def _check_power(scene: _Scene, plan: RingPlan) -> None:
    """Refuse another partition power: objects would have to be moved by Swift's relinker first."""
    before = scene.published.get(plan.spec.name)
    if before is not None and before.spec.part_power != plan.spec.part_power:
        raise Conflict(
            Text(
                "ring {name} of cluster {cluster_name} is in use with 2^{part_power} partitions",
                name=plan.spec.name,
                cluster_name=scene.cluster.name,
                part_power=before.spec.part_power,
            ),
            field="swift_part_power",
            value=plan.spec.part_power,
            allowed=str(before.spec.part_power),
        )


def _store(
    session: Session,
    scene: _Scene,
    done: list[tuple[RingPlan, Calculation]],
    files: Mapping[str, bytes],
) -> None:
    """Store calculated rings in place of those that wait, and what was said about weights."""
    cluster = queries.cluster(session, scene.cluster.name, lock=True)
    published = rings.rows(session, cluster.id, published=True)
    drafts = rings.rows(session, cluster.id, published=False)
    now = datetime.now(UTC)
    for plan, calculation in done:
        name = plan.spec.name
        seen, present = scene.published.get(name), published.get(name)
        if (seen.version if seen else 0) != (present.version if present else 0):
            raise Conflict(
                Text(
                    "ring {name} of cluster {cluster_name} was published while it was calculated",
                    name=name,
                    cluster_name=cluster.name,
                ),
                field="rings",
                allowed=Text("the same calculation again"),
            )
        row = drafts.get(name)
        if row is None:
            row = SwiftRing(cluster_id=cluster.id, name=name, published=False)
            session.add(row)
        row.version, row.calculated_at = calculation.state.version, now
        row.state, row.content = calculation.state.dump(), files[name]
        row.sha256 = _digest(files[name])
    serials = {machine.serial or "" for machine in scene.cluster.machines}
    rings.store_weights(session, cluster.id, scene.facts.weights, serials)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
