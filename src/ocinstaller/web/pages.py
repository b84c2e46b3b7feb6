"""The web pages below `/oci/`."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ocinstaller.actions import clusters, machines
from ocinstaller.api.auth import Oci, operator

router = APIRouter(include_in_schema=False)

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "data"),
    autoescape=True,
    undefined=StrictUndefined,
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_LOG_LINES = 10_000


def _page(template: str, **values: object) -> HTMLResponse:
    return HTMLResponse(_TEMPLATES.get_template(template).render(**values), headers=_HEADERS)


@router.get("/")
def root() -> RedirectResponse:
    """Lead to the pages."""
    return RedirectResponse("/oci/")


@router.get("/oci/")
def overview(oci: Oci, login: Annotated[str, Depends(operator)]) -> HTMLResponse:
    """Show clusters and machines."""
    with oci.store.read() as session:
        return _page(
            "overview.html",
            login=login,
            clusters=clusters.list_clusters(session),
            machines=machines.list_machines(session),
        )


@router.get("/oci/machines/{name}")
def machine(oci: Oci, login: Annotated[str, Depends(operator)], name: str) -> HTMLResponse:
    """Show a machine, its hardware and its installation log."""
    with oci.store.read() as session:
        return _page(
            "machine.html",
            login=login,
            detail=machines.show_machine(session, name),
            log=machines.install_log(session, name, 0, _LOG_LINES),
        )
