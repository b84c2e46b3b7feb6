"""The administrator's work on the data base: check, upgrade, back up, restore."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Engine, Table, func, select, text
from sqlalchemy.exc import DBAPIError

from ocinstaller.model.errors import Conflict, InvalidValue, Unavailable
from ocinstaller.model.text import Text
from ocinstaller.store import dump, migrate
from ocinstaller.store.dump import Progress
from ocinstaller.store.engine import RETRY_AFTER_S, open_engine
from ocinstaller.store.faults import Fault, classify
from ocinstaller.store.tables import Base, Secret
from ocinstaller.store.vault import Vault, VaultError

_HEALTHY = frozenset({"ok", "OK", "status"})


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """Return an engine for the length of the work; a data base that is not there is told so.

    :raises Unavailable: it cannot be reached
    """
    engine = open_engine(url)
    try:
        yield engine
    except DBAPIError as error:
        if classify(error) is Fault.LOST:
            message = Text("the data base cannot be reached: {orig}", orig=error.orig)
            raise Unavailable(message, field="database", retry_after_s=RETRY_AFTER_S) from error
        raise
    finally:
        engine.dispose()


def check(engine: Engine, key_file: Path) -> list[str]:
    """Return what is wrong with the data base, one sentence each; empty when nothing is.

    Looks at the schema's revision and tables, the data base's own integrity check, references
    that lead nowhere, and whether the key opens the secrets.
    """
    present, needed = migrate.current_revision(engine), migrate.head_revision(engine)
    if present != needed:
        return [f"the schema is at revision {present or 'none'}, this version needs {needed}"]
    with engine.connect() as connection:
        return [
            *(f"schema: {difference}" for difference in migrate.differences(connection)),
            *_own_check(connection),
            *_dangling(connection),
            *_sealed_otherwise(connection, key_file),
        ]


def _own_check(connection: Connection) -> list[str]:
    """Ask the data base itself; PostgreSQL finds damaged pages while it reads them (checksums)."""
    if connection.dialect.name == "sqlite":
        answers = connection.execute(text("PRAGMA integrity_check")).scalars()
        return [f"SQLite: {answer}" for answer in answers if answer not in _HEALTHY]
    if connection.dialect.name == "mysql":
        names = ", ".join(f"`{table.name}`" for table in Base.metadata.sorted_tables)
        rows = connection.execute(text(f"CHECK TABLE {names}"))
        return [f"MariaDB: {row[0]}: {row[3]}" for row in rows if row[3] not in _HEALTHY]
    return []


def _dangling(connection: Connection) -> list[str]:
    found = []
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            target = key.column.table.alias()
            count = connection.scalar(
                select(func.count())
                .select_from(table.outerjoin(target, key.parent == target.c[key.column.name]))
                .where(key.parent.is_not(None), target.c[key.column.name].is_(None))
            )
            if count:
                found.append(
                    f"{table.name}.{key.parent.name}: {count} rows refer to missing "
                    f"{key.column.table.name}"
                )
    return found


def _sealed_otherwise(connection: Connection, key_file: Path) -> list[str]:
    if not key_file.exists():
        return [] if _is_empty(connection, _table(Secret)) else [f"the key {key_file} is missing"]
    vault = Vault(key_file)
    for sealed in connection.scalars(select(Secret.ciphertext)):
        try:
            vault.open(sealed)
        except VaultError as error:
            return [str(error)]
    return []


def _table(mapped: type[Base]) -> Table:
    table = mapped.__table__
    assert isinstance(table, Table)  # noqa: S101 - tells the type checker
    return table


def _is_empty(connection: Connection, table: Table) -> bool:
    return connection.execute(select(*table.primary_key.columns).limit(1)).first() is None


def upgrade(engine: Engine) -> tuple[str | None, str | None]:
    """Apply the missing migrations; return the revisions before and after."""
    before = migrate.current_revision(engine)
    migrate.upgrade(engine)
    return before, migrate.current_revision(engine)


def back_up(engine: Engine, file: Path, progress: Progress) -> int:
    """Write the whole data base, as it is at one moment, to a new file that only root can read.

    The server may go on working. The file appears under its name when it is complete.

    :returns: the number of rows
    :raises Conflict: the schema is not this version's
    :raises FileExistsError: there is such a file
    """
    revision = _present_schema(engine)
    if file.exists():
        raise FileExistsError(f"{file} exists already")
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream, _snapshot(engine) as connection:
            rows = dump.write(connection, revision, stream, progress)
            stream.flush()
            os.fsync(stream.fileno())
        file.hardlink_to(temporary)
    finally:
        temporary.unlink()
    return sum(rows.values())


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """Return a connection whose queries all see the same moment."""
    if engine.dialect.name != "sqlite":  # SQLite's read transactions are snapshots anyway
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        yield connection


def _present_schema(engine: Engine) -> str:
    present, needed = migrate.current_revision(engine), migrate.head_revision(engine)
    if present is None or present != needed:
        raise Conflict(
            Text(
                "the schema is at revision {present}, this version needs {needed}",
                present=present or Text("none"),
                needed=needed,
            ),
            field="revision",
            value=present,
            allowed=Text("oci-db upgrade"),
        )
    return present


def restore(engine: Engine, file: Path, progress: Progress) -> int:
    """Fill an empty data base, of whatever kind, from a backup; all of it or nothing.

    :returns: the number of rows
    :raises InvalidValue: the file is not a complete backup of this version's schema
    :raises Conflict: the data base is not empty
    """
    try:
        with file.open("rb") as stream:
            header = dump.read_header(stream)
            stream.seek(0)
            dump.verify(stream)
        _check_revision(engine, header["revision"])
        migrate.upgrade(engine)
        with file.open("rb") as stream, engine.begin() as connection:
            _refuse_used(connection)
            return _insert(connection, stream, progress)
    except dump.DumpError as error:
        raise InvalidValue(
            "file", file, Text("a file of oci-db backup ({error})", error=error)
        ) from error


def _insert(connection: Connection, stream: BinaryIO, progress: Progress) -> int:
    rows: dict[str, int] = dump.read_header(stream)["rows"]
    dump.restore(connection, stream, lambda table, done, _: progress(table, done, rows[table]))
    return sum(rows.values())


def _check_revision(engine: Engine, revision: str) -> None:
    needed = migrate.head_revision(engine)
    if revision != needed:
        raise Conflict(
            Text(
                "the backup has revision {revision}, this version needs {needed}",
                revision=revision,
                needed=needed,
            ),
            field="revision",
            value=revision,
            allowed=Text("restore with the version of OCI that made the backup, then upgrade"),
        )
    present = migrate.current_revision(engine)
    if present not in (None, needed):
        raise Conflict(
            Text("the data base is not empty: it has revision {present}", present=present),
            field="connection",
            allowed=Text("an empty data base"),
        )


def _refuse_used(connection: Connection) -> None:
    used = [t.name for t in Base.metadata.sorted_tables if not _is_empty(connection, t)]
    if used:
        raise Conflict(
            Text("the data base is not empty: there are rows in {used}", used=", ".join(used)),
            field="connection",
            allowed=Text("an empty data base"),
        )
