"""The web pages below `/oci/`: all areas in one router."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from ocinstaller.web import (
    assets,
    login,
    machine_actions,
    machine_groups,
    machines,
    overview,
    preferences,
    stream,
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
):
    router.include_router(area.router)


@router.get("/")
def root() -> RedirectResponse:
    """Lead to the pages."""
    return RedirectResponse("/oci/")
