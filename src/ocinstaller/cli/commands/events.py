"""The stream of events."""

import json
import time
from argparse import Namespace
from datetime import datetime
from itertools import islice

from ocinstaller.cli.base import Argument, Document, OciCommand, OciLister, Rows, many
from ocinstaller.cli.following import blocks, events

_FOREVER = float("inf")
_PATIENCE_S = 60.0  # for what there is already
_FILTERS = (
    Argument(
        "--kind", action="append", default=[], help="only this kind, such as machine; repeatable"
    ),
    Argument("--cluster", help="only what belongs to this cluster"),
    Argument("--machine", help="only what belongs to this machine: serial number or host name"),
)
_COLUMNS = ("id", "at", "kind", "name", "change", "cluster", "machine", "details")


def _query(parsed_args: Namespace) -> list[tuple[str, object]]:
    given = [(name, getattr(parsed_args, name)) for name in ("cluster", "machine", "after")]
    return [
        *(("kind", kind) for kind in parsed_args.kind),
        *((name, value) for name, value in given if value is not None),
        ("last", parsed_args.last),
    ]


def _row(document: Document) -> Document:
    """Return an event with what only its kind has as details."""
    details = {name: value for name, value in document.items() if name not in _COLUMNS}
    return document | {"details": json.dumps(details, separators=(",", ":")) if details else ""}


class EventList(OciLister):
    """List the newest events, oldest first."""

    arguments = (
        *_FILTERS,
        Argument("--after", type=int, help="those behind the event with this number"),
        Argument("--last", type=int, default=100, help="of so many of the newest (100)"),
    )

    def take_action(self, parsed_args: Namespace) -> Rows:
        """Ask the server."""
        query = [*_query(parsed_args), ("follow", "false")]
        found = blocks(self.client, query, time.monotonic() + _PATIENCE_S)
        rows = [_row(block.document) for block in found if "id" in block.document]
        return many({name: name for name in _COLUMNS}, rows)


class EventFollow(OciCommand):
    """Print events as they happen, until interrupted."""

    arguments = (
        *_FILTERS,
        Argument("--after", type=int, help="begin behind the event with this number"),
        Argument("--last", type=int, default=0, help="begin with so many of the newest (0)"),
        Argument("--count", type=int, help="end after so many events"),
        Argument("--json", action="store_true", help="a JSON object on each line"),
    )

    def take_action(self, parsed_args: Namespace) -> None:
        """Follow the server."""
        found = events(self.client, _query(parsed_args), _FOREVER)
        documents = (block.document for block in found if "id" in block.document)
        try:
            for document in islice(documents, parsed_args.count):
                print(json.dumps(document) if parsed_args.json else _line(document), flush=True)
        except KeyboardInterrupt:
            return


def _line(document: Document) -> str:
    when = datetime.fromisoformat(document["at"]).astimezone()
    details = _row(document)["details"]
    said = f"{document['kind']} {document['name']} {document['change']} {details}"
    return f"{when:%H:%M:%S} {document['id']} {said.rstrip()}"
