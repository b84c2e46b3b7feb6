"""Settings of clusters and machines; every option comes from the table of settings."""

import argparse
from argparse import Namespace
from typing import ClassVar

from cliff._argparse import ArgumentParser

from ocinstaller.cli.base import MACHINE, Argument, Document, OciLister, Rows, many
from ocinstaller.cli.client import UsageError, path
from ocinstaller.model.settings import GROUPS, Kind, Setting

_CHANGES = {"setting": "name", "before": "before", "after": "after", "machines": "machines"}
_STRUCTURED = ("json", "yaml")


def changed(parsed_args: Namespace, answer: Document) -> Rows:
    """Return the server's answer to a change of settings as a table."""
    changes = answer["changes"]
    if parsed_args.formatter not in _STRUCTURED:
        changes = [change | {"machines": " ".join(change["machines"])} for change in changes]
    return many(_CHANGES, changes)


class _SettingsList(OciLister):
    """Shows the settings of an object."""

    collection: ClassVar[str]

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        (name,) = (getattr(parsed_args, argument.flags[0]) for argument in self.arguments[:1])
        document = self.client.get(path(self.collection, name, "settings"))
        found = document["settings"]
        if parsed_args.changed:
            found = [setting for setting in found if not setting["is_default"]]
        for setting in found:
            setting["default"] = "yes" if setting["is_default"] else "no"
        return many({"setting": "name", "value": "value", "default": "default"}, found)


_CHANGED = Argument("--changed", action="store_true", help="only those not at their default")


class ClusterSettings(_SettingsList):
    """Show the settings of a cluster."""

    collection = "clusters"
    arguments = (Argument("name", help="name of the cluster"), _CHANGED)


class MachineSettings(_SettingsList):
    """Show the settings of a machine."""

    collection = "machines"
    arguments = (MACHINE, _CHANGED)


class SettingList(OciLister):
    """List what settings there are: names, types, defaults, what is allowed, who receives them."""

    arguments = (Argument("scope", choices=("cluster", "machine"), help="cluster or machine"),)

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        found = self.client.get(path("settings", parsed_args.scope))
        fields = ("name", "type", "default", "unit", "allowed", "roles", "help")
        if parsed_args.formatter not in _STRUCTURED:
            found = [setting | {"roles": " ".join(setting["roles"])} for setting in found]
        return many({field: field for field in fields}, found)


class _Set(OciLister):
    """Changes settings of an object and shows what that concerns."""

    collection: ClassVar[str]
    scope: ClassVar[str]

    def get_parser(self, prog_name: str) -> ArgumentParser:
        """Add an option for each setting."""
        parser = super().get_parser(prog_name)
        for heading, settings in GROUPS[self.scope].items():
            group = parser.add_argument_group(heading)
            for setting in settings:
                _add_option(group, setting)
        parser.add_argument(
            "--default",
            action="append",
            default=[],
            metavar="SETTING",
            help="return a setting to its default (may be repeated)",
        )
        return parser

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        wanted: Document = dict.fromkeys(parsed_args.default)
        for settings in GROUPS[self.scope].values():
            for setting in settings:
                value = getattr(parsed_args, f"setting_{setting.name}")
                if value is not None:
                    wanted[setting.name] = value
        if not wanted:
            raise UsageError("nothing to set: give at least one option; --help lists them")
        (name,) = (getattr(parsed_args, argument.flags[0]) for argument in self.arguments)
        answer = self.client.patch(path(self.collection, name, "settings"), {"settings": wanted})
        return changed(parsed_args, answer)


def _add_option(group: argparse._ArgumentGroup, setting: Setting) -> None:
    unit = f" [{setting.unit}]" if setting.unit else ""
    choices = list(setting.choices) or (["yes", "no"] if setting.kind is Kind.BOOLEAN else [])
    if choices and setting.inherits:
        choices.append(str(setting.default))
    group.add_argument(
        *setting.flags,
        dest=f"setting_{setting.name}",
        choices=choices or None,
        metavar=None if choices else setting.kind.upper(),
        help=f"{setting.help}{unit}".replace("%", "%%"),
    )


class ClusterSet(_Set):
    """Change settings of a cluster; shows which machines that concerns."""

    collection, scope = "clusters", "cluster"
    arguments = (Argument("name", help="name of the cluster"),)


class MachineSet(_Set):
    """Change settings of a machine; shows which machines that concerns."""

    collection, scope = "machines", "machine"
    arguments = (MACHINE,)
