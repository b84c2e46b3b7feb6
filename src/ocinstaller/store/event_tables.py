"""The tables of the event stream."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import JSON, BigInteger

from ocinstaller.store.tables import Base, UtcDateTime

_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class EventClock(Base):
    """The number of the newest event: one row, which every transaction with events locks last.

    So numbers have no gaps and become visible in their order: who has seen event 7 has seen all
    before it. A sequence would promise neither.
    """

    __tablename__ = "event_clock"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(_NUMBER)


class StoredEvent(Base):
    """That something changed. No references: it outlives what it is about."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    change: Mapped[str] = mapped_column(String(16))
    cluster: Mapped[str] = mapped_column(String(63))
    machine: Mapped[str] = mapped_column(String(128))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
