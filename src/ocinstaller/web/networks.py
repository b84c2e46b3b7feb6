"""Networks: how full they are, what they serve, who has which address."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import clusters, topology
from ocinstaller.actions.addresses import list_reservations
from ocinstaller.actions.consequences import consequences
from ocinstaller.actions.network_usage import Usage, given_addresses, usages
from ocinstaller.actions.site_roles import network_purposes
from ocinstaller.actions.views import NetworkView
from ocinstaller.api.conditional import entity_tag
from ocinstaller.model.errors import OciError
from ocinstaller.web.changes import grouped
from ocinstaller.web.checking import check
from ocinstaller.web.formats import segment
from ocinstaller.web.forms import BoundForm, Field, Form, Kind, Typed, choices, filled
from ocinstaller.web.languages import N_
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

NETWORK = Form(
    (
        Field("name", N_("Name"), help=N_("Letters, digits, dots and hyphens.")),
        Field("ip", N_("Network address"), help=N_("The first of its range, such as 10.1.0.0.")),
        Field(
            "cidr",
            N_("Prefix length"),
            Kind.NUMBER,
            N_("24 gives 256 addresses, 22 gives 1024."),
            default="24",
        ),
        Field("location", N_("Location"), Kind.SELECT),
        Field(
            "is_public",
            N_("Public"),
            Kind.CHECKBOX,
            N_("Reached by users: can hold the API's address."),
            required=False,
        ),
    )
)
ASSIGNMENT = Form(
    (
        Field("cluster", N_("Cluster"), Kind.SELECT),
        Field("role", N_("For"), Kind.SELECT, N_("A role, all machines, or a special purpose.")),
        Field(
            "iface1",
            N_("Interface"),
            help=N_("A name such as eth0, or a speed such as 10m for the first of 10 Gbit/s."),
        ),
        Field(
            "iface2",
            N_("Second interface"),
            help=N_("none, or the other one of a bond."),
            default="none",
        ),
    )
)
RESERVATION = Form(
    (
        Field("first_ip", N_("First address"), also=("range",)),
        Field(
            "last_ip", N_("Last address"), help=N_("Empty for a single address."), required=False
        ),
        Field("note", N_("What for"), required=False),
    )
)
_LIST = "/oci/networks"
_WHOLE = "a whole number, such as 24"


@dataclass(frozen=True)
class Row:
    """A network and how full it is; `level` is a class of the bar."""

    network: NetworkView
    usage: Usage
    level: str


_HIGH, _FULL = 0.75, 0.95


def _row(network: NetworkView, usage: Usage) -> Row:
    share = usage.used / usage.total if usage.total else 1.0
    return Row(network, usage, "full" if share >= _FULL else "high" if share >= _HIGH else "")


def _create(page: PageContext) -> Callable[[Session], NetworkView]:
    typed = page.typed

    def work(session: Session) -> NetworkView:
        return topology.create_network(
            session,
            typed.text("name"),
            typed.text("ip"),
            typed.number("cidr", _WHOLE),
            typed.text("location"),
            is_public=typed.checked("is_public"),
        )

    return work


def _network_form(
    page: PageContext, typed: Typed | None = None, error: OciError | None = None
) -> BoundForm:
    with page.oci.store.read() as session:
        places = choices(one.name for one in topology.list_locations(session))
    return NETWORK.show(typed, error, location=places)


@router.get("/oci/networks")
def listing(page: Page) -> Response:
    """Show the networks."""

    def rows(session: Session) -> list[Row]:
        found = topology.list_networks(session)
        used = usages(session, found)
        return [_row(one, used[one.name]) for one in found]

    return page.render(
        "networks/list.html",
        rows=page.read(rows),
        has_locations=page.read(lambda session: bool(topology.list_locations(session))),
    )


@router.get("/oci/networks/new")
def new(page: Page) -> Response:
    """Show the form of a network."""
    return page.render("networks/new.html", form=_network_form(page))


@router.post("/oci/networks/new")
def create(page: Page) -> Response:
    """Create a network."""
    try:
        made = page.oci.store.write(_create(page))
    except OciError as error:
        form = _network_form(page, page.typed, error)
        return page.refused("networks/new.html", error, form=form)
    return page.see(f"{_LIST}/{segment(made.name)}", "created")


@router.post("/oci/networks/check")
def check_new(page: Page) -> Response:
    """Tell what is wrong with the form of a network."""
    return check(page, NETWORK, _create(page))


def show(
    page: PageContext,
    name: str,
    error: OciError | None = None,
    form: BoundForm | None = None,
    reservation: BoundForm | None = None,
    changed: tuple[str, BoundForm] | None = None,
) -> Response:
    """Show a network, or why something was refused: beside the fields of the form it was in."""
    with page.oci.store.read() as session:
        network = topology.show_network(session, name)
        used = usages(session, [network])[network.name]
        addresses = given_addresses(session, name)
        reserved = list_reservations(session, name)
        names = choices(one.name for one in clusters.list_clusters(session))
        purposes = choices(network_purposes(session))
    # The form that gives it to a cluster is gone when somebody else has done so meanwhile.
    assigning = form is not None and network.cluster is None
    beside = assigning or reservation is not None or changed is not None
    confirming = error is not None and error.field == "confirm"
    values = {
        "row": _row(network, used),
        "addresses": addresses,
        "reserved": reserved,
        "seen": entity_tag(network),
        "reservation_forms": {
            one.first_ip: RESERVATION.show(filled(asdict(one))) for one in reserved
        }
        | dict([changed] if changed else []),
        "reservation_form": reservation or RESERVATION.show(),
        "form": form or ASSIGNMENT.show(cluster=names, role=purposes),
        "error": error.message if error and not beside and not confirming else "",
        "field_error": error.message if error and confirming else "",
    }
    if error is not None:
        return page.refused("networks/network.html", error, **values)
    return page.render("networks/network.html", **values)


@router.get("/oci/networks/{name}")
def network(page: Page, name: str) -> Response:
    """Show a network, its use and its addresses."""
    return show(page, name)


def _assign(page: PageContext, name: str) -> Callable[[Session], NetworkView]:
    typed = page.typed
    return lambda session: topology.assign_network(
        session,
        page.oci,
        name,
        typed.text("cluster"),
        typed.text("role"),
        typed.text("iface1"),
        typed.text("iface2", "none"),
    )


@router.post("/oci/networks/{name}/assign")
def assign(page: Page, name: str) -> Response:
    """Give the network to a cluster."""
    try:
        page.write(topology.show_network, name, _assign(page, name))
    except OciError as error:
        with page.oci.store.read() as session:
            names = choices(one.name for one in clusters.list_clusters(session))
            purposes = choices(network_purposes(session))
        form = ASSIGNMENT.show(page.typed, error, cluster=names, role=purposes)
        return show(page, name, error, form)
    return page.see(f"{_LIST}/{segment(name)}", "saved")


@router.post("/oci/networks/{name}/assign/plan")
def plan_assignment(page: Page, name: str) -> Response:
    """Show what giving the network to the cluster would change."""
    if not all(page.typed.text(field) for field in ("cluster", "role", "iface1")):
        return page.render("parts/no_plan.html")
    try:
        found = consequences(page.oci, [page.typed.text("cluster")], _assign(page, name))
    except OciError as error:
        return page.render("parts/plan.html", error=error.message, groups=[])
    return page.render("parts/plan.html", error="", groups=grouped(found))


@router.post("/oci/networks/{name}/release")
def release(page: Page, name: str) -> Response:
    """Take the network away from its cluster."""
    return _confirmed(page, name, topology.release_network, f"{_LIST}/{segment(name)}", "saved")


@router.post("/oci/networks/{name}/delete")
def delete(page: Page, name: str) -> Response:
    """Delete the network."""
    return _confirmed(page, name, topology.delete_network, _LIST, "deleted")


def _confirmed(
    page: PageContext, name: str, work: Callable[[Session, str], object], then: str, note: str
) -> Response:
    try:
        page.typed.confirm(name)
        page.write(topology.show_network, name, lambda session: work(session, name))
    except OciError as error:
        return show(page, name, error)
    return page.see(then, note)
