"""The certificates of OCI's CA: when they expire, and new ones."""

from fastapi import APIRouter, Response

from ocinstaller.actions import certificates
from ocinstaller.model.errors import OciError
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_HERE = "/oci/certificates"
SOON_DAYS = 30
"""Certificates are renewed long before; what is nearer to its end needs a look."""


def _show(page: PageContext, error: OciError | None = None) -> Response:
    values = {
        "certificates": page.read(
            lambda session: certificates.list_certificates(session, page.oci)
        ),
        "soon": SOON_DAYS,
        "error": error.message if error else "",
    }
    if error is not None:
        return page.refused("certificates.html", error, **values)
    return page.render("certificates.html", **values)


@router.get(_HERE)
def listing(page: Page) -> Response:
    """Show all certificates, those that expire first first."""
    return _show(page)


@router.post("/oci/certificates/{name}/renew")
def renew(page: Page, name: str) -> Response:
    """Make another key and certificate; the machines fetch it."""
    try:
        page.oci.store.write(lambda session: certificates.renew(session, page.oci, name))
    except OciError as error:
        return _show(page, error)
    return page.see(_HERE, "renewed")
