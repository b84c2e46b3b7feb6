"""Having machines do something: what it would lead to is shown before it is done."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import (
    clusters,
    discovery,
    installation,
    machines,
    orders,
    plugins,
    restarts,
    topology,
)
from ocinstaller.actions.consequences import consequences
from ocinstaller.actions.context import Installation
from ocinstaller.actions.discovery import GuessedProfile
from ocinstaller.actions.previews import preview_installation
from ocinstaller.actions.views import MachineView
from ocinstaller.api.conditional import entity_tag
from ocinstaller.model.errors import Conflict, OciError
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
        Action(Verb.DISK, N_("Start from disk …"), N_("Start from disk")),
        Action(Verb.REINSTALL, N_("Install anew …"), N_("Install anew"), dangerous=True),
        Action(Verb.WIPE, N_("Erase disks …"), N_("Erase disks"), dangerous=True),
        Action(Verb.RELEASE, N_("Release …"), N_("Release"), dangerous=True),
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


@router.post("/oci/machines/{name}/plugin-calls/retry")
def retry_plugins(page: Page, name: str) -> Response:
    """Repeat the calls of plug-ins that failed."""
    page.write(machines.show_machine, name, lambda session: plugins.retry(session, name))
    return page.see(_machine_url(name), "repeated")


def show_enrolment(
    page: PageContext, name: str, error: OciError | None = None, refused: OciError | None = None
) -> Response:
    """Show the form of an enrolment, with what the machine looks fit for.

    :param error: what was wrong with the form
    :param refused: why it was not enrolled as its profile says
    """
    detail = page.read(lambda session: machines.show_machine(session, name))
    suggestion = suggested_role(detail.hardware)
    guess: GuessedProfile | None = None
    try:
        guess = page.read(lambda session: discovery.guess_profile(session, page.oci, name))
    except Conflict:
        guess = None  # the site has no profiles: that is nothing to complain about here
    typed = page.typed if error else Typed({"role": [suggestion.role]})
    values = {
        "form": enrolment_form(page, ENROLMENT, typed, error),
        "names": [detail.machine.serial],
        "seen": entity_tag(detail),
        "suggestion": suggestion,
        "guess": guess,
        "refused": refused.message if refused else "",
        "path": f"{_machine_url(name)}/enrol",
    }
    wrong = error or refused
    if wrong is not None:
        return page.refused("machines/enrol.html", wrong, **values)
    return page.render("machines/enrol.html", **values)


@router.get("/oci/machines/{name}/enrol")
def enrolment(page: Page, name: str) -> Response:
    """Show the form of an enrolment, with what the machine looks fit for."""
    return show_enrolment(page, name)


@router.post("/oci/machines/{name}/enrol")
def enrol(page: Page, name: str) -> Response:
    """Make a machine a member of a cluster."""
    try:
        page.write(machines.show_machine, name, _enrol(page, name))
    except OciError as error:
        return show_enrolment(page, name, error)
    return page.see(_machine_url(name), "enrolled")


@dataclass(frozen=True)
class _Simple:
    """An action without a form of its own: what it is called and how it is done."""

    work: Callable[[Session, PageContext, str], object]
    """In one transaction; what groups of machines do."""
    note: str
    after: str = ""
    """Where it leads; empty for the machine's page."""
    confirmed: bool = False
    alone: Callable[[Installation, str, restarts.Guard], object] | None = None
    """With what follows the transaction, for one machine."""


def _alone(
    work: Callable[[Installation, str, restarts.Guard], object], note: str, *, confirmed: bool
) -> _Simple:
    """Return an action that groups of machines do not have."""
    return _Simple(lambda *_: None, note, confirmed=confirmed, alone=work)


SIMPLE = {
    Verb.INSTALL: _Simple(
        lambda session, page, name: installation.request_installation(session, page.oci, name),
        "installing",
    ),
    Verb.LIVE: _Simple(
        lambda session, _page, name: restarts.request_live(session, name),
        "live",
        alone=restarts.on_live,
    ),
    Verb.DISK: _alone(restarts.on_disk, "disk", confirmed=False),
    Verb.REINSTALL: _alone(restarts.reinstall, "reinstalling", confirmed=True),
    Verb.WIPE: _Simple(
        lambda session, _page, name: orders.wipe(session, name), "wiping", confirmed=True
    ),
    Verb.RELEASE: _alone(restarts.release, "released", confirmed=True),
    Verb.REMOVE: _Simple(
        lambda session, page, name: machines.remove(session, page.oci, name),
        "removed",
        confirmed=True,
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
    detail = page.read(lambda session: machines.show_machine(session, name))
    view = detail.machine
    error: OciError | None = refused
    groups, preview = [], None
    try:
        if verb is Verb.INSTALL:
            preview = page.read(lambda session: preview_installation(session, page.oci, name))
        elif verb in (Verb.REMOVE, Verb.RELEASE) and view.cluster:
            work = SIMPLE[Verb.REMOVE].work
            groups = grouped(
                consequences(page.oci, [view.cluster], lambda session: work(session, page, name))
            )
    except OciError as found:
        error = error or found
    values = {
        "action": LABELS[verb],
        "machine": view,
        "seen": entity_tag(view),
        "disks": [disk.name for disk in detail.hardware.block_devices],
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
        if simple.alone is not None:
            simple.alone(page.oci, name, lambda work: page.guard(machines.show_machine, name, work))
        else:
            page.write(
                machines.show_machine, name, lambda session: simple.work(session, page, name)
            )
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


@router.get("/oci/machines/{name}/disk")
def ask_disk(page: Page, name: str) -> Response:
    """Show what starting from the disk means."""
    return _ask(page, name, Verb.DISK)


@router.post("/oci/machines/{name}/disk")
def disk(page: Page, name: str) -> Response:
    """Have the machine start the system on its disk."""
    return _carry_out(page, name, Verb.DISK)


@router.get("/oci/machines/{name}/reinstall")
def ask_reinstall(page: Page, name: str) -> Response:
    """Show what installing anew means."""
    return _ask(page, name, Verb.REINSTALL)


@router.post("/oci/machines/{name}/reinstall")
def reinstall(page: Page, name: str) -> Response:
    """Have the machine install its system anew."""
    return _carry_out(page, name, Verb.REINSTALL)


@router.get("/oci/machines/{name}/wipe")
def ask_wipe(page: Page, name: str) -> Response:
    """Show which disks will be erased."""
    return _ask(page, name, Verb.WIPE)


@router.post("/oci/machines/{name}/wipe")
def wipe(page: Page, name: str) -> Response:
    """Have the machine erase its disks."""
    return _carry_out(page, name, Verb.WIPE)


@router.get("/oci/machines/{name}/release")
def ask_release(page: Page, name: str) -> Response:
    """Show what the cluster loses with the machine, and that its disks are erased."""
    return _ask(page, name, Verb.RELEASE)


@router.post("/oci/machines/{name}/release")
def release(page: Page, name: str) -> Response:
    """Take the machine out of its cluster and have it erase its disks."""
    return _carry_out(page, name, Verb.RELEASE)
