"""Why a cluster looks as it does, and what would change."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation, reserved_addresses
from ocinstaller.actions.outcome import outcome
from ocinstaller.actions.site_classes import SiteClasses, directory_of
from ocinstaller.model import changes
from ocinstaller.model.difference import Change, difference
from ocinstaller.model.errors import Conflict, InvalidValue
from ocinstaller.model.placement.facts import Decision
from ocinstaller.model.placement.placing import explain_machine, place
from ocinstaller.model.settings import CLUSTER_SETTINGS, parse_all
from ocinstaller.model.snapshot import ClusterSnapshot
from ocinstaller.model.text import Text
from ocinstaller.store import queries, snapshots


@dataclass(frozen=True)
class AddedMachines:
    """Machines of a role that a plan adds; `location` may be left out when there is only one."""

    role: str
    count: int = 1
    location: str | None = None


def explain_cluster(session: Session, name: str) -> list[Decision]:
    """Return every decision about a cluster with its reason, then where each service runs.

    :raises NotFound: there is none of this name
    """
    placement = place(snapshots.cluster_snapshot(session, queries.cluster(session, name)))
    services = [
        Decision(f"service {service.subject}", service.choice, service.reason, service.because)
        for service in placement.services
    ]
    return [*placement.decisions, *services]


def explain(session: Session, name: str) -> list[Decision]:
    """Return every decision about a machine with its reason.

    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: it belongs to no cluster
    """
    row = queries.machine(session, name)
    if row.cluster is None:
        raise Conflict(
            Text("machine {name} belongs to no cluster", name=name),
            field="machine",
            value=name,
            allowed=Text("a machine of a cluster: see machine-list"),
        )
    cluster = snapshots.cluster_snapshot(session, row.cluster)
    machine = next(m for m in cluster.machines if m.serial == row.serial)
    return list(explain_machine(cluster, machine))


def plan(
    session: Session,
    oci: Installation,
    name: str,
    *,
    remove: list[str],
    settings: dict[str, str],
    add: list[AddedMachines],
) -> list[Change]:
    """Return what would change if machines were removed, settings made and machines added.

    :raises OciError: what the change itself would be refused with
    """
    before = snapshots.cluster_snapshot(
        session, queries.cluster(session, name), reserved_addresses(oci)
    )
    after = _changed(before, remove, settings, add)
    site = SiteClasses(directory_of(oci.conf))
    return difference(outcome(before, site), outcome(after, site))


def _changed(
    cluster: ClusterSnapshot,
    remove: list[str],
    settings: dict[str, str],
    add: list[AddedMachines],
) -> ClusterSnapshot:
    for hostname in remove:
        cluster = changes.without_machine(cluster, hostname)
    values = parse_all(CLUSTER_SETTINGS, settings)
    for name in values:
        if CLUSTER_SETTINGS[name].of_state:
            raise InvalidValue(
                "setting", name, Text("a setting that does not follow the cluster's state")
            )
    cluster = changes.with_settings(cluster, values)
    for group in add:
        cluster = changes.with_machines(cluster, group.role, group.count, group.location)
    return cluster
