"""Reading the audit. It is written by the store, with every change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.store.access_tables import AuditRecord


@dataclass(frozen=True)
class AuditView:
    """What somebody did or tried to do; secrets are masked."""

    id: int
    at: datetime
    actor_kind: str
    actor: str
    address: str
    via: str
    action: str
    object_kind: str
    object_name: str
    before: dict[str, Any]
    after: dict[str, Any]
    result: str
    reason: str

    @classmethod
    def of(cls, row: AuditRecord) -> "AuditView":
        """Return the row as a view."""
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class AuditFilter:
    """Which records: all of the given conditions hold; None does not matter."""

    actor: str | None = None
    address: str | None = None
    action: str | None = None
    object_kind: str | None = None
    object_name: str | None = None
    result: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before_id: int | None = None
    """Only older ones than this: the last of a page leads to the next."""


_EQUAL = ("actor", "address", "action", "object_kind", "object_name", "result")


def list_records(session: Session, wanted: AuditFilter, limit: int) -> list[AuditView]:
    """Return the newest `limit` records that fit, newest first."""
    query = select(AuditRecord).order_by(AuditRecord.id.desc()).limit(limit)
    for name in _EQUAL:
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(getattr(AuditRecord, name) == value)
    if wanted.since is not None:
        query = query.where(AuditRecord.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditRecord.at < wanted.until)
    if wanted.before_id is not None:
        query = query.where(AuditRecord.id < wanted.before_id)
    return [AuditView.of(row) for row in session.scalars(query)]
