"""Roles: those that OCI brings, and the site's own."""

from collections.abc import Callable

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import site_roles
from ocinstaller.api.conditional import entity_tag
from ocinstaller.model.errors import OciError
from ocinstaller.web.checking import check
from ocinstaller.web.forms import BoundForm, Field, Form, Option, filled
from ocinstaller.web.languages import N_
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_PURPOSE = Field("purpose", N_("Purpose"), required=False)
ROLE = Form(
    (
        Field(
            "name", N_("Name"), help=N_("The second part of host names: letters, digits, dashes.")
        ),
        _PURPOSE,
    )
)
PURPOSE = Form((_PURPOSE,))
_HERE = "/oci/roles"


def options(session: Session) -> list[Option]:
    """Return the roles that a machine can have, for forms to choose from."""
    return [
        Option(role.name, f"{role.name} – {role.purpose}" if role.purpose else role.name)
        for role in site_roles.list_roles(session)
    ]


def _create(page: PageContext) -> Callable[[Session], object]:
    typed = page.typed
    return lambda session: site_roles.create_role(
        session, typed.text("name"), typed.text("purpose")
    )


def _show(
    page: PageContext,
    error: OciError | None = None,
    form: BoundForm | None = None,
    changed: tuple[str, BoundForm] | None = None,
) -> Response:
    found = page.read(site_roles.list_roles)
    values = {
        "roles": found,
        "seen": {role.name: entity_tag(role) for role in found},
        "form": form or ROLE.show(),
        "change_forms": {
            role.name: PURPOSE.show(filled({"purpose": role.purpose})) for role in found
        }
        | dict([changed] if changed else []),
        "error": error.message if error and not (form or changed) else "",
    }
    if error is not None:
        return page.refused("roles.html", error, **values)
    return page.render("roles.html", **values)


@router.get("/oci/roles")
def listing(page: Page) -> Response:
    """Show the roles, with the form that adds one."""
    return _show(page)


@router.post("/oci/roles")
def create(page: Page) -> Response:
    """Add a role of the site."""
    try:
        page.oci.store.write(_create(page))
    except OciError as error:
        return _show(page, error, ROLE.show(page.typed, error))
    return page.see(_HERE, "created")


@router.post("/oci/roles/check")
def check_role(page: Page) -> Response:
    """Tell what is wrong with the form of a role."""
    return check(page, ROLE, _create(page), "role-")


@router.post("/oci/roles/{name}")
def change(page: Page, name: str) -> Response:
    """Say otherwise what a role of the site is for."""
    purpose = page.typed.text("purpose")
    try:
        page.write(
            site_roles.show_role,
            name,
            lambda session: site_roles.change_purpose(session, name, purpose),
        )
    except OciError as error:
        return _show(page, error, changed=(name, PURPOSE.show(page.typed, error)))
    return page.see(_HERE, "saved")


@router.post("/oci/roles/{name}/delete")
def delete(page: Page, name: str) -> Response:
    """Delete a role of the site."""
    try:
        page.typed.confirm(name)
        page.write(
            site_roles.show_role, name, lambda session: site_roles.delete_role(session, name)
        )
    except OciError as error:
        return _show(page, error)
    return page.see(_HERE, "deleted")
