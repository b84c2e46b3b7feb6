"""Actions on clusters."""

from sqlalchemy.orm import Session

from ocinstaller.actions import cluster_details, clusters
from ocinstaller.actions.settings import change_cluster_settings
from ocinstaller.api.compat import cluster_rows, columns, machine_rows, rows
from ocinstaller.api.compat.action import Action, Call, Transaction
from ocinstaller.api.compat.envelope import row
from ocinstaller.api.compat.kinds import NAME, NUMBER
from ocinstaller.api.compat.parameters import Parameter
from ocinstaller.store import queries

_NAME = Parameter("name", NAME)
_CLUSTER = Parameter("cluster_name", NAME, aliases=("name",))
_FILEBEAT = (
    Parameter("cluster_name", NAME),
    Parameter("filebeat_host", NAME),
    Parameter("filebeat_port", NUMBER),
)


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


def _role_counts(session: Session, call: Call) -> object:
    found = cluster_details.list_role_counts(session, call["name"])
    return [row(columns.ROLE_COUNT, vars(count)) for count in found]


def _set_role_count(session: Session, call: Call) -> None:
    cluster_details.set_role_count(session, call["name"], call["role"], int(call["count"]))


def _filebeat_hosts(session: Session, call: Call) -> object:
    cluster = call["cluster_name"]
    found = cluster_details.list_filebeat_hosts(session, cluster)
    return [row(columns.FILEBEAT_HOST, vars(host) | {"cluster_name": cluster}) for host in found]


def _add_filebeat_host(session: Session, call: Call) -> None:
    cluster_details.add_filebeat_host(session, *_filebeat_host(call))


def _remove_filebeat_host(session: Session, call: Call) -> None:
    cluster_details.remove_filebeat_host(session, *_filebeat_host(call))


def _filebeat_host(call: Call) -> tuple[str, str, int]:
    return call["cluster_name"], call["filebeat_host"], int(call["filebeat_port"])


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
    Transaction(
        "cluster_rolecounts_list",
        ("GET", "/v1/clusters/{name}/role-counts"),
        (_NAME,),
        _role_counts,
    ),
    Transaction(
        "cluster_rolecounts_set",
        ("PUT", "/v1/clusters/{name}/role-counts/{role}"),
        (_NAME, Parameter("role", NAME), Parameter("count", NUMBER)),
        _set_role_count,
        "refused below the highest number in use",
    ),
    Transaction(
        "filebeat_output_host_list",
        ("GET", "/v1/clusters/{name}/filebeat-hosts"),
        (_CLUSTER,),
        _filebeat_hosts,
    ),
    Transaction(
        "filebeat_output_host_create",
        ("POST", "/v1/clusters/{name}/filebeat-hosts"),
        _FILEBEAT,
        _add_filebeat_host,
        "stored and listed; this server does not configure Filebeat",
    ),
    Transaction(
        "filebeat_output_host_delete",
        ("DELETE", "/v1/clusters/{name}/filebeat-hosts/{hostname}/{port}"),
        _FILEBEAT,
        _remove_filebeat_host,
    ),
)
