"""Swift regions and locations."""

from collections.abc import Callable
from dataclasses import asdict

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from ocinstaller.actions import topology
from ocinstaller.api.conditional import Show, entity_tag
from ocinstaller.model.errors import OciError
from ocinstaller.web.checking import check
from ocinstaller.web.forms import BoundForm, Field, Form, Kind, choices, filled
from ocinstaller.web.languages import N_
from ocinstaller.web.page import Page, PageContext, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_NAME_HELP = N_("Letters, digits, dots and hyphens.")
REGION = Form((Field("name", N_("Name"), help=_NAME_HELP),))
LOCATION = Form(
    (
        Field("name", N_("Name"), help=_NAME_HELP),
        Field("swift_region", N_("Swift region"), Kind.SELECT, also=("swift region",)),
    )
)
_HERE = "/oci/locations"

Changed = tuple[str, BoundForm]
"""The name of the row whose form was refused, and the form."""


def _create_region(page: PageContext) -> Callable[[Session], object]:
    return lambda session: topology.create_swift_region(session, page.typed.text("name"))


def _create_location(page: PageContext) -> Callable[[Session], object]:
    typed = page.typed
    return lambda session: topology.create_location(
        session, typed.text("name"), typed.text("swift_region")
    )


def _show(
    page: PageContext,
    error: OciError | None = None,
    region: BoundForm | None = None,
    location: BoundForm | None = None,
    changed_region: Changed | None = None,
    changed_location: Changed | None = None,
) -> Response:
    with page.oci.store.read() as session:
        regions = topology.list_swift_regions(session)
        places = topology.list_locations(session)
        networks = topology.list_networks(session)
    names = choices(one.name for one in regions)
    values = {
        "regions": regions,
        "locations": places,
        "networks": {
            place.name: [one.name for one in networks if one.location == place.name]
            for place in places
        },
        "seen_regions": {region.name: entity_tag(region) for region in regions},
        "seen_locations": {place.name: entity_tag(place) for place in places},
        "region_forms": {one.name: REGION.show(filled({"name": one.name})) for one in regions}
        | dict([changed_region] if changed_region else []),
        "location_forms": {
            place.name: LOCATION.show(filled(asdict(place)), swift_region=names) for place in places
        }
        | dict([changed_location] if changed_location else []),
        "region_form": region or REGION.show(),
        "location_form": location or LOCATION.show(swift_region=names),
        "error": error.message if error and not (changed_region or changed_location) else "",
    }
    if error is not None:
        return page.refused("locations.html", error, **values)
    return page.render("locations.html", **values)


@router.get("/oci/locations")
def listing(page: Page) -> Response:
    """Show regions and locations, with the forms that make them."""
    return _show(page)


@router.post("/oci/swift-regions")
def create_region(page: Page) -> Response:
    """Create a Swift region."""
    try:
        page.oci.store.write(_create_region(page))
    except OciError as error:
        return _show(page, error, region=REGION.show(page.typed, error))
    return page.see(_HERE, "created")


@router.post("/oci/swift-regions/check")
def check_region(page: Page) -> Response:
    """Tell what is wrong with the form of a region."""
    return check(page, REGION, _create_region(page), "region-")


@router.post("/oci/swift-regions/{name}")
def change_region(page: Page, name: str) -> Response:
    """Give a Swift region another name."""
    try:
        page.write(
            topology.show_swift_region,
            name,
            lambda session: topology.rename_swift_region(session, name, page.typed.text("name")),
        )
    except OciError as error:
        return _show(page, error, changed_region=(name, REGION.show(page.typed, error)))
    return page.see(_HERE, "saved")


@router.post("/oci/swift-regions/{name}/delete")
def delete_region(page: Page, name: str) -> Response:
    """Delete a Swift region."""
    return _delete(page, name, topology.show_swift_region, topology.delete_swift_region)


@router.post("/oci/locations")
def create_location(page: Page) -> Response:
    """Create a location."""
    try:
        page.oci.store.write(_create_location(page))
    except OciError as error:
        return _show(page, error, location=_refused_location(page, error))
    return page.see(_HERE, "created")


def _refused_location(page: PageContext, error: OciError) -> BoundForm:
    with page.oci.store.read() as session:
        names = choices(one.name for one in topology.list_swift_regions(session))
    return LOCATION.show(page.typed, error, swift_region=names)


@router.post("/oci/locations/check")
def check_location(page: Page) -> Response:
    """Tell what is wrong with the form of a location."""
    return check(page, LOCATION, _create_location(page), "location-")


@router.post("/oci/locations/{name}")
def change_location(page: Page, name: str) -> Response:
    """Give a location another name or Swift region."""
    typed = page.typed
    try:
        page.write(
            topology.show_location,
            name,
            lambda session: topology.change_location(
                session, name, typed.text("name"), typed.text("swift_region")
            ),
        )
    except OciError as error:
        return _show(page, error, changed_location=(name, _refused_location(page, error)))
    return page.see(_HERE, "saved")


@router.post("/oci/locations/{name}/delete")
def delete_location(page: Page, name: str) -> Response:
    """Delete a location."""
    return _delete(page, name, topology.show_location, topology.delete_location)


def _delete(
    page: PageContext, name: str, show: Show, work: Callable[[Session, str], None]
) -> Response:
    try:
        page.typed.confirm(name)
        page.write(show, name, lambda session: work(session, name))
    except OciError as error:
        return _show(page, error)
    return page.see(_HERE, "deleted")
