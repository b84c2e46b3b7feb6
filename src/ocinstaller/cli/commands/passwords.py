"""Secrets of clusters, for administrators."""

from argparse import Namespace

from ocinstaller.cli.base import (
    Argument,
    Columns,
    OciLister,
    OciShow,
    Rows,
    many,
    one,
)
from ocinstaller.cli.client import path
from ocinstaller.cli.commands.users import PASSWORD_STDIN, ask_password

_ID = Argument("id", help="CLUSTER.NAME, as password-list shows it")


class PasswordList(OciLister):
    """List the secrets of clusters, without their values."""

    arguments = (Argument("cluster", nargs="?", help="only those of this cluster"),)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        wanted = {} if parsed_args.cluster is None else {"cluster": parsed_args.cluster}
        found = self.client.get(path("passwords"), **wanted)
        fields = ("id", "cluster", "name", "type", "present")
        return many({field: field for field in fields}, found)


class PasswordShow(OciShow):
    """Show a secret of a cluster."""

    arguments = (_ID,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        answer = self.client.get(path("passwords", parsed_args.id))
        return one(answer["password"] | {"value": answer["value"]})


class PasswordSet(OciShow):
    """Set a secret of a cluster; asks for it, and says what has to run afterwards."""

    arguments = (_ID, PASSWORD_STDIN)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body: dict[str, object] = {"password": ask_password(parsed_args)}
        answer = self.client.put(path("passwords", parsed_args.id), body)
        fields = {"id": answer["password"]["id"], "machines": answer["machines"]}
        return one(fields | {"next": answer["next"]})
