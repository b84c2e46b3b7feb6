"""Exporting, planning and applying cluster files."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions.cluster_files.applying import Application, present, present_document
from ocinstaller.actions.cluster_files.document import ClusterDocument, ClusterFile
from ocinstaller.actions.cluster_files.writer import render
from ocinstaller.actions.context import Installation
from ocinstaller.actions.outcome import outcome
from ocinstaller.actions.site_classes import SiteClasses, directory_of
from ocinstaller.model.difference import Change, Key, Outcome, Section, difference
from ocinstaller.model.errors import Conflict
from ocinstaller.model.text import Text
from ocinstaller.store import queries, site_roles, snapshots
from ocinstaller.store.tables import SwiftRegion


def export_cluster(session: Session, name: str) -> str:
    """Return a cluster as the text of a file.

    :raises NotFound: there is none of this name
    """
    cluster = snapshots.cluster_snapshot(session, queries.cluster(session, name))
    return render(cluster, present_document(session, cluster))


def plan_file(session: Session, oci: Installation, file: ClusterFile) -> list[Change]:
    """Return what applying a file would change; for a transaction that is undone.

    :raises OciError: as `apply_file`, but for roles that cannot be deployed yet
    """
    return _applied(session, oci, file, Application(session, oci, file, rehearsal=True))


def apply_file(
    session: Session, oci: Installation, file: ClusterFile, *, remove_machines: bool
) -> list[Change]:
    """Make a cluster what a file says; return what that changed.

    :param remove_machines: machines may be taken out of the cluster, or out of their place in it
    :raises OciError: what the single command would be refused with, with file and line
    """
    application = Application(session, oci, file, rehearsal=False)
    leaving = application.leaving()
    if leaving and not remove_machines:
        raise Conflict(
            Text(
                "machines {leaving} would leave their place in the cluster",
                leaving=", ".join(leaving),
            ),
            field="machines",
            value=", ".join(leaving),
            allowed=Text("a file with them as they are, or cluster-apply --remove-machines"),
        )
    return _applied(session, oci, file, application)


def _applied(
    session: Session, oci: Installation, file: ClusterFile, application: Application
) -> list[Change]:
    site = SiteClasses(directory_of(oci.conf))
    before = _outcome(session, site, file.document)
    application.run()
    return difference(before, _outcome(session, site, file.document))


def _outcome(session: Session, site: SiteClasses, document: ClusterDocument) -> Outcome:
    """Return what there is of a file's objects, and what follows from the cluster."""
    entries: dict[Key, object] = {}
    regions = select(SwiftRegion.name).where(SwiftRegion.name.in_(document.swift_regions))
    for region in session.scalars(regions):
        entries[Key(Section.SWIFT_REGION, region, "name")] = region
    for role, purpose in site_roles.purposes(session, set(document.site_roles)).items():
        entries[Key(Section.SITE_ROLE, role, "purpose")] = purpose
    places = snapshots.location_regions(session, set(document.locations))
    for location, region in places.items():
        entries[Key(Section.LOCATION, location, "swift_region")] = region
    cluster = present(session, document.cluster.name)
    if cluster is None:
        return entries
    for role in document.cluster.role_counts:
        entries[Key(Section.ROLE_COUNT, cluster.name, role)] = cluster.last_numbers.get(role, 0)
    return {**entries, **outcome(cluster, site)}
