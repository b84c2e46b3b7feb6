"""What belongs to a cluster beside its machines: host name counters, hosts that take logs."""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.model import naming
from ocinstaller.model.errors import Duplicate, InvalidValue, NotFound
from ocinstaller.model.text import Text
from ocinstaller.store import queries, site_roles
from ocinstaller.store.tables import FilebeatHost, Machine, RoleCount

_LARGEST_COUNT = 999_999
_LARGEST_PORT = 65535


@dataclass(frozen=True)
class RoleCountView:
    """The last number that host names of a role used."""

    role: str
    count: int


@dataclass(frozen=True)
class FilebeatHostView:
    """A host that machines send their logs to."""

    hostname: str
    port: int


def list_role_counts(session: Session, cluster: str) -> list[RoleCountView]:
    """Return the counters of a cluster, by role.

    :raises NotFound: there is no cluster of this name
    """
    row = queries.cluster(session, cluster)
    query = select(RoleCount).where(RoleCount.cluster_id == row.id).order_by(RoleCount.role)
    return [RoleCountView(one.role, one.count) for one in session.scalars(query)]


def set_role_count(session: Session, cluster: str, role: str, count: int) -> RoleCountView:
    """Set the last used number; the next machine of the role gets the number after it.

    :raises NotFound: there is no cluster of this name
    :raises InvalidValue: there is no such role, or a present machine has a higher number
    """
    row = queries.cluster(session, cluster, lock=True)
    site_roles.check_role(session, role)
    least = _highest_number(session, row.id, row.name, role)
    if not least <= count <= _LARGEST_COUNT:
        raise InvalidValue(
            "count",
            count,
            Text(
                "{least} (the highest in use) to {largest_count}",
                least=least,
                largest_count=_LARGEST_COUNT,
            ),
        )
    counter = session.get(RoleCount, (row.id, role))
    if counter is None:
        session.add(RoleCount(cluster_id=row.id, role=role, count=count))
    else:
        counter.count = count
    return RoleCountView(role, count)


def _highest_number(session: Session, cluster_id: int, cluster: str, role: str) -> int:
    query = select(Machine.hostname).where(Machine.cluster_id == cluster_id)
    pattern = re.compile(rf"{re.escape(cluster)}-{re.escape(role)}-([0-9]+)[.]")
    found = (pattern.match(hostname or "") for hostname in session.scalars(query))
    return max((int(match[1]) for match in found if match), default=0)


def list_filebeat_hosts(session: Session, cluster: str) -> list[FilebeatHostView]:
    """Return where a cluster's machines send their logs.

    :raises NotFound: there is no cluster of this name
    """
    row = queries.cluster(session, cluster)
    query = (
        select(FilebeatHost)
        .where(FilebeatHost.cluster_id == row.id)
        .order_by(FilebeatHost.hostname, FilebeatHost.port)
    )
    return [FilebeatHostView(one.hostname, one.port) for one in session.scalars(query)]


def add_filebeat_host(session: Session, cluster: str, hostname: str, port: int) -> FilebeatHostView:
    """Let a cluster's machines send their logs to a host.

    :raises NotFound: there is no cluster of this name
    :raises InvalidValue: name or port are malformed
    :raises Duplicate: they do so already
    """
    row = queries.cluster(session, cluster, lock=True)
    naming.check_domain("hostname", hostname)
    if not 1 <= port <= _LARGEST_PORT:
        raise InvalidValue("port", port, Text("1 to {largest_port}", largest_port=_LARGEST_PORT))
    if session.get(FilebeatHost, (row.id, hostname, port)) is not None:
        raise Duplicate("hostname", f"{hostname}:{port}", Text("another host or port"))
    session.add(FilebeatHost(cluster_id=row.id, hostname=hostname, port=port))
    return FilebeatHostView(hostname, port)


def remove_filebeat_host(session: Session, cluster: str, hostname: str, port: int) -> None:
    """Let a cluster's machines no longer send their logs to a host.

    :raises NotFound: there is no such cluster, or it does not send to this host
    """
    row = queries.cluster(session, cluster, lock=True)
    known = list_filebeat_hosts(session, cluster)
    found = FilebeatHostView(hostname, port)
    if found not in known:
        present = ", ".join(f"{one.hostname}:{one.port}" for one in known)
        raise NotFound(Text("filebeat output host"), f"{hostname}:{port}", present or Text("none"))
    session.delete(session.get_one(FilebeatHost, (row.id, hostname, port)))
