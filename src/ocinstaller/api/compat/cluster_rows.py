"""Clusters as rows: columns of their own, then one for each further setting."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.api.compat.envelope import Row, row
from ocinstaller.api.compat.setting_columns import CLUSTER_COLUMNS, CLUSTER_DEFAULTS
from ocinstaller.model.settings import Value
from ocinstaller.store import setting_rows
from ocinstaller.store.tables import Cluster, Machine


def cluster_list(session: Session) -> list[Row]:
    """Return all clusters, by name, in three queries."""
    clusters = session.scalars(select(Cluster).order_by(Cluster.name)).all()
    ids = [cluster.id for cluster in clusters]
    masters, settings = _masters(session, ids), setting_rows.of_clusters(session, ids)
    return [_row(c, masters.get(c.id), settings.get(c.id, {})) for c in clusters]


def cluster_detail(session: Session, cluster: Cluster) -> Row:
    """Return a cluster with the serial number of the machine that its set-up began with."""
    master = _masters(session, [cluster.id]).get(cluster.id)
    serial = master.serial if master else None
    shown = _row(cluster, master, setting_rows.of_cluster(session, cluster.id))
    return shown | {"first_master_machine_serial": serial}


def _masters(session: Session, ids: list[int]) -> dict[int, Machine]:
    query = select(Machine).where(Machine.cluster_id.in_(ids), Machine.bootstrap)
    return {machine.cluster_id or 0: machine for machine in session.scalars(query)}


def _row(cluster: Cluster, master: Machine | None, settings: Mapping[str, Value]) -> Row:
    values: dict[str, object] = {
        **CLUSTER_DEFAULTS,
        **settings,
        "id": cluster.id,
        "name": cluster.name,
        "domain": cluster.domain,
        "initial_cluster_setup": cluster.initial_cluster_setup,
        "first_master_machine_id": master.id if master else None,
    }
    return row(CLUSTER_COLUMNS, values)
