"""Tells those who follow what changed: made from what a session writes, like the audit.

The events are in the transaction of their change, so there is neither a change without its event
nor an event of a change that was undone. An event says that an object changed and in which fields,
not from what to what: who follows reads the object, with the rights to do so.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, event, insert, or_, select, update
from sqlalchemy.orm import InstanceState, Mapper, Session
from sqlalchemy.orm.attributes import instance_state

from ocinstaller.model.events import KEPT, PROGRESS_KIND, Change, Event
from ocinstaller.store.event_tables import EventClock, StoredEvent
from ocinstaller.store.naming import kind_of, name_of, shown_column, table_of
from ocinstaller.store.tables import Base, Cluster, InstallLogLine, Machine

UNPUBLISHED_TABLES = frozenset(
    {
        "api_tokens", "audit_records", "boot_offers", "event_clock", "events", "login_failures",
        "machine_macs", "machine_reports", "role_counts", "secrets", "service_tokens", "users",
        "web_sessions",
    }
)  # fmt: skip
"""What viewers may not see, and what the server notes for itself."""

UNPUBLISHED_COLUMNS: dict[str, frozenset[str]] = {
    "plugin_calls": frozenset({"due_at", "sealed_password", "tried_at"}),
    "machines": frozenset(
        {
            "dhcp_ip", "disk_key_digest", "disk_plan_id", "first_seen", "hardware", "key_digest",
            "last_seen", "memory_mib", "plan_id", "product_name", "puppet_token", "report_counter",
            "root_password_hash",
        }
    ),
    "machine_orders": frozenset({"changed_at", "created_at", "details", "sealed"}),
}  # fmt: skip
"""What moves with every report, and what a published column stands for."""

_FIELDS = {"report_digest": "hardware", "ipaddr": "ip"}
"""Columns that the API shows under another name."""

_TOGETHER = {
    (Change.CREATED, Change.DELETED): Change.NONE,
    (Change.CHANGED, Change.DELETED): Change.DELETED,
    (Change.DELETED, Change.CREATED): Change.CHANGED,
    (Change.NONE, Change.CREATED): Change.CREATED,
}
"""What two changes of one object in one transaction come to; else the first counts."""

_CLEANING = 256
"""Old events are deleted each time that so many new ones were added."""


def kinds() -> frozenset[str]:
    """Return the kinds of objects whose changes are published."""
    mappers = (m for m in Base.registry.mappers if table_of(m) not in UNPUBLISHED_TABLES)
    return frozenset(_kind(mapper) for mapper in mappers)


def _kind(mapper: Mapper[Any]) -> str:
    """Return the kind as one word, as names of server-sent events are."""
    return PROGRESS_KIND if mapper.class_ is InstallLogLine else kind_of(mapper).replace(" ", "-")


@dataclass
class _Happening:
    """What becomes one event."""

    kind: str
    name: str
    change: Change
    cluster: str = ""
    machine: str = ""
    fields: set[str] = field(default_factory=set)
    details: dict[str, object] = field(default_factory=dict)


class EventLog:
    """Gathers what a session writes, and stores the events of it."""

    def __init__(self, session: Session) -> None:
        self._happenings: dict[object, _Happening] = {}
        self._session = session
        event.listen(session, "after_flush", self._after_flush)

    def store(self) -> int:
        """Add the events to the transaction; return how many there are.

        The last thing before the commit: it locks the clock, for which others then wait.
        """
        found = [h for h in self._happenings.values() if h.change is not Change.NONE]
        if not found:
            return 0
        connection = self._session.connection()
        last = _advance(self._session, len(found))
        now = datetime.now(UTC)
        first = last - len(found) + 1
        rows = [_row(number, now, happening) for number, happening in enumerate(found, first)]
        connection.execute(insert(StoredEvent.__table__), rows)  # type: ignore[arg-type]
        if last // _CLEANING != (first - 1) // _CLEANING:
            table = StoredEvent.__table__
            connection.execute(delete(table).where(table.c.id <= last - KEPT))  # type: ignore[arg-type]
        return len(found)

    def _after_flush(self, session: Session, _context: object) -> None:
        for row in session.dirty:
            if fields := _changed_fields(row):
                self._note(row, Change.CHANGED, fields)
        for row in session.new:
            self._note(row, Change.CREATED, set())
        for row in session.deleted:
            self._note(row, Change.DELETED, set())

    def _note(self, row: object, change: Change, fields: set[str]) -> None:
        state = instance_state(row)
        if table_of(state.mapper) in UNPUBLISHED_TABLES:
            return
        if isinstance(row, InstallLogLine):
            self._note_progress(row)
            return
        name = name_of(row)
        key = (state.mapper.identity_key_from_instance(row), name)
        happening = self._happenings.get(key)
        if happening is None:
            happening = _Happening(_kind(state.mapper), name, change)
            self._happenings[key] = happening
        else:
            happening.change = _TOGETHER.get((happening.change, change), happening.change)
        happening.fields |= fields
        self._place(happening, state, row)

    def _note_progress(self, line: InstallLogLine) -> None:
        machine = self._session.get(Machine, line.machine_id)
        assert machine is not None  # noqa: S101 - a foreign key says so
        key = (PROGRESS_KIND, line.machine_id)
        happening = self._happenings.get(key)
        if happening is None:
            happening = _Happening(PROGRESS_KIND, machine.serial, Change.PROGRESS)
            self._happenings[key] = happening
            happening.machine = machine.serial
            happening.cluster = self._cluster(machine.cluster_id)
        known = happening.details.get("log_id", 0)
        if isinstance(known, int) and line.id > known:
            happening.details = {"step": line.step, "log_id": line.id}

    def _place(self, happening: _Happening, state: InstanceState[Any], row: object) -> None:
        """Note which machine and cluster the object belongs to, or belonged to until now."""
        if isinstance(row, Machine):
            machine: Machine | None = row
            happening.details = {"status": row.status, "puppet_status": row.puppet_status}
        else:
            number = getattr(row, "machine_id", None)
            machine = self._session.get(Machine, number) if number is not None else None
        happening.machine = machine.serial if machine is not None else happening.machine
        if isinstance(row, Cluster):
            happening.cluster = row.name
            return
        cluster_id = _now_or_before(state, "cluster_id")
        if cluster_id is None and machine is not None:
            cluster_id = _now_or_before(instance_state(machine), "cluster_id")
        happening.cluster = self._cluster(cluster_id) or happening.cluster

    def _cluster(self, number: int | None) -> str:
        row = self._session.get(Cluster, number) if number is not None else None
        return row.name if row is not None else ""


def _changed_fields(row: object) -> set[str]:
    state = instance_state(row)
    hidden = UNPUBLISHED_COLUMNS.get(table_of(state.mapper), frozenset())
    return {
        _FIELDS.get(attribute.key, shown_column(state.mapper, attribute.key))
        for attribute in state.mapper.column_attrs
        if attribute.key not in hidden and state.attrs[attribute.key].history.has_changes()
    }


def _now_or_before(state: InstanceState[Any], key: str) -> int | None:
    if not state.mapper.has_property(key):
        return None
    history = state.attrs[key].history
    for number in (*history.added, *history.unchanged, *history.deleted):
        if number is not None:
            return int(number)
    return None


def _row(number: int, now: datetime, happening: _Happening) -> dict[str, object]:
    details = dict(happening.details)
    if happening.fields:
        details["fields"] = sorted(happening.fields)
    return {
        "id": number,
        "at": now,
        "kind": happening.kind,
        "name": happening.name[:255],
        "change": happening.change,
        "cluster": happening.cluster,
        "machine": happening.machine,
        "details": details,
    }


def _advance(session: Session, count: int) -> int:
    """Take `count` numbers; return the last of them."""
    connection, table = session.connection(), EventClock.__table__
    moved = connection.execute(update(table).values(last=table.c.last + count))  # type: ignore[arg-type]
    if not moved.rowcount:
        # Two firsts at once: one violates the key and is run again, as every transaction is.
        connection.execute(insert(table).values(id=1, last=count))  # type: ignore[arg-type]
    return int(connection.scalar(select(table.c.last)) or 0)


def last_number(session: Session) -> int:
    """Return the number of the newest event; 0 when there was none yet."""
    return session.scalar(select(EventClock.last)) or 0


def stored_after(session: Session, number: int, limit: int) -> list[StoredEvent]:
    """Return the oldest `limit` events after the one with this number."""
    query = select(StoredEvent).where(StoredEvent.id > number).order_by(StoredEvent.id)
    return list(session.scalars(query.limit(limit)))


def stored_before(
    session: Session, before: int | None, kind: str, name: str, limit: int
) -> list[StoredEvent]:
    """Return the newest `limit` events that fit, newest first.

    :param before: number of an event that all of them are older than
    :param kind: empty for all
    :param name: part of the name of the object, its machine or its cluster
    """
    query = select(StoredEvent).order_by(StoredEvent.id.desc()).limit(limit)
    if before is not None:
        query = query.where(StoredEvent.id < before)
    if kind:
        query = query.where(StoredEvent.kind == kind)
    if name:
        places = (StoredEvent.name, StoredEvent.machine, StoredEvent.cluster)
        query = query.where(or_(*(place.icontains(name, autoescape=True) for place in places)))
    return list(session.scalars(query))


def event_of(row: StoredEvent) -> Event:
    """Return a row as the event that it keeps."""
    return Event(**{name: getattr(row, name) for name in Event.__dataclass_fields__})
