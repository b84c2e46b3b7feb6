"""All commands with their arguments, as data: for the manual page and completion."""

import argparse
import importlib
from dataclasses import dataclass
from typing import Any

from ocinstaller.cli.app import OciCli
from ocinstaller.cli.base import OciLister, OciShow
from ocinstaller.cli.examples import EXAMPLES
from ocinstaller.cli.table import COMMANDS


@dataclass(frozen=True)
class Described:
    """A command as its users see it."""

    name: str
    summary: str
    arguments: tuple[argparse.Action, ...]
    """Its own."""
    common: tuple[argparse.Action, ...]
    """Those that all listings share."""
    example: str

    @property
    def positionals(self) -> list[argparse.Action]:
        """The arguments without a name, in their order."""
        return [action for action in self.arguments if not action.option_strings]

    @property
    def options(self) -> list[argparse.Action]:
        """The arguments with a name."""
        return [action for action in self.arguments if action.option_strings]


def described() -> list[Described]:
    """Return all commands; imports the module of each."""
    app = OciCli()
    shared = {a.dest for cls in (OciLister, OciShow) for a in _arguments(app, cls, "")}
    found = []
    for entry in COMMANDS:
        module = importlib.import_module(f"ocinstaller.cli.commands.{entry.module}")
        cls = getattr(module, entry.cls)
        arguments = _arguments(app, cls, entry.name)
        own = tuple(argument for argument in arguments if argument.dest not in shared)
        common = tuple(argument for argument in arguments if argument.dest in shared)
        summary = str(cls.__doc__).splitlines()[0]
        found.append(Described(entry.name, summary, own, common, EXAMPLES.get(entry.name, "")))
    return found


def listing_options() -> list[argparse.Action]:
    """Return the options that choose how listings are printed, and `--help`."""
    return _arguments(OciCli(), OciLister, "")


def _arguments(app: OciCli, cls: Any, name: str) -> list[argparse.Action]:
    # Listings are abstract until they say where their rows come from; parsers need no rows.
    concrete = type(cls.__name__, (cls,), {"take_action": lambda *_: None})
    parser: argparse.ArgumentParser = concrete(app, None, name).get_parser(f"ocicli {name}")
    return parser._actions
