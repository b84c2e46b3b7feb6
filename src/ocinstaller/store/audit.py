"""Records every change of the data base together with who caused it.

The records are made from what the session writes, not by the use cases: a use case cannot forget
one, and the record is in the same transaction as the change. Bulk statements bypass the session,
so they are refused on audited tables.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import InstanceState, Mapper, ORMExecuteState, Session
from sqlalchemy.orm.attributes import instance_state

from ocinstaller.model.access import Act, ActorKind
from ocinstaller.model.errors import OciError
from ocinstaller.model.secret_fields import HIDDEN, is_secret, masked
from ocinstaller.store.access_tables import AuditRecord
from ocinstaller.store.naming import kind_of, name_of, referred_name, shown_column, table_of

T = TypeVar("T")

UNAUDITED_TABLES = frozenset(
    {
        "audit_records", "boot_offers", "certificate_turns", "event_clock", "events", "install_log",
        "login_failures",
        "machine_macs", "machine_reports", "swift_devices", "swift_ring_copies",
    }
)  # fmt: skip
"""What machines and the server note for themselves; no decision of anybody."""

UNAUDITED_COLUMNS: dict[str, frozenset[str]] = {
    "api_certificates": frozenset({"chain", "root"}),
    "machines": frozenset(
        {
            "dhcp_ip", "disk_key_digest", "disk_plan_id", "first_seen", "hardware", "ipaddr",
            "last_seen", "puppet_status", "report_counter", "status_reason",
        }
    ),
    "machine_orders": frozenset({"changed_at", "created_at", "output"}),
}  # fmt: skip
"""Observations in tables that otherwise hold decisions, and what a fingerprint stands for."""

_REASON_LENGTH = 1000


def recorded(work: Callable[[Session], T], act: Act) -> Callable[[Session], T]:
    """Return `work` followed by its record, in the same transaction."""

    def with_record(session: Session) -> T:
        log = _ChangeLog(session)
        result = work(session)
        session.flush()
        if log.changes or act.actor.kind is not ActorKind.MACHINE:
            session.add(_done(act, log.changes))
        return result

    return with_record


def refusal(act: Act, error: OciError) -> Callable[[Session], None] | None:
    """Return the work that records a refusal.

    None for machines: they repeat a refused request every few seconds, and the server's log has it.
    """
    if act.actor.kind is ActorKind.MACHINE:
        return None
    record = _record(act, act.kind, act.target)
    record.result, record.reason = "refused", error.message[:_REASON_LENGTH]
    return lambda session: session.add(record)


@dataclass
class _Change:
    """What happened to one row; of several changes the first `before` and the last `after`."""

    kind: str
    name: str
    row: object
    """Held, so that the session does not load the row anew as another object: each has a record."""
    created: bool = False
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)


class _ChangeLog:
    """Gathers what a session writes."""

    def __init__(self, session: Session) -> None:
        self._changes: dict[InstanceState[Any], _Change] = {}
        event.listen(session, "after_flush", self._after_flush)
        event.listen(session, "do_orm_execute", _refuse_bulk)

    @property
    def changes(self) -> list[_Change]:
        """The changes that are left at the end, in the order in which they began."""
        return [change for change in self._changes.values() if change.before or change.after]

    def _after_flush(self, session: Session, _context: object) -> None:
        for row in session.dirty:
            self._modified(session, row)
        for row in session.new:
            if change := self._change(row):
                change.created = True
                change.after = _values(session, row)
        for row in session.deleted:
            if change := self._change(row):
                change.before = {} if change.created else _values(session, row) | change.before
                change.after = {}

    def _modified(self, session: Session, row: object) -> None:
        state = instance_state(row)
        before, after = {}, {}
        for key in _audited(state.mapper):
            history = state.attrs[key].history
            if history.has_changes():
                old = history.deleted[0] if history.deleted else None
                before[shown_column(state.mapper, key)] = _value(session, state.mapper, key, old)
                after[shown_column(state.mapper, key)] = _value(
                    session, state.mapper, key, getattr(row, key)
                )
        if not after:
            return
        if change := self._change(row):
            change.before = {} if change.created else before | change.before
            change.after |= after

    def _change(self, row: object) -> _Change | None:
        state = instance_state(row)
        if table_of(state.mapper) in UNAUDITED_TABLES:
            return None
        change = _Change(kind_of(state.mapper), name_of(row), row)
        return self._changes.setdefault(state, change)


def _refuse_bulk(execution: ORMExecuteState) -> None:
    mapper = execution.bind_mapper
    if not (execution.is_update or execution.is_delete) or mapper is None:
        return
    if table_of(mapper) not in UNAUDITED_TABLES:
        raise TypeError(f"bulk statement on audited table {mapper.local_table}: change its rows")


def _audited(mapper: Mapper[Any]) -> list[str]:
    table = table_of(mapper)
    if table in UNAUDITED_TABLES:
        return []
    hidden = UNAUDITED_COLUMNS.get(table, frozenset())
    return [attribute.key for attribute in mapper.column_attrs if attribute.key not in hidden]


def _values(session: Session, row: object) -> dict[str, object]:
    """Return everything that a row says, but for its number and what is absent."""
    mapper = instance_state(row).mapper
    given = ((key, getattr(row, key)) for key in _audited(mapper) if key != "id")
    return {
        shown_column(mapper, key): _value(session, mapper, key, value)
        for key, value in given
        if value is not None
    }


def _value(session: Session, mapper: Mapper[Any], key: str, value: object) -> object:
    """Return a column's value as JSON: secrets masked, references by the name of their object."""
    if value is None:
        return None
    if is_secret(key) or isinstance(value, bytes):
        return HIDDEN
    for reference in mapper.columns[key].foreign_keys:
        return referred_name(session, mapper, reference.column.table.name, value)
    return value.isoformat() if isinstance(value, datetime | date) else masked(key, value)


def _done(act: Act, changes: list[_Change]) -> AuditRecord:
    about = next((change for change in changes if change.kind == act.kind), None)
    record = _record(act, act.kind, about.name if about else act.target)
    record.before = {f"{c.kind} {c.name}": c.before for c in changes if c.before}
    record.after = {f"{c.kind} {c.name}": c.after for c in changes if c.after}
    return record


def _record(act: Act, kind: str, name: str) -> AuditRecord:
    return AuditRecord(
        at=datetime.now(UTC),
        actor_kind=act.actor.kind,
        actor=act.actor.name,
        address=act.actor.address,
        via=act.actor.via,
        action=act.action,
        object_kind=kind,
        object_name=name[:255],
        before={},
        after={},
        result="done",
        reason="",
    )
