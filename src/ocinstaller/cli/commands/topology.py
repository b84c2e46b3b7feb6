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
    something,
)
from ocinstaller.cli.client import path

_REGION = Argument("name", help="name of the region")
_LOCATION = Argument("name", help="name of the location")


class SwiftRegionCreate(OciShow):
    """Create a Swift region."""

    arguments = (_REGION,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.post(path("swift-regions"), {"name": parsed_args.name}))


class SwiftRegionShow(OciShow):
    """Show a Swift region and the locations in it."""

    arguments = (_REGION,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        region = self.client.get(path("swift-regions", parsed_args.name))
        places = self.client.collect(path("locations"), swift_region=parsed_args.name)
        return one({**region, "locations": ", ".join(place["name"] for place in places)})


class SwiftRegionSet(OciShow):
    """Give a Swift region another name."""

    arguments = (_REGION, Argument("--name", dest="new_name", required=True, help="its new name"))

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = {"name": parsed_args.new_name}
        return one(self.client.patch(path("swift-regions", parsed_args.name), body))


class SwiftRegionDelete(OciDelete):
    """Delete a Swift region without locations."""

    collection = "swift-regions"
    arguments = (_REGION,)


class SwiftRegionList(OciLister):
    """List the Swift regions."""

    def take_action(self, _parsed_args: Namespace) -> Rows:
        """Ask the server."""
        return many({"name": "name"}, self.client.collect(path("swift-regions")))


class LocationCreate(OciShow):
    """Create a location in a Swift region."""

    arguments = (
        _LOCATION,
        Argument("swift_region", help="name of its Swift region"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = {"name": parsed_args.name, "swift_region": parsed_args.swift_region}
        return one(self.client.post(path("locations"), body))


class LocationShow(OciShow):
    """Show a location and the networks in it."""

    arguments = (_LOCATION,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        place = self.client.get(path("locations", parsed_args.name))
        networks = self.client.collect(path("networks"), location=parsed_args.name)
        return one({**place, "networks": ", ".join(network["name"] for network in networks)})


class LocationSet(OciShow):
    """Give a location another name or Swift region."""

    arguments = (
        _LOCATION,
        Argument("--name", dest="new_name", help="its new name"),
        Argument("--swift-region", help="its new Swift region: rings follow when next calculated"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = something({"name": parsed_args.new_name, "swift_region": parsed_args.swift_region})
        return one(self.client.patch(path("locations", parsed_args.name), body))


class LocationDelete(OciDelete):
    """Delete a location that nothing uses."""

    collection = "locations"
    arguments = (_LOCATION,)


class LocationList(OciLister):
    """List the locations."""

    def take_action(self, _parsed_args: Namespace) -> Rows:
        """Ask the server."""
        columns = {"name": "name", "swiftregion": "swift_region"}
        return many(columns, self.client.collect(path("locations")))
