"""The first page: what there is, what needs attention, and what to do first."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import clusters, topology
from ocinstaller.actions.machine_search import FacetValue, MachinePage, MachineSearch, search
from ocinstaller.actions.views import ClusterView, MachineView
from ocinstaller.model.states import PuppetStatus, State
from ocinstaller.web.languages import N_
from ocinstaller.web.page import Page, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_SHOWN = 10


@dataclass(frozen=True)
class Step:
    """A step of the way to a first cluster."""

    label: str
    path: str
    past: bool


@router.get("/oci/")
def overview(page: Page) -> Response:
    """Show counts, clusters, what failed, and the next steps while there is no cluster."""

    def everything(session: Session) -> dict[str, object]:
        found = search(session, MachineSearch(size=1))
        groups = clusters.list_clusters(session)
        return {
            "total": found.total,
            "states": found.facets["status"],
            "puppet": _problems(found.facets["puppet_status"]),
            "clusters": groups,
            "failed": _failed(session),
            "steps": _steps(session, groups, found),
        }

    values = page.read(everything)
    return page.render("overview.html", **values)


def _problems(values: Sequence[FacetValue]) -> Sequence[FacetValue]:
    return [one for one in values if one.value == PuppetStatus.FAILURE]


def _failed(session: Session) -> Sequence[MachineView]:
    wanted = MachineSearch(filters={"puppet_status": PuppetStatus.FAILURE.value}, size=_SHOWN)
    return search(session, wanted).machines


def _steps(session: Session, groups: Sequence[ClusterView], found: MachinePage) -> list[Step]:
    """Return the steps of a first installation; none when they are all past."""
    networks = topology.list_networks(session)
    assigned = [one for one in networks if one.cluster]
    installed = any(one.value == State.INSTALLED for one in found.facets["status"])
    cluster = f"/oci/clusters/{quote(groups[0].name, safe='')}" if groups else "/oci/clusters"
    steps = [
        Step(
            N_("Create a Swift region: it groups locations, with or without Swift"),
            "/oci/locations",
            bool(topology.list_swift_regions(session)),
        ),
        Step(
            N_("Create a location in it: a room with its own networks"),
            "/oci/locations",
            bool(topology.list_locations(session)),
        ),
        Step(
            N_("Create a private network for the machines, and a public one for the API"),
            "/oci/networks",
            {one.is_public for one in networks} == {True, False},
        ),
        Step(N_("Create a cluster"), "/oci/clusters", bool(groups)),
        Step(
            N_("Give the cluster both networks, each on its page"),
            "/oci/networks",
            {one.is_public for one in assigned} == {True, False},
        ),
        Step(N_("Let machines start from the network"), "/oci/machines", bool(found.total)),
        Step(
            N_("Enrol them: each gets a role, a name and addresses"),
            f"{cluster}/add" if groups else cluster,
            any(one.machines for one in groups),
        ),
        Step(
            N_("Install them, all in the right order"),
            f"{cluster}/installation" if groups else cluster,
            installed,
        ),
    ]
    return [] if all(step.past for step in steps) else steps
