"""Calculating Swift's rings with other weights: of a whole cluster, or of one machine."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Response

from ocinstaller.actions import clusters, rings
from ocinstaller.actions.ring_views import RingsView
from ocinstaller.actions.rings import RingRequest
from ocinstaller.model.errors import InvalidValue, OciError
from ocinstaller.model.rings.devices import RingKind
from ocinstaller.model.text import Text
from ocinstaller.web.clusters import frame_of as cluster_frame
from ocinstaller.web.formats import segment
from ocinstaller.web.forms import BoundForm, Field, Form, Kind
from ocinstaller.web.languages import N_
from ocinstaller.web.machine_tabs import frame_of as machine_frame
from ocinstaller.web.page import Page, PageContext, PageRoute
from ocinstaller.web.rings import shown

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_LARGEST_WEIGHT = 1_000_000.0
_WEIGHTS = Text("a number from 0 to {largest_weight:.0f}", largest_weight=_LARGEST_WEIGHT)
_LABELS = {
    RingKind.ACCOUNT: N_("Weight for accounts"),
    RingKind.CONTAINER: N_("Weight for containers"),
    RingKind.OBJECT: N_("Weight for objects"),
}
_BY_SIZE = N_("Empty takes the size of each disk; 0 empties it.")
WEIGHTS = Form(
    (
        *(
            Field(kind.value, label, help=_BY_SIZE, required=False)
            for kind, label in _LABELS.items()
        ),
        Field(
            "ec_only",
            N_("Only the ring of the erasure-coded policy"),
            Kind.CHECKBOX,
            required=False,
        ),
    )
)


def _weights(page: PageContext) -> Mapping[RingKind, float]:
    """Return the weights that were typed.

    :raises InvalidValue: one is no number, or out of its range
    """
    found: dict[RingKind, float] = {}
    for kind in RingKind:
        text = page.typed.text(kind.value)
        if not text:
            continue
        try:
            weight = float(text)
        except ValueError:
            raise InvalidValue(kind.value, text, _WEIGHTS) from None
        if not 0 <= weight <= _LARGEST_WEIGHT:
            raise InvalidValue(kind.value, text, _WEIGHTS)
        found[kind] = weight
    return found


def _with_machine(page: PageContext, name: str, *, dry_run: bool) -> RingsView:
    return rings.change_machine(
        page.oci,
        name,
        _weights(page),
        ec_only=page.typed.checked("ec_only"),
        dry_run=dry_run,
    )


def _of_cluster(page: PageContext, name: str, *, dry_run: bool) -> RingsView:
    request = RingRequest(page.typed.checked("ec_only"), _weights(page))
    return rings.calculate_rings(page.oci, name, request, dry_run=dry_run)


def _plan(page: PageContext, work: Callable[[], RingsView]) -> Response:
    try:
        found = work()
    except OciError as error:
        return page.render("clusters/ring_plan.html", error=error.message, planned=[])
    return page.render("clusters/ring_plan.html", error="", planned=shown(found.rings))


def _bound(page: PageContext, error: OciError | None) -> BoundForm:
    return WEIGHTS.show(page.typed if error else None, error)


def _machine(page: PageContext, name: str, error: OciError | None = None) -> Response:
    frame = machine_frame(page, name, "rings")
    values = {**frame, "form": _bound(page, error), "error": ""}
    if error is not None:
        return page.refused("machines/rings.html", error, **values)
    return page.render("machines/rings.html", **values)


@router.get("/oci/machines/{name}/rings")
def show_machine(page: Page, name: str) -> Response:
    """Show the form of a machine's weights in the rings."""
    return _machine(page, name)


@router.post("/oci/machines/{name}/rings/plan")
def plan_machine(page: Page, name: str) -> Response:
    """Show what the machine's weights would move; nothing is kept."""
    return _plan(page, lambda: _with_machine(page, name, dry_run=True))


@router.post("/oci/machines/{name}/rings")
def calculate_machine(page: Page, name: str) -> Response:
    """Calculate the rings with the machine's weights; they wait for publication."""
    try:
        found = _with_machine(page, name, dry_run=False)
    except OciError as error:
        return _machine(page, name, error)
    return page.see(f"/oci/clusters/{segment(found.cluster)}/rings", "calculated")


def _cluster(page: PageContext, name: str, error: OciError | None = None) -> Response:
    view = page.read(lambda session: clusters.show_cluster(session, name))
    values = {**cluster_frame(view, "rings"), "form": _bound(page, error)}
    if error is not None:
        return page.refused("clusters/weights.html", error, **values)
    return page.render("clusters/weights.html", **values)


@router.get("/oci/clusters/{name}/rings/weights")
def show_cluster(page: Page, name: str) -> Response:
    """Show the form of the weights of all devices."""
    return _cluster(page, name)


@router.post("/oci/clusters/{name}/rings/weights/plan")
def plan_cluster(page: Page, name: str) -> Response:
    """Show what the weights would move; nothing is kept."""
    return _plan(page, lambda: _of_cluster(page, name, dry_run=True))


@router.post("/oci/clusters/{name}/rings/weights")
def calculate_cluster(page: Page, name: str) -> Response:
    """Calculate the rings with these weights; they wait for publication."""
    try:
        _of_cluster(page, name, dry_run=False)
    except OciError as error:
        return _cluster(page, name, error)
    return page.see(f"/oci/clusters/{segment(name)}/rings", "calculated")
