"""Actions on clusters."""

from sqlalchemy.orm import Session

from ocinstaller.actions import clusters
from ocinstaller.actions.settings import change_cluster_settings
from ocinstaller.api.compat import cluster_rows, machine_rows, rows
from ocinstaller.api.compat.action import Action, Call, Transaction
from ocinstaller.api.compat.kinds import NAME
from ocinstaller.api.compat.parameters import Parameter
from ocinstaller.store import queries

_NAME = Parameter("name", NAME)
_CLUSTER = Parameter("cluster_name", NAME, aliases=("name",))


def _list(session: Session, _call: Call) -> object:
    return cluster_rows.cluster_list(session)


def _create(session: Session, call: Call) -> None:
    clusters.create_cluster(session, call.oci, call["name"], call["domain"])


def _delete(session: Session, call: Call) -> None:
    clusters.delete_cluster(session, call["name"])


def _show(session: Session, call: Call) -> object:
    return cluster_rows.cluster_detail(session, queries.cluster(session, call["name"]))


def _set(session: Session, call: Call) -> None:
    change_cluster_settings(session, call.oci, call["name"], call.settings())


def _ips(session: Session, call: Call) -> object:
    cluster = queries.cluster(session, call["name"])
    return [
        {"hostname": machine.hostname, "ipaddr": address.ip}
        for machine in queries.cluster_machines(session, cluster.id)
        for address in machine.addresses
    ]


def _networks(session: Session, call: Call) -> object:
    cluster = queries.cluster(session, call["cluster_name"])
    return [rows.network_row(row) for row in queries.cluster_networks(session, cluster.id)]


def _machines(session: Session, call: Call) -> object:
    cluster = queries.cluster(session, call["cluster_name"])
    return machine_rows.machines_of_cluster(session, cluster)


ACTIONS: tuple[Action, ...] = (
    Transaction("cluster_list", ("GET", "/v1/clusters"), (), _list),
    Transaction(
        "cluster_create",
        ("POST", "/v1/clusters"),
        (_NAME, Parameter("domain", NAME)),
        _create,
        "certificates are made when a machine is installed",
    ),
    Transaction("cluster_delete", ("DELETE", "/v1/clusters/{name}"), (_NAME,), _delete),
    Transaction(
        "cluster_set",
        ("PATCH", "/v1/clusters/{name}/settings"),
        (_NAME,),
        _set,
        "further parameters are [settings](settings.md); an unknown one is refused",
    ),
    Transaction("cluster_show", ("GET", "/v1/clusters/{name}"), (_NAME,), _show),
    Transaction("cluster_show_ips", ("GET", "/v1/clusters/{name}"), (_NAME,), _ips),
    Transaction("cluster_show_networks", ("GET", "/v1/networks"), (_CLUSTER,), _networks),
    Transaction("cluster_show_machines", ("GET", "/v1/machines"), (_CLUSTER,), _machines),
)
