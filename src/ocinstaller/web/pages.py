"""The web pages below `/oci/`: all areas in one router."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from ocinstaller.web import (
    account,
    assets,
    audit,
    clusters,
    events,
    health,
    locations,
    login,
    machine_actions,
    machine_groups,
    machines,
    networks,
    openrc,
    overview,
    preferences,
    racks,
    rings,
    roles,
    settings_pages,
    stream,
    users,
)

router = APIRouter(include_in_schema=False)
for area in (
    assets,
    login,
    preferences,
    overview,
    stream,
    machines,
    machine_actions,
    machine_groups,
    settings_pages,
    clusters,
    openrc,
    rings,
    racks,
    networks,
    roles,
    locations,
    users,
    account,
    audit,
    events,
    health,
):
    router.include_router(area.router)


@router.get("/")
@router.get("/oci")
def root() -> RedirectResponse:
    """Lead to the pages."""
    return RedirectResponse("/oci/")
