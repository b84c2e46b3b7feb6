"""The Swift rings of a cluster: how even they are, what a calculation would move, publication."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from ocinstaller.actions import clusters, rings
from ocinstaller.actions.ring_views import MoveView, RingView
from ocinstaller.actions.rings import RingRequest
from ocinstaller.model.errors import OciError
from ocinstaller.model.rings.assignment import Level
from ocinstaller.web.clusters import frame_of
from ocinstaller.web.drawing.rings import Chart, charts
from ocinstaller.web.formats import segment
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True)
class Shown:
    """A ring with its pictures and, of what moves, the machines."""

    ring: RingView
    charts: list[Chart]
    moves: list[MoveView]


def shown(found: list[RingView]) -> list[Shown]:
    """Return rings as pages show them."""
    return [
        Shown(ring, charts(ring), [move for move in ring.moves if move.level == Level.MACHINE])
        for ring in found
    ]


def _page(page: PageContext, name: str, error: OciError | None = None) -> Response:
    with page.oci.store.read() as session:
        found = rings.show_rings(session, name)
        view = clusters.show_cluster(session, name)
    values = {
        **frame_of(view, "rings"),
        "published": shown([ring for ring in found.rings if ring.published]),
        "drafts": shown([ring for ring in found.rings if not ring.published]),
        "copies": found.copies,
        "error": error.message if error else "",
    }
    if error is not None:
        return page.refused("clusters/rings.html", error, **values)
    return page.render("clusters/rings.html", **values)


@router.get("/oci/clusters/{name}/rings")
def show(page: Page, name: str) -> Response:
    """Show the rings, those that machines have and those that wait."""
    return _page(page, name)


@router.post("/oci/clusters/{name}/rings/plan")
def plan(page: Page, name: str) -> Response:
    """Show what a calculation would move; nothing is kept."""
    try:
        found = rings.calculate_rings(page.oci, name, RingRequest(), dry_run=True)
    except OciError as error:
        return page.render("clusters/ring_plan.html", error=error.message, planned=[])
    return page.render("clusters/ring_plan.html", error="", planned=shown(found.rings))


@router.post("/oci/clusters/{name}/rings")
def calculate(page: Page, name: str) -> Response:
    """Calculate the rings anew; they wait for publication."""
    try:
        rings.calculate_rings(page.oci, name, RingRequest(), dry_run=False)
    except OciError as error:
        return _page(page, name, error)
    return page.see(f"/oci/clusters/{segment(name)}/rings", "calculated")


@router.post("/oci/clusters/{name}/rings/publish")
def publish(page: Page, name: str) -> Response:
    """Let the machines have the rings that wait."""
    try:
        page.write(clusters.show_cluster, name, lambda session: rings.publish_rings(session, name))
    except OciError as error:
        return _page(page, name, error)
    return page.see(f"/oci/clusters/{segment(name)}/rings", "published")
