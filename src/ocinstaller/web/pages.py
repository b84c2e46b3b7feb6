"""The web pages below `/oci/`."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse

from ocinstaller.actions import clusters, machines
from ocinstaller.api.auth import Server, Visitor
from ocinstaller.web import login
from ocinstaller.web.templates import page

router = APIRouter(include_in_schema=False)
router.include_router(login.router)

_LOG_LINES = 10_000


@router.get("/")
def root() -> RedirectResponse:
    """Lead to the pages."""
    return RedirectResponse("/oci/")


@router.get("/oci/")
def overview(oci: Server, actor: Visitor) -> HTMLResponse:
    """Show clusters and machines."""
    with oci.store.read() as session:
        return page(
            "overview.html",
            login=actor.name,
            clusters=clusters.list_clusters(session),
            machines=machines.list_machines(session),
        )


@router.get("/oci/machines/{name}")
def machine(oci: Server, actor: Visitor, name: str) -> HTMLResponse:
    """Show a machine, its hardware and its installation log."""
    with oci.store.read() as session:
        return page(
            "machine.html",
            login=actor.name,
            detail=machines.show_machine(session, name),
            log=machines.install_log(session, name, 0, _LOG_LINES),
        )
