"""Having machines do something: what it would lead to is shown before it is done."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import clusters, installation, machines, topology
from ocinstaller.actions.consequences import consequences
from ocinstaller.actions.previews import preview_installation
from ocinstaller.actions.views import MachineView
from ocinstaller.model.errors import OciError
from ocinstaller.model.machine_verbs import Verb
from ocinstaller.model.suggestions import suggested_role
from ocinstaller.web import roles
from ocinstaller.web.changes import grouped
from ocinstaller.web.formats import segment
from ocinstaller.web.forms import BoundForm, Field, Form, Kind, Typed, choices
from ocinstaller.web.languages import N_
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@dataclass(frozen=True)
class Action:
    """An action as a button names it."""

    name: Verb
    label: str
    """Of what leads to the action: something follows before it is done."""
    title: str
    """Of the action itself."""
    dangerous: bool = False


LABELS = {
    action.name: action
    for action in (
        Action(Verb.ENROL, N_("Enrol …"), N_("Enrol")),
        Action(Verb.INSTALL, N_("Install …"), N_("Install")),
        Action(Verb.LIVE, N_("Start live system …"), N_("Start live system")),
        Action(Verb.REMOVE, N_("Remove from cluster …"), N_("Remove from cluster"), dangerous=True),
        Action(Verb.DESTROY, N_("Forget …"), N_("Forget"), dangerous=True),
    )
}

_PLACE = (
    Field("cluster", N_("Cluster"), Kind.SELECT),
    Field("role", N_("Role"), Kind.SELECT, N_("What the machine will do in the cluster.")),
    Field("location", N_("Location"), Kind.SELECT),
)
ENROLMENT = Form(
    (
        *_PLACE,
        Field(
            "fixed_ip",
            N_("Address"),
            help=N_("Empty takes the next free one of each network."),
            required=False,
            also=("ip",),
        ),
    )
)
ENROLMENTS = Form(_PLACE)


def _machine_url(name: str) -> str:
    return f"/oci/machines/{segment(name)}"


def enrolment_form(
    page: PageContext,
    form: Form,
    typed: Typed | None,
    error: OciError | None = None,
) -> BoundForm:
    with page.oci.store.read() as session:
        return form.show(
            typed,
            error,
            cluster=choices(one.name for one in clusters.list_clusters(session)),
            role=roles.options(session),
            location=choices(one.name for one in topology.list_locations(session)),
        )


def _enrol(page: PageContext, name: str) -> Callable[[Session], MachineView]:
    typed = page.typed
    return lambda session: machines.enrol(
        session,
        page.oci,
        name,
        typed.text("cluster"),
        typed.text("role"),
        typed.text("location"),
        typed.optional("fixed_ip"),
    )


@router.get("/oci/machines/{name}/enrol")
def enrolment(page: Page, name: str) -> Response:
    """Show the form of an enrolment, with what the machine looks fit for."""
    detail = page.read(lambda session: machines.show_machine(session, name))
    suggestion = suggested_role(detail.hardware)
    typed = Typed({"role": [suggestion.role]})
    return page.render(
        "machines/enrol.html",
        form=enrolment_form(page, ENROLMENT, typed),
        names=[detail.machine.serial],
        suggestion=suggestion,
        path=f"{_machine_url(name)}/enrol",
    )


@router.post("/oci/machines/{name}/enrol")
def enrol(page: Page, name: str) -> Response:
    """Make a machine a member of a cluster."""
    try:
        page.oci.store.write(_enrol(page, name))
    except OciError as error:
        return page.refused(
            "machines/enrol.html",
            error,
            form=enrolment_form(page, ENROLMENT, page.typed, error),
            names=[name],
            suggestion=None,
            path=f"{_machine_url(name)}/enrol",
        )
    return page.see(_machine_url(name), "enrolled")


@dataclass(frozen=True)
class _Simple:
    """An action without a form of its own: what it is called and how it is done."""

    work: Callable[[Session, PageContext, str], object]
    note: str
    after: str = ""
    """Where it leads; empty for the machine's page."""
    confirmed: bool = False


SIMPLE = {
    Verb.INSTALL: _Simple(
        lambda session, page, name: installation.request_installation(session, page.oci, name),
        "installing",
    ),
    Verb.LIVE: _Simple(lambda session, _page, name: machines.start_live(session, name), "live"),
    Verb.REMOVE: _Simple(
        lambda session, _page, name: machines.remove(session, name), "removed", confirmed=True
    ),
    Verb.DESTROY: _Simple(
        lambda session, _page, name: machines.destroy(session, name),
        "forgotten",
        "/oci/machines",
        confirmed=True,
    ),
}


def _ask(page: PageContext, name: str, verb: Verb, refused: OciError | None = None) -> Response:
    """Show what an action will do, and its button."""
    view = page.read(lambda session: machines.show_machine(session, name)).machine
    error: OciError | None = refused
    groups, preview = [], None
    try:
        if verb is Verb.INSTALL:
            preview = page.read(lambda session: preview_installation(session, page.oci, name))
        elif verb is Verb.REMOVE and view.cluster:
            work = SIMPLE[verb].work
            groups = grouped(
                consequences(page.oci, [view.cluster], lambda session: work(session, page, name))
            )
    except OciError as found:
        error = error or found
    values = {
        "action": LABELS[verb],
        "machine": view,
        "confirmed": SIMPLE[verb].confirmed,
        "groups": groups,
        "preview": preview,
        "error": error.message if error else "",
        "field_error": error is not None and error.field == "confirm",
    }
    if refused is not None:
        return page.refused("machines/action.html", refused, **values)
    return page.render("machines/action.html", **values)


def _carry_out(page: PageContext, name: str, verb: Verb) -> Response:
    simple = SIMPLE[verb]
    try:
        if simple.confirmed:
            page.typed.confirm(name)
        page.oci.store.write(lambda session: simple.work(session, page, name))
    except OciError as error:
        return _ask(page, name, verb, error)
    return page.see(simple.after or _machine_url(name), simple.note)


@router.get("/oci/machines/{name}/install")
def ask_install(page: Page, name: str) -> Response:
    """Show which disk will be overwritten with what."""
    return _ask(page, name, Verb.INSTALL)


@router.post("/oci/machines/{name}/install")
def install(page: Page, name: str) -> Response:
    """Have the machine install its system."""
    return _carry_out(page, name, Verb.INSTALL)


@router.get("/oci/machines/{name}/live")
def ask_live(page: Page, name: str) -> Response:
    """Show what starting the live system means."""
    return _ask(page, name, Verb.LIVE)


@router.post("/oci/machines/{name}/live")
def live(page: Page, name: str) -> Response:
    """Have the machine start the live system."""
    return _carry_out(page, name, Verb.LIVE)


@router.get("/oci/machines/{name}/remove")
def ask_remove(page: Page, name: str) -> Response:
    """Show what the cluster loses with the machine."""
    return _ask(page, name, Verb.REMOVE)


@router.post("/oci/machines/{name}/remove")
def remove(page: Page, name: str) -> Response:
    """Take the machine out of its cluster."""
    return _carry_out(page, name, Verb.REMOVE)


@router.get("/oci/machines/{name}/destroy")
def ask_destroy(page: Page, name: str) -> Response:
    """Show what forgetting the machine means."""
    return _ask(page, name, Verb.DESTROY)


@router.post("/oci/machines/{name}/destroy")
def destroy(page: Page, name: str) -> Response:
    """Forget the machine."""
    return _carry_out(page, name, Verb.DESTROY)
