"""The secrets of clusters, for administrators: who knows them, their values, other values."""

from fastapi import APIRouter, Response

from ocinstaller.actions import clusters, passwords
from ocinstaller.api.conditional import entity_tag
from ocinstaller.model.errors import OciError
from ocinstaller.web.formats import segment
from ocinstaller.web.forms import Field, Form, Kind
from ocinstaller.web.languages import N_
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_HERE = "/oci/passwords"
VALUE = Form(
    (Field("password", N_("New value"), Kind.PASSWORD, autocomplete="new-password"),),
)


@router.get(_HERE)
def listing(page: Page) -> Response:
    """Show what secrets clusters have, without their values."""
    wanted = page.request.query_params.get("cluster", "").strip() or None
    with page.oci.store.read() as session:
        names = [one.name for one in clusters.list_clusters(session)]
        found = passwords.list_passwords(session, wanted)
    return page.render("passwords/list.html", secrets=found, clusters=names, cluster=wanted or "")


def _show(
    page: PageContext, number: str, error: OciError | None = None, value: str | None = None
) -> Response:
    view = page.read(lambda session: passwords.view_password(session, number))
    values = {
        "one": view,
        "seen": entity_tag(view),
        "form": VALUE.show(page.typed if error else None, error),
        "value": value,
    }
    if error is not None:
        return page.refused("passwords/password.html", error, **values)
    return page.render("passwords/password.html", **values)


@router.get("/oci/passwords/{password_id}")
def show(page: Page, password_id: str) -> Response:
    """Show a secret without its value, and the form that sets it."""
    return _show(page, password_id)


@router.post("/oci/passwords/{password_id}/reveal")
def reveal(page: Page, password_id: str) -> Response:
    """Show the value of a secret; the audit has who saw it."""
    found = page.oci.store.write(
        lambda session: passwords.show_password(session, page.oci, password_id)
    )
    return _show(page, password_id, value=found.value)


@router.post("/oci/passwords/{password_id}")
def change(page: Page, password_id: str) -> Response:
    """Set a secret, and say which machines have to run Puppet."""
    value = page.typed.secret("password")
    try:
        done = page.write(
            passwords.view_password,
            password_id,
            lambda session: passwords.set_password(session, page.oci, password_id, value),
        )
    except OciError as error:
        return _show(page, password_id, error)
    return page.render("passwords/done.html", done=done, at=f"{_HERE}/{segment(password_id)}")
