"""The certificate of a cluster's API that another CA signed: given, looked at, forgotten."""

from collections.abc import Callable

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import api_certificates, clusters
from ocinstaller.api.conditional import entity_tag
from ocinstaller.model.errors import OciError
from ocinstaller.web.checking import check
from ocinstaller.web.clusters import frame_of
from ocinstaller.web.formats import segment
from ocinstaller.web.forms import Field, Form, Kind
from ocinstaller.web.languages import N_
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

GIVEN = Form(
    (
        Field("chain", N_("Certificate and intermediates"), Kind.AREA, N_("PEM.")),
        Field("key", N_("Private key"), Kind.SECRET_AREA, N_("PEM; kept encrypted, never shown.")),
        Field(
            "root",
            N_("Root certificate"),
            Kind.AREA,
            N_("PEM; empty when it is one of Debian's."),
            required=False,
        ),
    )
)


def _show(page: PageContext, name: str, error: OciError | None = None) -> Response:
    with page.oci.store.read() as session:
        view = clusters.show_cluster(session, name)
        now = api_certificates.show(session, name)
    about_form = error is not None and error.field != "confirm"
    values = {
        **frame_of(view, ""),
        "now": now,
        "seen": entity_tag(now),
        "form": GIVEN.show(page.typed if about_form else None, error if about_form else None),
        "field_error": error.message if error and not about_form else "",
    }
    if error is not None:
        return page.refused("clusters/certificate.html", error, **values)
    return page.render("clusters/certificate.html", **values)


@router.get("/oci/clusters/{name}/certificate")
def show(page: Page, name: str) -> Response:
    """Show who signs the API's certificate, and the forms that change it."""
    return _show(page, name)


def _give(page: PageContext, name: str) -> Callable[[Session], object]:
    typed = page.typed
    return lambda session: api_certificates.give(
        session, page.oci, name, typed.text("chain"), typed.secret("key"), typed.text("root")
    )


@router.post("/oci/clusters/{name}/certificate")
def give(page: Page, name: str) -> Response:
    """Take a certificate for the API, in the place of one that was given before."""
    try:
        page.write(api_certificates.show, name, _give(page, name))
    except OciError as error:
        return _show(page, name, error)
    return page.see(f"/oci/clusters/{segment(name)}/certificate", "saved")


@router.post("/oci/clusters/{name}/certificate/check")
def check_given(page: Page, name: str) -> Response:
    """Tell what is wrong with what was given."""
    return check(page, GIVEN, _give(page, name))


@router.post("/oci/clusters/{name}/certificate/delete")
def remove(page: Page, name: str) -> Response:
    """Forget the certificate, with its key."""
    try:
        page.typed.confirm(name)
        page.write(
            api_certificates.show, name, lambda session: api_certificates.remove(session, name)
        )
    except OciError as error:
        return _show(page, name, error)
    return page.see(f"/oci/clusters/{segment(name)}/certificate", "deleted")
