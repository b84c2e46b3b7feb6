"""What an error of a data base driver means for the caller: try again, or give up politely.

The numbers are those of MariaDB's error list, the SQLSTATE classes of PostgreSQL's appendix A and
SQLite's primary result codes.
"""

import sqlite3
from enum import Enum, auto

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

# lock wait time-out, deadlock, record changed since the last read
_MYSQL_TRANSIENT = frozenset({1020, 1205, 1213})
# server shutdown, too many connections, cannot connect (socket, host), gone away, lost, killed
_MYSQL_LOST = frozenset({0, 1040, 1053, 1927, 2002, 2003, 2006, 2013})
# serialization failure, deadlock, lock not available
_POSTGRES_TRANSIENT = frozenset({"40001", "40P01", "55P03"})
# operator intervention (57P01 to 57P05), connection exceptions (08…), too many connections
_POSTGRES_LOST = ("57P0", "08", "53300")
_SQLITE_TRANSIENT = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_SQLITE_LOST = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
    }
)
_SQLITE_PRIMARY = 0xFF


class Fault(Enum):
    """What to do about an error."""

    TRANSIENT = auto()
    """A concurrent transaction was in the way; the same work can succeed when run again."""
    CONSTRAINT = auto()
    """A constraint is violated; run again, the use case sees the other's row and says so itself."""
    LOST = auto()
    """The data base cannot be reached or cannot work at present."""
    DEFECT = auto()
    """Our own mistake, such as wrong SQL."""


def classify(error: DBAPIError) -> Fault:
    """Return what the error means, for each of the three data bases."""
    if isinstance(error, IntegrityError):
        return Fault.CONSTRAINT
    if error.connection_invalidated:
        return Fault.LOST
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _sqlite(original)
    state = getattr(original, "pgcode", None)
    if state is not None:
        return _postgres(state)
    return _by_number(error)


def _sqlite(error: sqlite3.Error) -> Fault:
    code = getattr(error, "sqlite_errorcode", 0) & _SQLITE_PRIMARY
    if code in _SQLITE_TRANSIENT:
        return Fault.TRANSIENT
    return Fault.LOST if code in _SQLITE_LOST else Fault.DEFECT


def _postgres(state: str) -> Fault:
    if state in _POSTGRES_TRANSIENT:
        return Fault.TRANSIENT
    return Fault.LOST if state.startswith(_POSTGRES_LOST) else Fault.DEFECT


def _by_number(error: DBAPIError) -> Fault:
    """Read MariaDB's number; PostgreSQL's driver gives nothing at all when it is cut off."""
    arguments = error.orig.args if error.orig is not None else ()
    number = arguments[0] if arguments else None
    if number in _MYSQL_TRANSIENT:
        return Fault.TRANSIENT
    unnumbered = not isinstance(number, int)
    if number in _MYSQL_LOST or (
        unnumbered and isinstance(error, OperationalError | InterfaceError)
    ):
        return Fault.LOST
    return Fault.DEFECT
