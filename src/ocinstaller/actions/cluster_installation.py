"""Installing a whole cluster in the right order.

Nothing is remembered: what is to be started next follows from the states of the machines alone.
So asking again goes on, whoever asks, and after any interruption.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation
from ocinstaller.actions.installation import request_installation
from ocinstaller.model.cluster_installation import StageProgress, progress, startable
from ocinstaller.model.errors import Conflict
from ocinstaller.model.states import State
from ocinstaller.model.text import Text
from ocinstaller.store import queries, snapshots
from ocinstaller.store.tables import Machine


@dataclass(frozen=True)
class ClusterInstallation:
    """How far the installation of a cluster is."""

    stages: tuple[StageProgress, ...]
    startable: tuple[str, ...]
    """Host names of the machines that the next request starts."""
    failed: tuple[str, ...]
    """Those that an operator must look at before the installation can go on."""
    complete: bool


def show_installation(session: Session, name: str) -> ClusterInstallation:
    """Return how far the installation of a cluster is.

    :raises NotFound: there is none of this name
    """
    row = queries.cluster(session, name)
    refused = select(Machine.serial).where(
        Machine.cluster_id == row.id, Machine.status == State.LIVE, Machine.status_reason != ""
    )
    stages = progress(snapshots.cluster_snapshot(session, row), frozenset(session.scalars(refused)))
    return ClusterInstallation(
        stages,
        startable(stages),
        tuple(hostname for stage in stages for hostname in stage.failed),
        bool(stages) and all(len(stage.done) == stage.total for stage in stages),
    )


def install_cluster(session: Session, oci: Installation, name: str) -> ClusterInstallation:
    """Start every machine whose turn it is; return how far the installation is then.

    :raises NotFound: there is none of this name
    :raises Conflict: the cluster has no machine to install, or one that is to start lacks
        something
    """
    queries.cluster(session, name, lock=True)
    found = show_installation(session, name)
    if not found.stages:
        raise Conflict(
            Text("cluster {name} has no machine to install", name=name),
            field="cluster",
            value=name,
            allowed=Text("a cluster with machines: enrol some first"),
        )
    for hostname in found.startable:
        request_installation(session, oci, hostname)
    session.flush()
    return show_installation(session, name)
