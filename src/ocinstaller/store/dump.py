"""The whole data base as a file of JSON lines that every kind of data base can read back.

::

    {"format": 1, "revision": "0020", "rows": {"clusters": 2, ...}}
    {"table": "clusters", "row": {"id": 1, "name": "cloud", ...}}
    ...
    {"end": true, "sha256": "<of all lines before this one>"}

Binary columns are base64, points in time ISO 8601. Secrets stay sealed with the key of
`secrets.key`, which is not part of the file.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Column, Connection, Table, func, insert, select, text
from sqlalchemy.types import LargeBinary

from ocinstaller.store.tables import Base, UtcDateTime

FORMAT = 1
_BATCH = 500
_LONGEST_LINE = 64 * 1024 * 1024

Progress = Callable[[str, int, int], None]
"""Told the table, how many of its rows are done, and how many it has."""


class DumpError(Exception):
    """The file is not a complete backup that this version can restore."""


def write(
    connection: Connection, revision: str, stream: BinaryIO, progress: Progress
) -> dict[str, int]:
    """Write what the connection's transaction sees; return the number of rows of each table."""
    tables = Base.metadata.sorted_tables
    sizes = {t.name: connection.scalar(select(func.count()).select_from(t)) or 0 for t in tables}
    digest = hashlib.sha256()

    def line(document: dict[str, object]) -> None:
        content = json.dumps(document, separators=(",", ":")).encode() + b"\n"
        digest.update(content)
        stream.write(content)

    line({"format": FORMAT, "revision": revision, "rows": sizes})
    for table in tables:
        query = select(table).order_by(*table.primary_key.columns)
        rows = connection.execution_options(yield_per=_BATCH).execute(query)
        for number, row in enumerate(rows, 1):
            line({"table": table.name, "row": _encoded(table, row._mapping)})
            if number % _BATCH == 0 or number == sizes[table.name]:
                progress(table.name, number, sizes[table.name])
    stream.write(json.dumps({"end": True, "sha256": digest.hexdigest()}).encode() + b"\n")
    return sizes


def _encoded(table: Table, row: Any) -> dict[str, object]:
    return {column.name: _encode(column, row[column.name]) for column in table.columns}


def _encode(column: Column[Any], value: Any) -> object:
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(column.type, UtcDateTime) else value


def _decode(column: Column[Any], value: Any) -> object:
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value, validate=True)
    return datetime.fromisoformat(value) if isinstance(column.type, UtcDateTime) else value


def read_header(stream: BinaryIO) -> dict[str, Any]:
    """Return the first line: format, revision and number of rows of each table.

    :raises DumpError: the file is no backup, or one of another format
    """
    document = _parsed(stream.readline(_LONGEST_LINE), 1)
    if document.get("format") != FORMAT:
        raise DumpError(f"format {document.get('format')!r} is not {FORMAT}")
    return document


def verify(stream: BinaryIO) -> None:
    """Read the file to its end and compare its digest.

    :raises DumpError: it is incomplete or damaged
    """
    digest = hashlib.sha256()
    last = b""
    for content in stream:
        digest.update(last)
        last = content
    document = _parsed(last, 0)
    if document.get("end") is not True:
        raise DumpError("the last line is missing: the backup was broken off")
    if document.get("sha256") != digest.hexdigest():
        raise DumpError("the digest is wrong: the file was changed or damaged")


def restore(connection: Connection, stream: BinaryIO, progress: Progress) -> None:
    """Insert everything that follows the header, in the connection's transaction.

    :raises DumpError: a line is not what this version writes
    """
    tables = {table.name: table for table in Base.metadata.sorted_tables}
    for name, batch, done in _batches(_rows(stream, tables)):
        connection.execute(insert(tables[name]), batch)
        progress(name, done, 0)
    if connection.dialect.name == "postgresql":
        _advance_sequences(connection)


def _rows(stream: BinaryIO, tables: dict[str, Table]) -> Iterator[tuple[str, dict[str, object]]]:
    for number, content in enumerate(stream, 2):
        document = _parsed(content, number)
        if document.get("end"):
            return
        try:
            table = tables[document["table"]]
            row = document["row"]
            yield table.name, {c.name: _decode(c, row[c.name]) for c in table.columns}
        except (KeyError, TypeError, ValueError) as error:
            raise DumpError(f"line {number}: {error!r}") from error


def _batches(
    rows: Iterable[tuple[str, dict[str, object]]],
) -> Iterator[tuple[str, list[dict[str, object]], int]]:
    """Gather the rows of one table; tell how many of it there are so far."""
    name, batch, done = "", list[dict[str, object]](), 0
    for table, row in rows:
        if batch and (table != name or len(batch) == _BATCH):
            yield name, batch, done
            batch = []
        done = done + 1 if table == name else 1
        name = table
        batch.append(row)
    if batch:
        yield name, batch, done


def _advance_sequences(connection: Connection) -> None:
    """Let PostgreSQL's counters go on after the restored numbers; the others look themselves."""
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            quoted = f'"{table.name}"'
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence(:name, :column), max({column.name}))"  # noqa: S608
                    f" FROM {quoted} HAVING max({column.name}) IS NOT NULL"
                ),
                {"name": quoted, "column": column.name},
            )


def _parsed(content: bytes, number: int) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        where = f"line {number}" if number else "the last line"
        raise DumpError(f"{where} is not a JSON object: this is no complete backup")
    return document
