"""API tokens."""

from argparse import Namespace

from ocinstaller.cli.base import (
    Argument,
    Columns,
    Document,
    OciCommand,
    OciLister,
    OciShow,
    Rows,
    many,
    one,
)
from ocinstaller.cli.client import path

_NAME = Argument("name", help="name of the token")


class TokenList(OciLister):
    """List your tokens, and everybody's for administrators."""

    def take_action(self, _parsed_args: Namespace) -> Rows:
        """Ask the server."""
        fields = ("name", "login", "role", "created_at", "expires_at", "expired")
        return many({field: field for field in fields}, self.client.get(path("tokens")))


class TokenCreate(OciShow):
    """Make a token for yourself; shown this once, to be used as OCI_TOKEN."""

    arguments = (
        _NAME,
        Argument("--role", help="viewer, operator or administrator; not above your own (own)"),
        Argument("--days", type=int, help="days until it expires (90)"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body: dict[str, object] = {"name": parsed_args.name}
        if parsed_args.role is not None:
            body["role"] = parsed_args.role
        if parsed_args.days is not None:
            body["days"] = parsed_args.days
        answer: Document = self.client.post(path("tokens"), body)
        return one({"token": answer["token"], **answer["about"]})


class TokenDelete(OciCommand):
    """End a token."""

    arguments = (_NAME,)

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        self.client.delete(path("tokens", parsed_args.name))
