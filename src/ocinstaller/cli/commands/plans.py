"""What would change, and clusters as files."""

import argparse
import json
import sys
from argparse import Namespace
from pathlib import Path

from ocinstaller.cli.base import Argument, Document, OciCommand, OciLister, Rows, many
from ocinstaller.cli.client import ClientError, path
from ocinstaller.cli.folding import concerns_puppet, folded, shortened, summary

_COLUMNS = {
    "section": "section",
    "subject": "subject",
    "item": "item",
    "before": "before",
    "after": "after",
}
_WOULD_CHANGE = 2
_STRUCTURED = ("json", "yaml")


_FULL = Argument(
    "--full",
    action="store_true",
    help="in the table: classes and parameters too, a row for each machine, and whole values",
)


class FileError(ClientError):
    """The file cannot be read (exit code 1)."""


class _Changes(OciLister):
    """Shows changes as a table."""

    def rows(self, parsed_args: Namespace, changes: list[Document]) -> Rows:
        """Return the table; in the formats for people, values that are lists become one line."""
        if not changes:
            print("nothing to change", file=sys.stderr)
        elif parsed_args.formatter == "table" and not parsed_args.full:
            print(f"changes: {summary(changes)}", file=sys.stderr)
            plain = [change for change in changes if not concerns_puppet(change)]
            if len(plain) < len(changes):
                print("--full shows what Puppet gets, and every row", file=sys.stderr)
            changes = [shortened(change) for change in folded(plain)]
        if parsed_args.formatter not in _STRUCTURED:
            changes = [
                change | {side: _line(change[side]) for side in ("before", "after")}
                for change in changes
            ]
        return many(_COLUMNS, changes)


def _line(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _added(text: str) -> Document:
    """Return ROLE[:COUNT[:LOCATION]] as the API takes it."""
    role, _, rest = text.partition(":")
    count, _, location = rest.partition(":")
    if not role or (count and not count.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not ROLE[:COUNT[:LOCATION]]")
    return {"role": role, "count": int(count or 1), "location": location or None}


def _set(text: str) -> tuple[str, str]:
    """Return NAME=VALUE as a pair."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _file(name: str) -> Document:
    """Return a file's name and text as the API takes them; `-` is standard input.

    :raises FileError: it cannot be read
    """
    if name == "-":
        return {"name": "(standard input)", "text": sys.stdin.read()}
    try:
        return {"name": name[-255:], "text": Path(name).read_text(encoding="utf-8")}
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{name}: {error}") from error


class ClusterPlan(_Changes):
    """Show what would change; exit code 2 when something would, 0 when nothing."""

    arguments = (
        Argument("target", help="a cluster file; with one of the options: name of a cluster"),
        Argument(
            "--add-machine",
            action="append",
            type=_added,
            default=[],
            metavar="ROLE[:COUNT[:LOCATION]]",
            help="machines to add (may be repeated)",
        ),
        Argument(
            "--remove-machine",
            action="append",
            default=[],
            metavar="HOSTNAME",
            help="a machine to remove (may be repeated)",
        ),
        Argument(
            "--set",
            action="append",
            type=_set,
            default=[],
            metavar="NAME=VALUE",
            help="a setting of the cluster to change (may be repeated)",
        ),
        _FULL,
    )
    _changes = False

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        change = {
            "add_machines": parsed_args.add_machine,
            "remove_machines": parsed_args.remove_machine,
            "settings": dict(parsed_args.set),
        }
        if any(change.values()):
            answer = self.client.post(path("clusters", parsed_args.target, "plan"), change)
        else:
            answer = self.client.post(path("cluster-files", "plan"), _file(parsed_args.target))
        self._changes = bool(answer["changes"])
        return self.rows(parsed_args, answer["changes"])

    def run(self, parsed_args: Namespace) -> int:
        """Run the command and return its exit code."""
        failed = int(super().run(parsed_args))
        return failed or (_WOULD_CHANGE if self._changes else 0)


class ClusterExport(OciCommand):
    """Print a cluster as a YAML file for cluster-plan and cluster-apply."""

    arguments = (Argument("name", help="name of the cluster"),)

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        print(self.client.get(path("clusters", parsed_args.name, "file"))["text"], end="")


class ClusterOpenrc(OciCommand):
    """Print the environment in which `openstack` is the administrator of a cluster."""

    arguments = (Argument("name", help="name of the cluster"),)

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        print(self.client.get(path("clusters", parsed_args.name, "openrc"))["text"], end="")


class ClusterApply(_Changes):
    """Make a cluster what a file says, in one transaction or not at all."""

    arguments = (
        Argument("file", help="a cluster file; - is standard input"),
        Argument(
            "--remove-machines",
            action="store_true",
            help="let machines leave the cluster when the file does not have them",
        ),
        _FULL,
    )

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        body = _file(parsed_args.file) | {"remove_machines": parsed_args.remove_machines}
        answer = self.client.post(path("cluster-files", "apply"), body)
        return self.rows(parsed_args, answer["changes"])
