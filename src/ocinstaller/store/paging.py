"""Listings a page at a time, and of what is wanted only.

Pages are cut by key ("those after this name"), not by offset: objects that appear or vanish between
two pages neither shift nor repeat the others, and the last page costs what the first costs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, false
from sqlalchemy.orm import InstrumentedAttribute

from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.text import Text

Filter = Mapping[str, object]
"""Field and the value it must have; an empty text stands for "has none"."""


@dataclass(frozen=True)
class Window:
    """A page: at most `limit` objects whose key is greater than `after`."""

    limit: int
    after: str = ""


Columns = Mapping[str, ColumnElement[Any] | InstrumentedAttribute[Any]]


def narrow(query: Select[Any], columns: Columns, wanted: Filter) -> Select[Any]:
    """Return the query for the objects whose fields have the wanted values.

    :raises InvalidValue: a field cannot be filtered by
    """
    for field, value in wanted.items():
        if field not in columns:
            raise InvalidValue("filter", field, ", ".join(sorted(columns)))
        column = columns[field]
        if value == "":
            query = query.where(column.is_(None))
        elif isinstance(value, str) and "\0" in value:
            query = query.where(false())
        else:
            query = query.where(column == value)
    return query


def cut(query: Select[Any], key: InstrumentedAttribute[str], window: Window | None) -> Select[Any]:
    """Return the query in the order of `key`, for one page when there is a window.

    :raises InvalidValue: no key can be like the window's
    """
    if window is not None:
        if "\0" in window.after:
            raise InvalidValue(
                "marker", window.after, Text("the name of the last object of a page")
            )
        query = query.where(key > window.after).limit(window.limit)
    return query.order_by(key)
