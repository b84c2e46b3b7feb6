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

T = TypeVar("T")

UNAUDITED_TABLES = frozenset(
    {
        "audit_records",
        "boot_offers",
        "install_log",
        "login_failures",
        "machine_macs",
        "swift_devices",
        "swift_ring_copies",
    }
)
"""What machines and the server note for themselves; no decision of anybody."""

UNAUDITED_COLUMNS: dict[str, frozenset[str]] = {
    "machines": frozenset(
        {
            "dhcp_ip", "first_seen", "hardware", "ipaddr", "last_seen", "puppet_status",
            "report_counter", "status_reason",
        }
    ),
}  # fmt: skip
"""Observations in tables that otherwise hold decisions."""

_LABELS = ("name", "login", "serial", "ip", "role")
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
                before[_shown(state.mapper, key)] = _value(session, state.mapper, key, old)
                after[_shown(state.mapper, key)] = _value(
                    session, state.mapper, key, getattr(row, key)
                )
        if not after:
            return
        if change := self._change(row):
            change.before = {} if change.created else before | change.before
            change.after |= after

    def _change(self, row: object) -> _Change | None:
        state = instance_state(row)
        if state.mapper.local_table.name in UNAUDITED_TABLES:  # type: ignore[attr-defined]
            return None
        change = _Change(_kind(state.mapper), _name(state.mapper, row))
        return self._changes.setdefault(state, change)


def _refuse_bulk(execution: ORMExecuteState) -> None:
    mapper = execution.bind_mapper
    if not (execution.is_update or execution.is_delete) or mapper is None:
        return
    if mapper.local_table.name not in UNAUDITED_TABLES:  # type: ignore[attr-defined]
        raise TypeError(f"bulk statement on audited table {mapper.local_table}: change its rows")


def _audited(mapper: Mapper[Any]) -> list[str]:
    table = mapper.local_table.name  # type: ignore[attr-defined]
    if table in UNAUDITED_TABLES:
        return []
    hidden = UNAUDITED_COLUMNS.get(table, frozenset())
    return [attribute.key for attribute in mapper.column_attrs if attribute.key not in hidden]


def _kind(mapper: Mapper[Any]) -> str:
    """Return the class name as words: `SwiftRegion` is a swift region."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in mapper.class_.__name__).strip()


def _name(mapper: Mapper[Any], row: object) -> str:
    for key in _LABELS:
        if mapper.has_property(key):
            return str(getattr(row, key))
    return ", ".join(map(str, mapper.primary_key_from_instance(row)))


def _shown(mapper: Mapper[Any], key: str) -> str:
    return key.removesuffix("_id") if mapper.columns[key].foreign_keys else key


def _values(session: Session, row: object) -> dict[str, object]:
    """Return everything that a row says, but for its number and what is absent."""
    mapper = instance_state(row).mapper
    given = ((key, getattr(row, key)) for key in _audited(mapper) if key != "id")
    return {
        _shown(mapper, key): _value(session, mapper, key, value)
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
        return _referred(session, mapper, reference.column.table.name, value)
    return value.isoformat() if isinstance(value, datetime | date) else masked(key, value)


def _referred(session: Session, mapper: Mapper[Any], table: str, number: object) -> object:
    for other in mapper.registry.mappers:
        if other.local_table.name == table:  # type: ignore[attr-defined]
            row = session.get(other, number)
            return _name(other, row) if row is not None else number
    return number


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
