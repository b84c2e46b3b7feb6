"""Swift regions and locations."""

from argparse import Namespace

from ocinstaller.cli.base import (
    Argument,
    Columns,
    OciDelete,
    OciLister,
    OciShow,
    Rows,
    many,
    one,
)
from ocinstaller.cli.client import path


class SwiftRegionCreate(OciShow):
    """Create a Swift region."""

    arguments = (Argument("name", help="name of the region"),)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.post(path("swift-regions"), {"name": parsed_args.name}))


class SwiftRegionDelete(OciDelete):
    """Delete a Swift region without locations."""

    collection = "swift-regions"
    arguments = (Argument("name", help="name of the region"),)


class SwiftRegionList(OciLister):
    """List the Swift regions."""

    def take_action(self, _parsed_args: Namespace) -> Rows:
        """Ask the server."""
        return many({"name": "name"}, self.client.collect(path("swift-regions")))


class LocationCreate(OciShow):
    """Create a location in a Swift region."""

    arguments = (
        Argument("name", help="name of the location"),
        Argument("swift_region", help="name of its Swift region"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = {"name": parsed_args.name, "swift_region": parsed_args.swift_region}
        return one(self.client.post(path("locations"), body))


class LocationDelete(OciDelete):
    """Delete a location that nothing uses."""

    collection = "locations"
    arguments = (Argument("name", help="name of the location"),)


class LocationList(OciLister):
    """List the locations."""

    def take_action(self, _parsed_args: Namespace) -> Rows:
        """Ask the server."""
        columns = {"name": "name", "swiftregion": "swift_region"}
        return many(columns, self.client.collect(path("locations")))
