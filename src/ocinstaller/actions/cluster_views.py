"""A cluster as pages show it: its topology, what runs where, and which machines could join."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import listings
from ocinstaller.actions.views import MachineView
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.placement.placing import Placement, place
from ocinstaller.model.snapshot import MachineFacts, NetworkFacts, VirtualAddress, in_order
from ocinstaller.model.states import State
from ocinstaller.model.suggestions import Suggestion, suggested_role
from ocinstaller.store import queries, snapshots
from ocinstaller.store.tables import Machine


@dataclass(frozen=True)
class RoleGroup:
    """The machines of a role, and the networks that they have addresses in."""

    role: str
    machines: Sequence[MachineFacts]
    networks: Sequence[str]


@dataclass(frozen=True)
class Topology:
    """The networks of a cluster and the machines on them."""

    name: str
    networks: Sequence[NetworkFacts]
    groups: Sequence[RoleGroup]
    vip: VirtualAddress | None


@dataclass(frozen=True)
class Candidate:
    """A machine that could join a cluster, and what it looks fit for."""

    machine: MachineView
    suggestion: Suggestion


def topology(session: Session, name: str) -> Topology:
    """Return the topology of a cluster.

    :raises NotFound: there is none of this name
    """
    cluster = snapshots.cluster_snapshot(session, queries.cluster(session, name))
    by_role: Mapping[str, list[MachineFacts]] = defaultdict(list)
    for machine in in_order(cluster.machines):
        by_role[machine.role].append(machine)
    groups = [
        RoleGroup(role, members, sorted({a.network for m in members for a in m.addresses}))
        for role, members in sorted(by_role.items())
    ]
    return Topology(cluster.name, cluster.networks, groups, cluster.vip)


def placement(session: Session, name: str) -> Placement:
    """Return what a cluster's machines run, and why.

    :raises NotFound: there is none of this name
    """
    return place(snapshots.cluster_snapshot(session, queries.cluster(session, name)))


def candidates(session: Session, limit: int) -> list[Candidate]:
    """Return machines that run the live system and belong to no cluster, by serial number."""
    query = (
        select(Machine.id, Machine.hardware)
        .where(Machine.cluster_id.is_(None), Machine.status == State.LIVE)
        .order_by(Machine.serial)
        .limit(limit)
    )
    found = dict(session.execute(query).tuples().all())
    views = listings.machines_of(session, list(found))
    return [
        Candidate(view, suggested_role(HardwareReport.model_validate(hardware)))
        for view, hardware in zip(views, found.values(), strict=True)
    ]
