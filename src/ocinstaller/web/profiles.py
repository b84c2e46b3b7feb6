"""The site's hardware profiles and racking map: what they say, whom they fit, other ones."""

from fastapi import APIRouter, Response

from ocinstaller.actions import discovery, machines, site_documents
from ocinstaller.actions.discovery import Fit, ProfileView
from ocinstaller.api.conditional import entity_tag, expecting, tags_of
from ocinstaller.model.errors import OciError
from ocinstaller.web.forms import Field, Form, Kind, filled
from ocinstaller.web.languages import N_
from ocinstaller.web.machine_actions import show_enrolment
from ocinstaller.web.machine_tabs import machine_url
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_HERE = "/oci/profiles"
_MOST = 500
"""Free machines that the page shows with their profiles."""
DOCUMENT = Form((Field("text", N_("Document"), Kind.AREA, N_("JSON."), rows=24),))
TITLES = {
    site_documents.PROFILES: N_("Hardware profiles"),
    site_documents.RACKING: N_("Racking map"),
}


@router.get(_HERE)
def listing(page: Page) -> Response:
    """Show the profiles, the machines that fit them, and where the documents are."""
    with page.oci.store.read() as session:
        documents = [site_documents.show(page.oci, name) for name in TITLES]
        profiles: list[ProfileView] = []
        fits: list[Fit] = []
        if not documents[0].problem:
            profiles = discovery.list_profiles(page.oci)
            fits = discovery.fits(session, page.oci, _MOST)
    counts = {one.name: sum(one.name in fit.profiles for fit in fits) for one in profiles}
    return page.render(
        "profiles/list.html",
        documents=documents,
        titles=TITLES,
        profiles=profiles,
        fits=fits,
        counts=counts,
        most=_MOST,
    )


def _show(page: PageContext, name: str, error: OciError | None = None) -> Response:
    document = site_documents.show(page.oci, name)
    typed = page.typed if error else filled({"text": document.text})
    values = {
        "document": document,
        "title": TITLES[document.name],
        "form": DOCUMENT.show(typed, error, {"text": document.text}),
        "seen": entity_tag(document),
    }
    if error is not None:
        return page.refused("profiles/document.html", error, **values)
    return page.render("profiles/document.html", **values)


@router.get("/oci/site-documents/{name}")
def show(page: Page, name: str) -> Response:
    """Show a document and the form that replaces it."""
    return _show(page, name)


def _text(page: PageContext) -> str:
    return page.typed.secret("text").replace("\r\n", "\n")


@router.post("/oci/site-documents/{name}/check")
def check(page: Page, name: str) -> Response:
    """Tell what is wrong with the document; else which free machines it speaks of."""
    found: list[Fit] = []
    error: OciError | None = None
    try:
        parsed = site_documents.parse(name, _text(page))
        with page.oci.store.read() as session:
            site_documents.check_roles(session, parsed)
            found = discovery.fits_of(session, parsed, _MOST)
    except OciError as refused:
        error = refused
    if error is not None and error.field.startswith("text:"):
        error.field = "text"
    form = DOCUMENT.show(page.typed, error)
    return page.render("profiles/checked.html", form=form, fits=found, name=name, prefix="")


@router.post("/oci/site-documents/{name}")
def replace(page: Page, name: str) -> Response:
    """Replace a document."""
    seen = tags_of(page.typed.text("seen"))
    guard = expecting(seen, site_documents.shower(page.oci), name, lambda _session: None)
    try:
        site_documents.replace(page.oci, name, _text(page), guard)
    except OciError as error:
        return _show(page, name, error)
    return page.see(_HERE, "saved")


@router.post("/oci/machines/{name}/automatic-enrolment")
def enrol(page: Page, name: str) -> Response:
    """Enrol the machine as its hardware profile and its neighbours on the network say."""
    try:
        page.write(
            machines.show_machine,
            name,
            lambda session: discovery.enrol_by_profile(session, page.oci, name),
        )
    except OciError as error:
        return show_enrolment(page, name, refused=error)
    return page.see(machine_url(name), "enrolled")
