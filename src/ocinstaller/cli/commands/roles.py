"""Roles."""

from argparse import Namespace

from ocinstaller.cli.base import Argument, Columns, OciDelete, OciLister, OciShow, Rows, many, one
from ocinstaller.cli.client import path

_ROLE = Argument("name", help="name of the role")


class RoleCreate(OciShow):
    """Add a role of the site: plain systems of this name, with networks of their own if wanted."""

    arguments = (
        Argument("name", help="name of the role, the second part of host names"),
        Argument("--purpose", default="", help="what its machines are for"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = {"name": parsed_args.name, "purpose": parsed_args.purpose}
        return one(self.client.post(path("roles"), body))


class RoleShow(OciShow):
    """Show a role."""

    arguments = (_ROLE,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.get(path("roles", parsed_args.name)))


class RoleSet(OciShow):
    """Say otherwise what a role of the site is for."""

    arguments = (_ROLE, Argument("--purpose", required=True, help="what its machines are for"))

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = {"purpose": parsed_args.purpose}
        return one(self.client.patch(path("roles", parsed_args.name), body))


class RoleDelete(OciDelete):
    """Delete a role of the site that nothing uses."""

    collection = "roles"
    arguments = (_ROLE,)


class RoleList(OciLister):
    """List the roles that a machine can have."""

    def take_action(self, _parsed_args: Namespace) -> Rows:
        """Ask the server."""
        columns = {"name": "name", "purpose": "purpose", "site": "site"}
        return many(columns, self.client.get(path("roles")))
