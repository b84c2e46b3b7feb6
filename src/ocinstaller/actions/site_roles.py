"""Roles: those that OCI brings, and the site's own, which are plain systems of their own name."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.model import roles
from ocinstaller.model.errors import Conflict, InUse, NotFound
from ocinstaller.store import queries, site_roles
from ocinstaller.store.tables import Cluster, Machine, Network, RoleCount, SiteRole


@dataclass(frozen=True)
class RoleView:
    """A role as operators see it."""

    name: str
    purpose: str
    site: bool = False
    """Whether the site added it."""


def list_roles(session: Session) -> list[RoleView]:
    """Return OCI's roles in their order, then the site's by name."""
    own = session.scalars(select(SiteRole).order_by(SiteRole.name))
    return [
        *(RoleView(role.name, role.purpose) for role in roles.ROLES),
        *(RoleView(row.name, row.purpose, site=True) for row in own),
    ]


def network_purposes(session: Session) -> list[str]:
    """Return what a network can serve, the site's roles at the end."""
    return [*roles.NETWORK_PURPOSES, *sorted(site_roles.names(session))]


def show_role(session: Session, name: str, *, lock: bool = False) -> RoleView:
    """Return one role.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: there is none of this name
    """
    known = next((role for role in roles.ROLES if role.name == name), None)
    if known is not None:
        return RoleView(known.name, known.purpose)
    row = _own(session, name, lock=lock)
    return RoleView(row.name, row.purpose, site=True)


def create_role(session: Session, name: str, purpose: str = "") -> RoleView:
    """Add a role of the site.

    :raises InvalidValue: name or purpose are not allowed
    :raises Duplicate: there is a role of this name
    """
    role = roles.check_new_role(name, purpose, site_roles.names(session))
    session.add(SiteRole(name=role.name, purpose=role.purpose))
    return RoleView(role.name, role.purpose, site=True)


def change_purpose(session: Session, name: str, purpose: str) -> RoleView:
    """Say otherwise what a role of the site is for.

    :raises NotFound: there is none of this name
    :raises Conflict: it is one of OCI's
    :raises InvalidValue: the purpose is no line of text
    """
    row = _site_role(session, name)
    row.purpose = roles.check_purpose(purpose)
    return RoleView(row.name, row.purpose, site=True)


def delete_role(session: Session, name: str) -> None:
    """Delete a role of the site.

    :raises NotFound: there is none of this name
    :raises Conflict: it is one of OCI's
    :raises InUse: machines or networks have it, or a cluster has counted host names of it
    """
    row = _site_role(session, name)
    if users := _users(session, name):
        raise InUse("role", name, "; ".join(users))
    for counter in session.scalars(select(RoleCount).where(RoleCount.role == name)):
        session.delete(counter)
    session.delete(row)


def _site_role(session: Session, name: str) -> SiteRole:
    """Return a role that the site may change."""
    if any(role.name == name for role in roles.ROLES):
        raise Conflict(
            f"role {name} is one of OCI's own",
            field="role",
            value=name,
            allowed="a role that role-create made",
        )
    return _own(session, name, lock=True)


def _own(session: Session, name: str, *, lock: bool) -> SiteRole:
    query = select(SiteRole).where(SiteRole.name == name)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query) if queries.is_storable(name) else None
    if row is None:
        known = (*(role.name for role in roles.ROLES), *sorted(site_roles.names(session)))
        raise NotFound("role", name, ", ".join(known))
    return row


def _users(session: Session, name: str) -> list[str]:
    """Return who still uses a role: machines, networks, and counters that have begun."""
    members = session.scalars(select(Machine).where(Machine.role == name).order_by(Machine.serial))
    networks = session.scalars(
        select(Network.name).where(Network.role == name).order_by(Network.name)
    )
    counters = (
        select(Cluster.name, RoleCount.count)
        .join(RoleCount, RoleCount.cluster_id == Cluster.id)
        .where(RoleCount.role == name, RoleCount.count > 0)
        .order_by(Cluster.name)
    )
    found = {
        "machines": [row.hostname or row.serial for row in members],
        "networks": list(networks),
        "host name counters": [
            f"cluster {cluster} at {count} (cluster-rolecounts-set {cluster} {name} 0)"
            for cluster, count in session.execute(counters)
        ],
    }
    return [f"{kind} {', '.join(users)}" for kind, users in found.items() if users]
