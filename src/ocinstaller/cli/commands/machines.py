"""Machines: listing, enrolment and removal."""

import json
import re
import sys
from argparse import Namespace
from collections.abc import Mapping

from ocinstaller.cli import letters
from ocinstaller.cli.base import (
    MACHINE,
    Argument,
    Columns,
    Document,
    OciDelete,
    OciLister,
    OciShow,
    Rows,
    many,
    one,
)
from ocinstaller.cli.client import UsageError, path
from ocinstaller.model.machine_columns import GROUPS, ORDERS


class MachineList(OciLister):
    """List the machines, all or those that match.

    Options with a letter add columns behind serial, hostname, Cur_ip and status. Of this command
    -h is --hardware and -v is --versions.
    """

    arguments = (
        Argument("--cluster", help="those of this cluster; '' for those of none"),
        Argument("--role", help="those of this role"),
        Argument("--status", help="those in this state"),
        Argument("--location", help="those at this location"),
        Argument(
            "--filter",
            action="append",
            default=[],
            metavar="FIELD=VALUE",
            help="those whose field has this value: puppet_status, hostname, product_name; "
            "several with commas between, or several times; also -f FIELD=VALUE",
        ),
        *(
            Argument(
                f"--{group.name}",
                dest="groups",
                action="append_const",
                const=group.name,
                help=f"-{group.letter}: with {group.headings}",
            )
            for group in GROUPS.values()
        ),
        Argument(
            "--all",
            dest="groups",
            action="store_const",
            const=list(GROUPS),
            help=f"-{letters.ALL}: with all of these columns",
        ),
        Argument("-o", "--order", choices=list(ORDERS), help="sort by this"),
    )

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        named = ("cluster", "role", "status", "location")
        wanted = {field: getattr(parsed_args, field) for field in named}
        wanted.update(_pairs(parsed_args.filter))
        if parsed_args.groups or parsed_args.order:
            return self._table(parsed_args, wanted)
        return many(_USUAL, self.client.collect(path("machines"), **wanted))

    def _table(self, parsed_args: Namespace, wanted: Mapping[str, str | None]) -> Rows:
        given = {field: value for field, value in wanted.items() if value is not None}
        if parsed_args.order:
            given["order"] = parsed_args.order
        groups = list(dict.fromkeys(parsed_args.groups or ()))
        table = self.client.get(path("machine-table"), group=groups, **given)
        return tuple(table["columns"]), [tuple(row) for row in table["rows"]]


_USUAL = {
    "serial": "serial",
    "hostname": "hostname",
    "Cur_ip": "ip",
    "status": "status",
    "puppet": "puppet_status",
    "role": "role",
    "cluster": "cluster",
    "location": "location",
    "product": "product_name",
}
"""Columns without any option: what is asked for most."""
_FURTHER = re.compile(r",(?=\w+=)")
_ORIGINAL = {"cluster_name": "cluster", "location_name": "location"}
"""Fields that the original names otherwise."""


def _pairs(given: list[str]) -> dict[str, str]:
    """Return the fields and values of --filter.

    :raises UsageError: one has no equals sign
    """
    pairs = [text for texts in given for text in _FURTHER.split(texts)]
    for text in pairs:
        if "=" not in text:
            raise UsageError(f"--filter: {text!r} is not FIELD=VALUE")
    found = dict(text.split("=", 1) for text in pairs)
    return {_ORIGINAL.get(field, field): value for field, value in found.items()}


class MachineShow(OciShow):
    """Show a machine: its state, its place and its hardware."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        detail = self.client.get(path("machines", parsed_args.machine))
        flat: Document = {
            **detail["machine"],
            **detail["hardware"],
            "first_seen": detail["first_seen"],
            "report_counter": detail["report_counter"],
            "plugin_calls": detail["plugin_calls"],
            "orders": detail["orders"],
        }
        if parsed_args.formatter == "table":
            flat = {name: _readable(value) for name, value in flat.items()}
        return one(flat)


def _readable(value: object) -> object:
    """Show lists of objects one to a line."""
    if isinstance(value, list):
        return "\n".join(json.dumps(item) for item in value)
    return json.dumps(value, indent=1) if isinstance(value, dict) else value


class MachineAdd(OciShow):
    """Enrol a machine: it gets a role, a host name and its addresses."""

    arguments = (
        Argument("machine", help="serial number"),
        Argument("cluster", help="name of the cluster"),
        Argument("role", help="role of the machine: see role-list"),
        Argument("location", help="name of the location"),
        Argument("--fixed-ip", help="its address, instead of the lowest free one"),
    )

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        body = {
            "cluster": parsed_args.cluster,
            "role": parsed_args.role,
            "location": parsed_args.location,
            "fixed_ip": parsed_args.fixed_ip,
        }
        document = self.client.put(path("machines", parsed_args.machine, "enrolment"), body)
        if parsed_args.role == "controller":
            cluster = self.client.get(path("clusters", parsed_args.cluster))
            if cluster["notice"]:
                print(f"notice: cluster {cluster['name']} is {cluster['notice']}", file=sys.stderr)
        return one(document)


class MachineRemove(OciShow):
    """Take a machine out of its cluster."""

    arguments = (MACHINE,)

    def take_action(self, parsed_args: Namespace) -> Columns:
        """Ask the server."""
        return one(self.client.delete(path("machines", parsed_args.machine, "enrolment")))


class MachineDestroy(OciDelete):
    """Forget a machine that belongs to no cluster."""

    collection = "machines"
    arguments = (Argument("machine", help="serial number"),)
