"""The audit."""

import json
from argparse import Namespace

from ocinstaller.cli.base import Argument, Document, OciLister, Rows, many
from ocinstaller.cli.client import path

_COLUMNS = {
    "id": "id",
    "at": "at",
    "actor": "actor",
    "address": "address",
    "via": "via",
    "action": "action",
    "object": "object",
    "result": "result",
    "before": "before",
    "after": "after",
    "reason": "reason",
}
_FILTERS = {
    "actor": "login or system account",
    "address": "address that the request came from",
    "action": "action, such as machine-add",
    "object-kind": "kind of object, such as machine",
    "object-name": "name of the object",
    "since": "time with zone, such as 2026-01-31T08:00:00Z",
    "until": "time with zone",
    "before-id": "only records older than this one",
    "limit": "so many records at most (100)",
}


class AuditList(OciLister):
    """List what was done and refused, newest first."""

    arguments = (
        *(Argument(f"--{name}", help=text) for name, text in _FILTERS.items()),
        Argument("--result", choices=("done", "refused"), help="only these"),
    )

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        names = [name.replace("-", "_") for name in (*_FILTERS, "result")]
        given = {name: getattr(parsed_args, name) for name in names}
        query = {name: value for name, value in given.items() if value is not None}
        records: list[Document] = self.client.get(path("audit"), **query)
        return many(_COLUMNS, [_readable(record) for record in records])


def _readable(record: Document) -> Document:
    """Return a record with the changes as compact JSON, empty when there are none."""
    about = f"{record['object_kind']} {record['object_name']}".strip()
    changes = {
        side: json.dumps(record[side], separators=(",", ":")) if record[side] else ""
        for side in ("before", "after")
    }
    return record | changes | {"object": about}
