"""Swift regions and locations below `/v1`."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, TypeAdapter

from ocinstaller.actions import topology
from ocinstaller.actions.views import LocationView, SwiftRegionView
from ocinstaller.api.auth import Oci
from ocinstaller.api.collections import LocationQuery, PageQuery, page
from ocinstaller.api.conditional import Condition

router = APIRouter(prefix="/v1")

_SWIFT_REGIONS = TypeAdapter(list[SwiftRegionView])
_LOCATIONS = TypeAdapter(list[LocationView])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewSwiftRegion(_Body):
    """A Swift region to create."""

    name: str


class NewLocation(_Body):
    """A location to create."""

    name: str
    swift_region: str


class SwiftRegionToChange(_Body):
    """What is to change of a Swift region."""

    name: str


class LocationToChange(_Body):
    """What is to change of a location; what is absent stays."""

    name: str | None = None
    swift_region: str | None = None


@router.get("/swift-regions", response_model=list[SwiftRegionView], tags=["swift regions"])
def list_swift_regions(
    request: Request, oci: Oci, query: Annotated[PageQuery, Query()]
) -> Response:
    """List the Swift regions, by name, a page at a time."""
    with oci.store.read() as session:
        found = topology.list_swift_regions(session, query.window())
    return page(request, query, _SWIFT_REGIONS, found, lambda view: view.name)


@router.post("/swift-regions", status_code=201, tags=["swift regions"])
def create_swift_region(oci: Oci, body: NewSwiftRegion, condition: Condition) -> SwiftRegionView:
    """Create a Swift region."""
    return condition.changed(
        oci.store.write(lambda session: topology.create_swift_region(session, body.name))
    )


@router.get("/swift-regions/{name}", tags=["swift regions"])
def show_swift_region(oci: Oci, name: str, condition: Condition) -> SwiftRegionView:
    """Show a Swift region."""
    with oci.store.read() as session:
        return condition.show(topology.show_swift_region(session, name))


@router.patch("/swift-regions/{name}", tags=["swift regions"])
def change_swift_region(
    oci: Oci, name: str, body: SwiftRegionToChange, condition: Condition
) -> SwiftRegionView:
    """Give a Swift region another name."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                topology.show_swift_region,
                name,
                lambda session: topology.rename_swift_region(session, name, body.name),
            )
        )
    )


@router.delete("/swift-regions/{name}", status_code=204, tags=["swift regions"])
def delete_swift_region(oci: Oci, name: str, condition: Condition) -> None:
    """Delete a Swift region without locations."""
    oci.store.write(
        condition.guard(
            topology.show_swift_region,
            name,
            lambda session: topology.delete_swift_region(session, name),
        )
    )


@router.get("/locations", response_model=list[LocationView], tags=["locations"])
def list_locations(
    request: Request, oci: Oci, query: Annotated[LocationQuery, Query()]
) -> Response:
    """List the locations, by name, a page at a time."""
    with oci.store.read() as session:
        found = topology.list_locations(session, query.wanted(), query.window())
    return page(request, query, _LOCATIONS, found, lambda view: view.name)


@router.post("/locations", status_code=201, tags=["locations"])
def create_location(oci: Oci, body: NewLocation, condition: Condition) -> LocationView:
    """Create a location in a Swift region."""
    return condition.changed(
        oci.store.write(
            lambda session: topology.create_location(session, body.name, body.swift_region)
        )
    )


@router.get("/locations/{name}", tags=["locations"])
def show_location(oci: Oci, name: str, condition: Condition) -> LocationView:
    """Show a location."""
    with oci.store.read() as session:
        return condition.show(topology.show_location(session, name))


@router.patch("/locations/{name}", tags=["locations"])
def change_location(
    oci: Oci, name: str, body: LocationToChange, condition: Condition
) -> LocationView:
    """Give a location another name or Swift region."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                topology.show_location,
                name,
                lambda session: topology.change_location(
                    session, name, body.name, body.swift_region
                ),
            )
        )
    )


@router.delete("/locations/{name}", status_code=204, tags=["locations"])
def delete_location(oci: Oci, name: str, condition: Condition) -> None:
    """Delete a location that nothing uses."""
    oci.store.write(
        condition.guard(
            topology.show_location,
            name,
            lambda session: topology.delete_location(session, name),
        )
    )
