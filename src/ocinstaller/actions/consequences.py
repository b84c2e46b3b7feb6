"""What an action would lead to, found by doing it and undoing it.

The plan of a change is the difference of two results, before and after, of one transaction that
is rolled back. So it cannot drift from what the change does.
"""

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation
from ocinstaller.actions.outcome import outcome
from ocinstaller.actions.site_classes import SiteClasses, directory_of
from ocinstaller.model.difference import Change, Key, difference
from ocinstaller.store import queries, snapshots


def consequences(
    oci: Installation, clusters: Iterable[str], work: Callable[[Session], object]
) -> list[Change]:
    """Return what `work` would change in these clusters; nothing is kept.

    :raises OciError: what the action itself would be refused with
    """
    names = sorted(set(clusters))

    def rehearsed(session: Session) -> list[Change]:
        site = SiteClasses(directory_of(oci.conf))
        before = _outcome(session, names, site)
        work(session)
        session.flush()
        session.expire_all()
        return difference(before, _outcome(session, names, site))

    return oci.store.rehearse(rehearsed)


def _outcome(session: Session, clusters: list[str], site: SiteClasses) -> dict[Key, object]:
    entries: dict[Key, object] = {}
    for name in clusters:
        cluster = snapshots.cluster_snapshot(session, queries.cluster(session, name))
        entries |= outcome(cluster, site)
    return entries
