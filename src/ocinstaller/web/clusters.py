"""Clusters: topology, services, machines that could join, plans."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import cluster_installation, clusters, discovery, explanations, topology
from ocinstaller.actions.cluster_views import candidates, placement
from ocinstaller.actions.cluster_views import topology as cluster_topology
from ocinstaller.actions.explanations import AddedMachines
from ocinstaller.actions.views import ClusterView
from ocinstaller.api.conditional import entity_tag
from ocinstaller.model.errors import Conflict, OciError
from ocinstaller.model.placement.placing import Placement
from ocinstaller.web import roles
from ocinstaller.web.changes import grouped
from ocinstaller.web.checking import check
from ocinstaller.web.drawing.topology import draw
from ocinstaller.web.formats import segment
from ocinstaller.web.forms import BoundForm, Field, Form, Kind, Typed, choices
from ocinstaller.web.languages import N_
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_LIST = "/oci/clusters"
_MOST_COLUMNS = 20
"""Machines that a matrix shows one by one; larger clusters are shown by role."""
_CANDIDATES = 200

CLUSTER = Form(
    (
        Field("name", N_("Name"), help=N_("Part of each host name: cloud gives cloud-compute-1.")),
        Field("domain", N_("Domain"), help=N_("Of all host names, such as example.com.")),
        Field(
            "time_server_host",
            N_("Time server"),
            help=N_("Empty takes Debian's pool."),
            required=False,
        ),
    )
)
ADDITION = Form(
    (
        Field("role", N_("Role"), Kind.SELECT),
        Field("count", N_("How many"), Kind.NUMBER, default="1"),
        Field("location", N_("Location"), Kind.SELECT),
    )
)

_TABS = (
    ("", N_("Topology")),
    ("services", N_("Services")),
    ("settings", N_("Settings")),
    ("details", N_("Names and logs")),
    ("certificate", N_("Certificates")),
    ("add", N_("Add machines")),
    ("installation", N_("Installation")),
    ("rings", N_("Swift rings")),
    ("plan", N_("Plan")),
)


@dataclass(frozen=True)
class Tab:
    """A tab of a cluster's page."""

    path: str
    label: str
    current: bool


@dataclass(frozen=True)
class Column:
    """A machine, or a role with its machines, as a column of the matrix."""

    label: str
    title: str
    size: int


@dataclass(frozen=True)
class ServiceRow:
    """A service and on how many machines of each column it runs."""

    name: str
    choice: str
    reason: str
    counts: list[int]


def _url(name: str) -> str:
    return f"{_LIST}/{segment(name)}"


def _show(page: PageContext, template: str, name: str, tab: str, **values: object) -> Response:
    view = page.read(lambda session: clusters.show_cluster(session, name))
    return page.render(template, **frame_of(view, tab), **values)


def frame_of(view: ClusterView, tab: str) -> dict[str, object]:
    """Return what the frame of a cluster's pages shows."""
    base = _url(view.name)
    tabs = [Tab(f"{base}/{path}".rstrip("/"), label, path == tab) for path, label in _TABS]
    return {"cluster": view, "tabs": tabs, "seen": entity_tag(view)}


@router.get("/oci/clusters")
def listing(page: Page) -> Response:
    """Show the clusters."""
    return page.render("clusters/list.html", clusters=page.read(clusters.list_clusters))


def _create(page: PageContext) -> Callable[[Session], ClusterView]:
    typed = page.typed
    return lambda session: clusters.create_cluster(
        session,
        page.oci,
        typed.text("name"),
        typed.text("domain"),
        typed.text("time_server_host"),
    )


@router.get("/oci/clusters/new")
def new(page: Page) -> Response:
    """Show the form of a cluster."""
    return page.render("clusters/new.html", form=CLUSTER.show())


@router.post("/oci/clusters/new")
def create(page: Page) -> Response:
    """Create a cluster with all of its secrets."""
    try:
        made = page.oci.store.write(_create(page))
    except OciError as error:
        form = CLUSTER.show(page.typed, error)
        return page.refused("clusters/new.html", error, form=form)
    return page.see(_url(made.name), "created")


@router.post("/oci/clusters/check")
def check_new(page: Page) -> Response:
    """Tell what is wrong with the form of a cluster."""
    return check(page, CLUSTER, _create(page))


@router.get("/oci/clusters/{name}")
def cluster(page: Page, name: str) -> Response:
    """Show a cluster's topology."""
    return _topology(page, name)


def _topology(page: PageContext, name: str, error: OciError | None = None) -> Response:
    shown = page.read(lambda session: cluster_topology(session, name))
    view = page.read(lambda session: clusters.show_cluster(session, name))
    values = {
        **frame_of(view, ""),
        "picture": draw(shown),
        "error": error.message if error and error.field != "confirm" else "",
        "field_error": error.message if error and error.field == "confirm" else "",
    }
    if error is not None:
        return page.refused("clusters/cluster.html", error, **values)
    return page.render("clusters/cluster.html", **values)


