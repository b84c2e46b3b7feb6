"""Clusters as rows: columns of their own, then one for each further setting."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.api.compat import columns
from ocinstaller.api.compat.envelope import Row, row
from ocinstaller.model.cluster_settings import DEFAULTS, STORED
from ocinstaller.store.tables import Cluster, Machine


def cluster_list(session: Session) -> list[Row]:
    """Return all clusters, by name, in two queries."""
    clusters = session.scalars(select(Cluster).order_by(Cluster.name)).all()
    masters = _masters(session, [cluster.id for cluster in clusters])
    return [_row(cluster, masters.get(cluster.id)) for cluster in clusters]


def cluster_detail(session: Session, cluster: Cluster) -> Row:
    """Return a cluster with the serial number of the machine that its set-up began with."""
    master = _masters(session, [cluster.id]).get(cluster.id)
    serial = master.serial if master else None
    return _row(cluster, master) | {"first_master_machine_serial": serial}


def _masters(session: Session, ids: list[int]) -> dict[int, Machine]:
    query = select(Machine).where(Machine.cluster_id.in_(ids), Machine.bootstrap)
    return {machine.cluster_id or 0: machine for machine in session.scalars(query)}


def _row(cluster: Cluster, master: Machine | None) -> Row:
    values: dict[str, object] = {
        **dict.fromkeys(columns.CLUSTER),
        **DEFAULTS,
        **{name: getattr(cluster, name) for name in STORED},
        "id": cluster.id,
        "name": cluster.name,
        "domain": cluster.domain,
        "initial_cluster_setup": cluster.initial_cluster_setup,
        "first_master_machine_id": master.id if master else None,
    }
    return row(values, values)
