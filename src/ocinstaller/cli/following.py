"""Following the server's events: how commands wait without asking again and again."""

import http.client
import json
import time
from collections.abc import Iterator
from typing import NamedTuple

from ocinstaller.cli.base import Document
from ocinstaller.cli.client import Client, RefusedError, UnreachableError, path

_SILENCE_S = 45.0  # three of the server's comments: then the connection is lost
_AGAIN_S = 2.0


class Block(NamedTuple):
    """A block of the stream."""

    kind: str
    """Of the event; empty for a comment, which says that the connection works."""
    document: Document


def blocks(client: Client, query: list[tuple[str, object]], end: float) -> Iterator[Block]:
    """Return the blocks of one stream, until it ends or `end` (of `time.monotonic`) has come.

    :raises RefusedError: the server does not give it
    :raises UnreachableError: the server cannot be reached, or no longer
    """
    with client.stream(path("events"), query) as (connection, response):
        fields: dict[str, str] = {}
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(min(left, _SILENCE_S))
            try:
                line = response.readline().decode().rstrip("\n")
            except TimeoutError as error:
                if time.monotonic() < end:
                    raise UnreachableError(f"no word for {_SILENCE_S:.0f} seconds") from error
                return
            except (OSError, http.client.HTTPException) as error:
                raise UnreachableError(str(error)) from error
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif not fields:
                return
            else:
                yield Block(fields.get("event", ""), json.loads(fields.get("data", "{}")))
                fields = {}


def events(client: Client, query: list[tuple[str, object]], end: float) -> Iterator[Block]:
    """Return events until `end`, over as many streams as it takes; comments too.

    :raises RefusedError: the server does not give them
    :raises UnreachableError: the first stream cannot be had
    """
    asked, opened = list(query), False
    while time.monotonic() < end:
        try:
            for block in blocks(client, asked, end):
                opened = True
                if "id" in block.document:
                    asked = [pair for pair in query if pair[0] not in ("after", "last")]
                    asked.append(("after", block.document["id"]))
                yield block
        except UnreachableError:
            if not opened:
                raise
        time.sleep(max(0.0, min(_AGAIN_S, end - time.monotonic())))


def moments(client: Client, machine: str, end: float) -> Iterator[None]:
    """Yield whenever it is worth looking at a machine again, until `end`: now, and after events.

    Without a stream it is every two seconds.
    """
    while time.monotonic() < end:
        try:
            for _ in blocks(client, [("machine", machine)], end):
                yield
        except (RefusedError, UnreachableError):
            yield
        time.sleep(max(0.0, min(_AGAIN_S, end - time.monotonic())))
    yield
