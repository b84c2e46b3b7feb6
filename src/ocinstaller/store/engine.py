"""Connections and transactions, the same for SQLite, MariaDB and PostgreSQL."""

import logging
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from ocinstaller.model.access import Act
from ocinstaller.model.errors import OciError, Unavailable
from ocinstaller.model.text import Text
from ocinstaller.store import audit, events
from ocinstaller.store.bell import Bell
from ocinstaller.store.faults import Fault, classify

LOG = logging.getLogger(__name__)

T = TypeVar("T")

_SQLITE_BUSY_S = 30.0
_PATIENCE_S = 30.0
_ATTEMPTS = 12
_RECONNECTS = 1
# The server runs 40 requests at a time (anyio's threads); a pool below that makes them wait.
_CONNECTIONS = 40
_CONNECT_S = 5


def open_engine(url: str) -> Engine:
    """Return an engine with the settings that OCI relies on.

    SQLite: write-ahead log, full synchronisation (what was acknowledged survives a power cut),
    foreign keys, and no implicit transactions, because `transaction` begins them itself.
    """
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=_CONNECTIONS,
            isolation_level="READ COMMITTED",
            connect_args={"connect_timeout": _CONNECT_S},
        )
    patience = {} if "timeout" in make_url(url).query else {"timeout": _SQLITE_BUSY_S}
    engine = create_engine(url, connect_args=patience, pool_size=_CONNECTIONS)
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


class _Phase:
    """How far an attempt came: from the commit on it must not be repeated."""

    committing = False


RETRY_AFTER_S = 5
"""Seconds after which a data base that was restarted usually answers again."""


class Store:
    """The data base, seen as transactions.

    :param act: who does what: each write leaves a record of it; without one, nothing does
    :param bell: rung when a write left events
    """

    def __init__(self, engine: Engine, act: Act | None = None, bell: Bell | None = None) -> None:
        self.engine = engine
        self.bell = bell or Bell()
        self._act = act
        self._read = sessionmaker(engine, expire_on_commit=False)
        writer = engine.execution_options(oci_write=True)
        self._write = sessionmaker(writer, expire_on_commit=False)

    def acting(self, act: Act) -> "Store":
        """Return the same data base for somebody: what is written is recorded as theirs."""
        return Store(self.engine, act, self.bell)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view; nothing is kept.

        :raises Unavailable: the data base cannot be reached
        """
        try:
            with self._read() as session:
                yield session
        except DBAPIError as error:
            if classify(error) in (Fault.LOST, Fault.TRANSIENT):
                raise _unavailable(error, "nothing was changed") from error
            raise
        except PoolTimeoutError as error:
            raise _unavailable(error, "nothing was changed") from error

    def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in one transaction and return its result once it is durable.

        Runs it again when the data base refused it because of a concurrent transaction, and once
        on a new connection when the old one was lost before the commit. So `work` must do nothing
        but talk to its session.

        :raises IntegrityError: when a constraint is still violated after several attempts
        :raises Unavailable: the data base cannot be reached, or was lost during the commit, when
            nobody knows whether it took place
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

    def rehearse(self, work: Callable[[Session], T]) -> T:
        """Run `work` as `write` does and undo it: what a plan compares is what would be done."""

        def undone(_phase: _Phase) -> T:
            with self._write() as session:
                try:
                    return work(session)
                finally:
                    session.rollback()

        return _persist(undone)

    def _committed(self, work: Callable[[Session], T]) -> T:
        return _persist(lambda phase: self._once(work, phase))

    def _once(self, work: Callable[[Session], T], phase: _Phase) -> T:
        with self._write() as session, session.begin() as transaction:
            log = events.EventLog(session)
            result = work(session)
            session.flush()
            told = log.store()
            phase.committing = True
            transaction.commit()
        if told:
            self.bell.ring()
        return result


def _persist(transaction: Callable[[_Phase], T]) -> T:
    """Run a transaction, again when the data base refused it and that can help."""
    lost = 0
    end = time.monotonic() + _PATIENCE_S
    for attempt in range(_ATTEMPTS):
        phase = _Phase()
        try:
            return transaction(phase)
        except DBAPIError as error:
            fault = classify(error)
            lost += fault is Fault.LOST
            if fault is Fault.DEFECT or (fault is Fault.CONSTRAINT and attempt == _ATTEMPTS - 1):
                raise
            if phase.committing and fault is Fault.LOST:
                raise _unavailable(error, "look whether the change was made") from error
            if lost > _RECONNECTS or attempt == _ATTEMPTS - 1 or time.monotonic() > end:
                raise _unavailable(error, "nothing was changed") from error
        except PoolTimeoutError as error:
            raise _unavailable(error, "nothing was changed") from error
        time.sleep(random.uniform(0, 0.02 * 2 ** min(attempt, 5)))  # noqa: S311
    raise AssertionError("unreachable")


def _unavailable(error: Exception, state: str) -> Unavailable:
    """Return the refusal; the driver's words stay in the log, they may name users and hosts."""
    LOG.error("data base unavailable", extra={"reason": str(getattr(error, "orig", error))})
    message = Text("the data base cannot be reached at present; {state}", state=state)
    return Unavailable(message, field="database", retry_after_s=RETRY_AFTER_S)
