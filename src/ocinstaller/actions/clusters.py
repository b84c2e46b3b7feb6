"""Clusters."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import listings
from ocinstaller.actions.context import Installation
from ocinstaller.actions.settings import change_cluster_settings
from ocinstaller.actions.views import ClusterView
from ocinstaller.model import naming
from ocinstaller.model.errors import Duplicate, InUse
from ocinstaller.model.text import Text
from ocinstaller.store import queries, setting_rows
from ocinstaller.store.paging import Filter, Window
from ocinstaller.store.tables import Cluster, Machine, Network, Secret


def create_cluster(
    session: Session, oci: Installation, name: str, domain: str, time_server_host: str | None = None
) -> ClusterView:
    """Create a cluster and all of its secrets.

    :raises InvalidValue: name, domain or time server are malformed
    :raises Duplicate: the name is taken
    """
    naming.check_label("name", name)
    naming.check_domain("domain", domain)
    naming.check_domain("domain", naming.api_hostname(name, domain))
    settings = {} if time_server_host is None else {"time_server_host": time_server_host}
    if session.scalar(select(Cluster).where(Cluster.name == name)):
        raise Duplicate("name", name)
    row = Cluster(name=name, domain=domain, initial_cluster_setup=True)
    session.add(row)
    session.flush()
    oci.vault.create_cluster_secrets(session, row.id)
    change_cluster_settings(session, oci, name, settings)
    return ClusterView.of(row, {}, [], setting_rows.of_cluster(session, row.id))


def show_cluster(session: Session, name: str, *, lock: bool = False) -> ClusterView:
    """Return one cluster.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: there is none of this name
    """
    row = queries.cluster(session, name, lock=lock)
    roles = session.scalars(select(Machine.role).where(Machine.cluster_id == row.id))
    return ClusterView.of(
        row,
        queries.vip_addresses(session, [row.id]).get(row.id, {}),
        [r or "" for r in roles],
        setting_rows.of_cluster(session, row.id),
    )


def list_clusters(
    session: Session, wanted: Filter | None = None, window: Window | None = None
) -> list[ClusterView]:
    """Return clusters, by name; all of them unless a filter and a window say otherwise.

    :raises InvalidValue: the filter names an unknown field
    """
    return listings.cluster_views(session, wanted or {}, window)


def delete_cluster(session: Session, name: str) -> None:
    """Delete a cluster that has neither machines nor networks, with its secrets.

    :raises NotFound: there is none of this name
    :raises InUse: it has machines or networks
    """
    row = queries.cluster(session, name, lock=True)
    users = [m.hostname or m.serial for m in queries.cluster_machines(session, row.id)]
    if users:
        raise InUse(Text("cluster"), name, Text("machines {users}", users=", ".join(users)))
    nets = session.scalars(select(Network.name).where(Network.cluster_id == row.id)).all()
    if nets:
        raise InUse(Text("cluster"), name, Text("networks {nets}", nets=", ".join(nets)))
    for secret in session.scalars(select(Secret).where(Secret.cluster_id == row.id)):
        session.delete(secret)
    session.delete(row)