@router.post("/oci/clusters/{name}/delete")
def delete(page: Page, name: str) -> Response:
    """Delete a cluster without machines and networks."""
    try:
        page.typed.confirm(name)
        page.write(
            clusters.show_cluster, name, lambda session: clusters.delete_cluster(session, name)
        )
    except OciError as error:
        return _topology(page, name, error)
    return page.see(_LIST, "deleted")


@router.get("/oci/clusters/{name}/services")
def services(page: Page, name: str) -> Response:
    """Show which machine runs what, and why."""
    placed = page.read(lambda session: placement(session, name))
    columns, rows = matrix(placed)
    return _show(
        page,
        "clusters/services.html",
        name,
        "services",
        columns=columns,
        rows=rows,
        decisions=placed.decisions,
    )


def matrix(placed: Placement) -> tuple[list[Column], list[ServiceRow]]:
    """Return the matrix of services: a column for each machine, or for each role when many."""
    if len(placed.machines) <= _MOST_COLUMNS:
        keys = [machine.hostname for machine in placed.machines]
        columns = [Column(name.split(".")[0], name, 1) for name in keys]
    else:
        keys = sorted({machine.role for machine in placed.machines})
        sizes = [sum(machine.role == role for machine in placed.machines) for role in keys]
        columns = [
            Column(role, f"{size} {role}", size) for role, size in zip(keys, sizes, strict=True)
        ]
    counts: dict[tuple[str, str], int] = {}
    for machine in placed.machines:
        key = machine.hostname if machine.hostname in keys else machine.role
        for service in machine.services:
            counts[service, key] = counts.get((service, key), 0) + 1
    rows = [
        ServiceRow(
            decision.subject,
            decision.choice,
            decision.reason,
            [counts.get((decision.subject, key), 0) for key in keys],
        )
        for decision in placed.services
    ]
    return columns, [row for row in rows if any(row.counts)] + [
        row for row in rows if not any(row.counts)
    ]


@router.get("/oci/clusters/{name}/add")
def add(page: Page, name: str) -> Response:
    """Show the machines that could join, with what each looks fit for."""
    found = page.read(lambda session: candidates(session, _CANDIDATES))
    try:
        fits = page.read(lambda session: discovery.fits(session, page.oci, _CANDIDATES))
    except Conflict:
        fits = []  # the site has no profiles: the hardware alone suggests a role
    profiles = {fit.serial: fit.profiles for fit in fits if fit.profiles}
    return _show(page, "clusters/add.html", name, "add", candidates=found, profiles=profiles)


def _addition(page: PageContext, typed: Typed | None, error: OciError | None) -> BoundForm:
    with page.oci.store.read() as session:
        places = choices(one.name for one in topology.list_locations(session))
        return ADDITION.show(typed, error, role=roles.options(session), location=places)


@router.get("/oci/clusters/{name}/plan")
def plan(page: Page, name: str) -> Response:
    """Show the form of a plan: what would more machines change?"""
    form = _addition(page, None, None)
    return _show(page, "clusters/plan.html", name, "plan", form=form)


@router.post("/oci/clusters/{name}/plan")
def show_plan(page: Page, name: str) -> Response:
    """Show what more machines of a role would change."""
    typed = page.typed
    if not typed.text("role") or not typed.text("count"):
        return page.render("parts/no_plan.html")
    try:
        added = AddedMachines(
            typed.text("role"), typed.number("count", "1 to 1000"), typed.optional("location")
        )
        found = page.read(
            lambda session: explanations.plan(
                session, page.oci, name, remove=[], settings={}, add=[added]
            )
        )
    except OciError as error:
        return page.render("parts/plan.html", error=error.message, groups=[])
    return page.render("parts/plan.html", error="", groups=grouped(found))


@router.get("/oci/clusters/{name}/installation")
def installation(page: Page, name: str) -> Response:
    """Show how far the installation of the cluster is."""
    return _installation(page, name)


def _installation(page: PageContext, name: str, error: OciError | None = None) -> Response:
    found = page.read(lambda session: cluster_installation.show_installation(session, name))
    view = page.read(lambda session: clusters.show_cluster(session, name))
    values = {
        **frame_of(view, "installation"),
        "installation": found,
        "runs": page.request.query_params.get("run") == "1" and error is None,
        "error": error.message if error else "",
    }
    template = "clusters/stages.html" if page.is_part else "clusters/installation.html"
    if error is not None:
        return page.refused(template, error, **values)
    return page.render(template, **values)


@router.post("/oci/clusters/{name}/installation")
def install(page: Page, name: str) -> Response:
    """Start every machine whose turn it is; the page goes on while it is open."""
    try:
        page.write(
            clusters.show_cluster,
            name,
            lambda session: cluster_installation.install_cluster(session, page.oci, name),
        )
    except OciError as error:
        return _installation(page, name, error)
    if page.is_part:
        return _installation(page, name)
    return page.see(f"{_url(name)}/installation?run=1")
