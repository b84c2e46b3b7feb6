"""Racking and hardware profiles."""

import sys
from argparse import Namespace
from pathlib import Path

from ocinstaller.cli.base import (
    MACHINE,
    Argument,
    Columns,
    OciCommand,
    OciLister,
    OciShow,
    Rows,
    many,
    one,
)
from ocinstaller.cli.client import path
from ocinstaller.cli.commands.plans import FileError


class MachineGuessRacking(OciShow):
    """Show where a machine is racked, by the switch ports that its cables end at."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.get(path("machines", parsed_args.machine, "racking")))


class MachineAutoRack(OciShow):
    """Store where a machine is racked, by the switch ports that its cables end at."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.post(path("machines", parsed_args.machine, "racking")))


class MachineAutoAdd(OciShow):
    """Enrol a machine with the role of its hardware profile, at the location of its rack."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        target = path("machines", parsed_args.machine, "automatic-enrolment")
        return one(self.client.post(target))


class ProfileList(OciLister):
    """List the site's hardware profiles; memory in GiB."""

    def take_action(self, _parsed_args: Namespace) -> Rows:
        """Ask the server."""
        profiles = self.client.get(path("hardware-profiles"))
        return many(
            _PROFILE, [p | {"product_names": "/".join(p["product_names"])} for p in profiles]
        )


_PROFILE = {"profile_name": "name"} | {
    name: name for name in ("role", "product_names", "ram_min", "ram_max")
}


class MachineGuessedProfile(OciLister):
    """List the hardware profiles that a machine fits."""

    arguments = (
        MACHINE,
        Argument(
            "-d",
            "--explain",
            action="store_true",
            help="also list the others, each with why the machine does not fit it",
        ),
    )

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        found = self.client.get(path("machines", parsed_args.machine, "profile"))
        if not parsed_args.explain:
            return ("profile_name",), [(name,) for name in found["profiles"]]
        fitting = [(name, "yes", "") for name in found["profiles"]]
        others = [(name, "no", reason) for name, reason in found["rejected"].items()]
        return ("profile_name", "fits", "reason"), fitting + others


_DOCUMENT = Argument(
    "document",
    help="hardware-profiles or racking-map",
    choices=("hardware-profiles", "racking-map"),
)


class SiteDocumentShow(OciCommand):
    """Print the site's hardware profiles or racking map as they are."""

    arguments = (_DOCUMENT,)

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        found = self.client.get(path("site-documents", parsed_args.document))
        print(found["text"], end="")
        if found["problem"]:
            print(found["problem"], file=sys.stderr)


class SiteDocumentSet(OciCommand):
    """Replace the site's hardware profiles or racking map on the server."""

    arguments = (_DOCUMENT, Argument("file", help="JSON; - is standard input"))

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        name = parsed_args.file
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FileError(f"{name}: {error}") from error
        self.client.put(path("site-documents", parsed_args.document), {"text": text})
