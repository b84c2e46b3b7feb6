"""Having many machines do something: for all of them or for none, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import machines
from ocinstaller.actions.consequences import consequences
from ocinstaller.actions.previews import InstallationPreview, preview_installation
from ocinstaller.actions.views import MachineView
from ocinstaller.model.errors import InvalidValue, OciError
from ocinstaller.model.machine_verbs import Verb, possible
from ocinstaller.model.states import State
from ocinstaller.web.changes import ChangeGroup, grouped
from ocinstaller.web.machine_actions import ENROLMENTS, LABELS, SIMPLE, enrolment_form
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_GROUP_VERBS = (Verb.ENROL, Verb.INSTALL, Verb.LIVE, Verb.REMOVE)
_LIST = "/oci/machines"
_ENROL = "/oci/machine-actions/enrol"


@dataclass(frozen=True)
class Row:
    """A selected machine and what the action would do to it, or why it would be refused."""

    machine: MachineView
    refusal: str = ""
    preview: InstallationPreview | None = None


def _selected(page: PageContext) -> list[str]:
    return list(dict.fromkeys(page.typed.many("machine")))


@router.post("/oci/machine-actions")
def ask(page: Page) -> Response:
    """Show what the chosen action would do to each of the selected machines."""
    names = _selected(page)
    wanted = page.typed.text("action")
    if wanted not in _GROUP_VERBS:
        raise InvalidValue("action", wanted, ", ".join(_GROUP_VERBS))
    if not names:
        return page.see(_LIST)
    if wanted == Verb.ENROL:
        return page.render(
            "machines/enrol.html",
            form=enrolment_form(page, ENROLMENTS, page.typed),
            names=names,
            suggestion=None,
            seen="",
            guess=None,
            refused="",
            path=_ENROL,
        )
    return _show(page, Verb(wanted), names)


def _show(
    page: PageContext, verb: Verb, names: Sequence[str], refused: OciError | None = None
) -> Response:
    rows = page.read(lambda session: [_row(page, session, verb, name) for name in names])
    values = {
        "action": LABELS[verb],
        "rows": rows,
        "refused": any(row.refusal for row in rows),
        "groups": _plan(page, verb, rows),
        "confirmation": str(len(names)),
        "error": refused.message if refused and refused.field != "confirm" else "",
        "field_error": refused.message if refused and refused.field == "confirm" else "",
    }
    if refused is not None:
        return page.refused("machines/many.html", refused, **values)
    return page.render("machines/many.html", **values)


def _row(page: PageContext, session: Session, verb: Verb, name: str) -> Row:
    view = machines.show_machine(session, name).machine
    try:
        if verb is Verb.INSTALL:
            return Row(view, preview=preview_installation(session, page.oci, name))
    except OciError as error:
        return Row(view, error.message)
    if verb not in possible(State(view.status), in_cluster=view.cluster is not None):
        place = view.cluster or "no cluster"
        return Row(view, f"the machine is {view.status} and belongs to {place}")
    return Row(view)


def _plan(page: PageContext, verb: Verb, rows: Sequence[Row]) -> list[ChangeGroup]:
    if verb is not Verb.REMOVE or any(row.refusal for row in rows):
        return []
    touched = [row.machine.cluster for row in rows if row.machine.cluster]
    names = [row.machine.serial for row in rows]
    return grouped(consequences(page.oci, touched, lambda session: _do(page, session, verb, names)))


def _do(page: PageContext, session: Session, verb: Verb, names: Sequence[str]) -> None:
    for name in names:
        SIMPLE[verb].work(session, page, name)


def _carry_out(page: PageContext, verb: Verb) -> Response:
    names = _selected(page)
    try:
        if LABELS[verb].dangerous:
            page.typed.confirm(str(len(names)))
        page.oci.store.write(lambda session: _do(page, session, verb, names))
    except OciError as error:
        return _show(page, verb, names, error)
    return page.see(_LIST, "many")


def _enrol_all(page: PageContext, session: Session) -> None:
    typed = page.typed
    for name in _selected(page):
        machines.enrol(
            session,
            page.oci,
            name,
            typed.text("cluster"),
            typed.text("role"),
            typed.text("location"),
            typed.optional("fixed_ip"),
        )


@router.post("/oci/machine-actions/plan")
def plan(page: Page) -> Response:
    """Show what enrolling the machines as the form says would change."""
    typed = page.typed
    if not all(typed.text(name) for name in ("cluster", "role", "location")):
        return page.render("parts/no_plan.html")
    try:
        found = consequences(
            page.oci, [typed.text("cluster")], lambda session: _enrol_all(page, session)
        )
    except OciError as error:
        return page.render("parts/plan.html", error=error.message, groups=[])
    return page.render("parts/plan.html", error="", groups=grouped(found))


@router.post("/oci/machine-actions/enrol")
def enrol(page: Page) -> Response:
    """Enrol the machines, one after the other as they were selected."""
    try:
        page.oci.store.write(lambda session: _enrol_all(page, session))
    except OciError as error:
        return page.refused(
            "machines/enrol.html",
            error,
            form=enrolment_form(page, ENROLMENTS, page.typed, error),
            names=_selected(page),
            suggestion=None,
            seen="",
            guess=None,
            refused="",
            path=_ENROL,
        )
    return page.see(_LIST, "many")


@router.post("/oci/machine-actions/install")
def install(page: Page) -> Response:
    """Have the machines install their systems."""
    return _carry_out(page, Verb.INSTALL)


@router.post("/oci/machine-actions/live")
def live(page: Page) -> Response:
    """Have the machines start the live system."""
    return _carry_out(page, Verb.LIVE)


@router.post("/oci/machine-actions/remove")
def remove(page: Page) -> Response:
    """Take the machines out of their clusters."""
    return _carry_out(page, Verb.REMOVE)
