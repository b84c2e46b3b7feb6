"""The environment in which OpenStack's clients are a cluster's administrator, as a file."""

from fastapi import APIRouter, Response

from ocinstaller.actions import openrc
from ocinstaller.web.page import Page, PageRoute
from ocinstaller.web.rendering import HEADERS

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/oci/clusters/{name}/openrc")
def download(page: Page, name: str) -> Response:
    """Give the file; it holds the administrator's password, so nobody keeps a copy on the way."""
    # Nothing changes, but the audit gets who saw the password.
    text = page.oci.store.write(lambda session: openrc.administrator(session, page.oci, name))
    headers = {**HEADERS, "Content-Disposition": 'attachment; filename="openrc"'}
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)
