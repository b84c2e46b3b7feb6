"""The list of machines, with its columns, filters and letters."""

import re
from argparse import Namespace
from collections.abc import Mapping

from ocinstaller.cli import letters
from ocinstaller.cli.base import Argument, OciLister, Rows, many
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
