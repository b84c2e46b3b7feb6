"""The first page: what there is, what needs attention, and what to do first."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import clusters, topology
from ocinstaller.actions.machine_search import FacetValue, MachineSearch, search
from ocinstaller.actions.views import MachineView
from ocinstaller.model.states import PuppetStatus
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
            "steps": _steps(
                regions=bool(topology.list_swift_regions(session)),
                locations=bool(topology.list_locations(session)),
                networks=bool(topology.list_networks(session)),
                clusters=bool(groups),
                machines=bool(found.total),
                enrolled=any(one.machines for one in groups),
            ),
        }

    values = page.read(everything)
    return page.render("overview.html", **values)


def _problems(values: Sequence[FacetValue]) -> Sequence[FacetValue]:
    return [one for one in values if one.value == PuppetStatus.FAILURE]


def _failed(session: Session) -> Sequence[MachineView]:
    wanted = MachineSearch(filters={"puppet_status": PuppetStatus.FAILURE.value}, size=_SHOWN)
    return search(session, wanted).machines


def _steps(
    *,
    regions: bool,
    locations: bool,
    networks: bool,
    clusters: bool,
    machines: bool,
    enrolled: bool,
) -> list[Step]:
    """Return the steps of a first installation; none when they are all past."""
    steps = [
        Step(N_("Create a Swift region"), "/oci/locations", regions),
        Step(N_("Create a location in it"), "/oci/locations", locations),
        Step(N_("Create the networks"), "/oci/networks", networks),
        Step(N_("Create a cluster and give it its networks"), "/oci/clusters", clusters),
        Step(N_("Let machines start from the network"), "/oci/machines", machines),
        Step(N_("Enrol them, then install them"), "/oci/machines", enrolled),
    ]
    return [] if all(step.past for step in steps) else steps
