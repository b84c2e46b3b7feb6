"""Connections and transactions, the same for SQLite, MariaDB and PostgreSQL."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from ocinstaller.model.access import Act
from ocinstaller.model.errors import OciError
from ocinstaller.store import audit

T = TypeVar("T")

_SQLITE_BUSY_S = 30.0
_ATTEMPTS = 12


def open_engine(url: str) -> Engine:
    """Return an engine with the settings that OCI relies on.

    SQLite: write-ahead log, full synchronisation (what was acknowledged survives a power cut),
    foreign keys, and no implicit transactions, because `transaction` begins them itself.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")
    engine = create_engine(url, connect_args={"timeout": _SQLITE_BUSY_S})
    path = engine.url.database
    if path:
        Path(path).touch(mode=0o600)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    """Take the write lock at once: upgrading a read lock later can fail without a retry."""
    immediate = connection.get_execution_options().get("oci_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


class Store:
    """The data base, seen as transactions.

    :param act: who does what: each write leaves a record of it; without one, nothing does
    """

    def __init__(self, engine: Engine, act: Act | None = None) -> None:
        self.engine = engine
        self._act = act
        self._read = sessionmaker(engine, expire_on_commit=False)
        writer = engine.execution_options(oci_write=True)
        self._write = sessionmaker(writer, expire_on_commit=False)

    def acting(self, act: Act) -> "Store":
        """Return the same data base for somebody: what is written is recorded as theirs."""
        return Store(self.engine, act)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view; nothing is kept."""
        with self._read() as session:
            yield session

    def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in one transaction and return its result once it is durable.

        Runs it again when the data base refused it because of a concurrent transaction, so `work`
        must do nothing but talk to its session.

        :raises IntegrityError: when a constraint is still violated after several attempts
        """
        if self._act is None:
            return self._committed(work)
        try:
            return self._committed(audit.recorded(work, self._act))
        except OciError as error:
            self.record_refusal(error)
            raise

    def record_refusal(self, error: OciError) -> None:
        """Record that what somebody wanted was refused, in a transaction of its own."""
        record = audit.refusal(self._act, error) if self._act else None
        if record is not None:
            self._committed(record)

    def _committed(self, work: Callable[[Session], T]) -> T:
        def committed() -> T:
            with self._write.begin() as session:
                return work(session)

        return _persist(committed)

    def rehearse(self, work: Callable[[Session], T]) -> T:
        """Run `work` as `write` does and undo it: what a plan compares is what would be done."""

        def undone() -> T:
            with self._write() as session:
                try:
                    return work(session)
                finally:
                    session.rollback()

        return _persist(undone)


def _persist(transaction: Callable[[], T]) -> T:
    """Run a transaction, again when a concurrent one made the data base refuse it."""
    for attempt in range(_ATTEMPTS):
        try:
            return transaction()
        except (IntegrityError, OperationalError) as error:
            if attempt == _ATTEMPTS - 1 or not _is_transient(error):
                raise
            time.sleep(random.uniform(0, 0.02 * 2 ** min(attempt, 5)))  # noqa: S311
    raise AssertionError("unreachable")


_MYSQL_TRANSIENT = {1205, 1213, 1020}  # lock wait time-out, deadlock, record changed


def _is_transient(error: DBAPIError) -> bool:
    """Tell whether running the transaction again can help.

    A violated constraint can: the second look sees the row that the other transaction committed,
    and the use case then answers with its own error.
    """
    if isinstance(error, IntegrityError):
        return True
    original = error.orig
    if isinstance(original, sqlite3.OperationalError):
        return "locked" in str(original)
    code = original.args[0] if original is not None and original.args else None
    return code in _MYSQL_TRANSIENT
