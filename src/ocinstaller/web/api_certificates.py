"""A cluster's certificates: one that another CA signed for its API, and new ones for all."""

from collections.abc import Callable

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import api_certificates, certificate_rollouts, clusters
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


def _show(
    page: PageContext, name: str, error: OciError | None = None, *, of_rollout: bool = False
) -> Response:
    with page.oci.store.read() as session:
        view = clusters.show_cluster(session, name)
        now = api_certificates.show(session, name)
        rollout = certificate_rollouts.show(session, name)
    about_form = error is not None and error.field != "confirm" and not of_rollout
    values = {
        **frame_of(view, "certificate"),
        "rollout": rollout,
        "rollout_seen": entity_tag(rollout),
        "rollout_error": error.message if error and of_rollout else "",
        "now": now,
        "seen": entity_tag(now),
        "form": GIVEN.show(page.typed if about_form else None, error if about_form else None),
        "field_error": error.message if error and not about_form and not of_rollout else "",
    }
    if error is not None:
        return page.refused("clusters/certificate.html", error, **values)
    if page.is_part:
        return page.render("clusters/rollout.html", **values)
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


@router.post("/oci/clusters/{name}/certificate-rollout")
def roll_out(page: Page, name: str) -> Response:
    """Roll new certificates out machine by machine; let a roll-out that failed go on."""
    api_only = page.typed.checked("api_only")
    return _rollout(
        page,
        name,
        lambda session: certificate_rollouts.start(session, page.oci, name, api_only=api_only),
    )


@router.post("/oci/clusters/{name}/certificate-rollout/abandon")
def abandon(page: Page, name: str) -> Response:
    """Give a roll-out of certificates up; what was rolled out stays."""
    return _rollout(page, name, lambda session: certificate_rollouts.abandon(session, name))


def _rollout(page: PageContext, name: str, work: Callable[[Session], object]) -> Response:
    try:
        page.write(certificate_rollouts.show, name, work)
    except OciError as error:
        return _show(page, name, error, of_rollout=True)
    return page.see(f"/oci/clusters/{segment(name)}/certificate", "saved")
