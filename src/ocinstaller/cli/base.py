"""What the commands of `ocicli` share."""

from argparse import Namespace
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from cliff._argparse import ArgumentParser
from cliff.command import Command
from cliff.formatters.base import Formatter
from cliff.lister import Lister
from cliff.show import ShowOne
from stevedore import ExtensionManager

from ocinstaller.cli import formatters
from ocinstaller.cli.client import Client, UsageError, path
from ocinstaller.cli.examples import EXAMPLES
from ocinstaller.cli.plain_table import PlainTable

Document = dict[str, Any]
Rows = tuple[tuple[str, ...], list[tuple[Any, ...]]]
Columns = tuple[tuple[str, ...], tuple[Any, ...]]


class Argument:
    """An argument of a command: what argparse's `add_argument` takes."""

    def __init__(self, *flags: str, **options: Any) -> None:
        self.flags = flags
        self.options = options


MACHINE = Argument("machine", help="serial number or host name")


class OciCommand(Command):
    """A command that prints nothing when it succeeds; it declares its arguments as data."""

    arguments: ClassVar[tuple[Argument, ...]] = ()

    def _load_hooks(self) -> None:
        """Have none: cliff would search all installed distributions for commands' extensions."""
        self._hooks = formatters.manager({})

    def get_parser(self, prog_name: str) -> ArgumentParser:
        """Add the declared arguments."""
        parser = super().get_parser(prog_name)
        for argument in self.arguments:
            parser.add_argument(*argument.flags, **argument.options)
        return parser

    def get_epilog(self) -> str:
        """Return the example; cliff would search all installed distributions for our name."""
        example = EXAMPLES.get(self.cmd_name or "")
        return f"Example: {example}" if example else ""

    @property
    def client(self) -> Client:
        """The connection to the server."""
        client = getattr(self.app, "client", None)
        assert isinstance(client, Client)  # noqa: S101 - tells the type checker
        return client


class OciDelete(OciCommand):
    """A command that deletes the object which its only argument names."""

    collection: ClassVar[str]
    """The part of the API's paths below which the object is."""

    def take_action(self, parsed_args: Namespace) -> None:
        """Ask the server."""
        (name,) = (getattr(parsed_args, argument.flags[0]) for argument in self.arguments)
        self.client.delete(path(self.collection, name))


class OciLister(OciCommand, Lister):
    """A command that prints a table."""

    def _load_formatter_plugins(self) -> "ExtensionManager[Formatter]":
        return formatters.manager(formatters.OF_A_LIST)

    def produce_output(
        self, parsed_args: Namespace, column_names: Sequence[str], data: Iterable[Sequence[Any]]
    ) -> int:
        """Print, long tables by our own writer."""
        if parsed_args.formatter == "table":
            self.formatter = PlainTable(self.formatter)
        return int(super().produce_output(parsed_args, column_names, data))


class OciShow(OciCommand, ShowOne):
    """A command that prints one object."""

    def _load_formatter_plugins(self) -> "ExtensionManager[Formatter]":
        return formatters.manager(formatters.OF_ONE)


def one(document: Document) -> Columns:
    """Return a document as cliff's pair of names and values."""
    return tuple(document), tuple(document.values())


def many(columns: dict[str, str], documents: list[Document]) -> Rows:
    """Return documents as a table.

    :param columns: heading of each column and the document's field under it
    """
    rows = [tuple(document[field] for field in columns.values()) for document in documents]
    return tuple(columns), rows


def something(body: Document) -> Document:
    """Return what to change, without what was not given.

    :raises UsageError: nothing was given
    """
    given = {name: value for name, value in body.items() if value is not None}
    if not given:
        raise UsageError("nothing to set: give at least one option; --help lists them")
    return given
