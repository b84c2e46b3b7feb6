"""What rows are called where operators see them: the kind of an object and its name."""

from typing import Any

from sqlalchemy.orm import Mapper, Session
from sqlalchemy.orm.attributes import instance_state

_LABELS = ("name", "login", "serial", "ip", "role")


def table_of(mapper: Mapper[Any]) -> str:
    """Return the name of the mapper's table."""
    return str(mapper.local_table.name)  # type: ignore[attr-defined]


def kind_of(mapper: Mapper[Any]) -> str:
    """Return the class name as words: `SwiftRegion` is a swift region."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in mapper.class_.__name__).strip()


def name_of(row: object) -> str:
    """Return what operators call the object; its key when it has no name."""
    mapper = instance_state(row).mapper
    for key in _LABELS:
        if mapper.has_property(key):
            return str(getattr(row, key))
    return ", ".join(map(str, mapper.primary_key_from_instance(row)))


def shown_column(mapper: Mapper[Any], key: str) -> str:
    """Return a column as operators know it: a reference without `_id`."""
    return key.removesuffix("_id") if mapper.columns[key].foreign_keys else key


def referred_name(session: Session, mapper: Mapper[Any], table: str, number: object) -> object:
    """Return the name of the row of `table` with this number; the number when there is none."""
    for other in mapper.registry.mappers:
        if table_of(other) == table:
            row = session.get(other, number)
            return name_of(row) if row is not None else number
    return number
