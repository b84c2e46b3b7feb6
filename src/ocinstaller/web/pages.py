"""The web pages below `/oci/`: all areas in one router."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from ocinstaller.web import (
    account,
    api_certificates,
    assets,
    audit,
    bmc,
    certificates,
    cluster_details,
    cluster_files,
    clusters,
    events,
    health,
    locations,
    login,
    machine_actions,
    machine_calls,
    machine_details,
    machine_groups,
    machine_power,
    machines,
    network_forms,
    networks,
    openrc,
    overview,
    passwords,
    preferences,
    profiles,
    racks,
    ring_forms,
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
    machine_calls,
    machine_groups,
    machine_power,
    bmc,
    machine_details,
    settings_pages,
    clusters,
    cluster_details,
    cluster_files,
    openrc,
    api_certificates,
    rings,
    ring_forms,
    racks,
    profiles,
    networks,
    network_forms,
    roles,
    locations,
    users,
    passwords,
    certificates,
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
