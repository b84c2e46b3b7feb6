"""The site's own roles, beside those that OCI brings."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.model import roles
from ocinstaller.store import queries
from ocinstaller.store.tables import SiteRole


def names(session: Session) -> frozenset[str]:
    """Return the names of the site's own roles."""
    return frozenset(session.scalars(select(SiteRole.name)))


def purposes(session: Session, wanted: Collection[str]) -> dict[str, str]:
    """Return what each of these roles of the site is for."""
    query = select(SiteRole.name, SiteRole.purpose).where(SiteRole.name.in_(wanted))
    return dict(session.execute(query).tuples().all())


def check_role(session: Session, name: str) -> str:
    """Return `name` when it is a machine's role; one of the site stays until the transaction ends.

    :raises InvalidValue: otherwise, listing the roles
    """
    return roles.check_role(name, _kept(session, name))


def check_network_purpose(session: Session, name: str) -> str:
    """Return `name` when a network can have it as its role; as `check_role`.

    :raises InvalidValue: otherwise, listing what is allowed
    """
    return roles.check_network_purpose(name, _kept(session, name))


def _kept(session: Session, name: str) -> frozenset[str]:
    """Return the names of the site's roles; the one called `name` nobody deletes meanwhile."""
    if name in roles.NETWORK_PURPOSES:
        return frozenset()
    if queries.is_storable(name):
        session.scalar(select(SiteRole.id).where(SiteRole.name == name).with_for_update(read=True))
    return names(session)
