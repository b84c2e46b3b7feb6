"""Finding machines among thousands: text, filters, order, a page, and what there is to filter by.

Three queries whatever the size: the page, its addresses, and one count over all combinations of
the fields to filter by, from which every number that a page shows follows.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ocinstaller.actions import listings
from ocinstaller.actions.views import MachineView
from ocinstaller.model.errors import InvalidValue
from ocinstaller.store.queries import is_storable
from ocinstaller.store.tables import Cluster, IpAddress, Location, Machine, MachineMac

FACETS = ("status", "puppet_status", "role", "cluster", "location", "product_name")
"""Fields to filter by, in the order in which they are offered."""

_COLUMNS: Mapping[str, InstrumentedAttribute[Any]] = {
    "status": Machine.status,
    "puppet_status": Machine.puppet_status,
    "role": Machine.role,
    "cluster": Cluster.name,
    "location": Location.name,
    "product_name": Machine.product_name,
}
_SORTED: Mapping[str, InstrumentedAttribute[Any]] = {
    "serial": Machine.serial,
    "hostname": Machine.hostname,
    "ip": Machine.ipaddr,
    "memory_mib": Machine.memory_mib,
    "last_seen": Machine.last_seen,
    **_COLUMNS,
}
SORTS = tuple(_SORTED)
"""Fields to sort by."""


@dataclass(frozen=True)
class MachineSearch:
    """Which machines, in which order, and which part of them."""

    text: str = ""
    """In the serial number, host name, an address, a MAC or the product; empty for all."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """Field and value; an empty value stands for "has none"."""
    sort: str = "serial"
    descending: bool = False
    page: int = 1
    size: int = 100


@dataclass(frozen=True)
class FacetValue:
    """A value of a field to filter by, and how many machines have it."""

    value: str
    count: int


@dataclass(frozen=True)
class MachinePage:
    """What was found: a part of it, its whole number, and what the fields to filter by hold."""

    machines: Sequence[MachineView]
    total: int
    page: int
    pages: int
    facets: Mapping[str, Sequence[FacetValue]]
    """Each counted among the machines that the other filters leave."""


def search(session: Session, wanted: MachineSearch) -> MachinePage:
    """Return the machines that fit; a page beyond the last gives the last.

    :raises InvalidValue: a field cannot be filtered or sorted by
    """
    if wanted.sort not in _SORTED:
        raise InvalidValue("sort", wanted.sort, ", ".join(_SORTED))
    for name in wanted.filters:
        if name not in _COLUMNS:
            raise InvalidValue("filter", name, ", ".join(_COLUMNS))
    combinations = _combinations(session, wanted.text)
    total = sum(n for values, n in combinations if _fits(values, wanted.filters, ""))
    pages = max(1, -(-total // wanted.size))
    page = min(max(wanted.page, 1), pages)
    ids = _page(session, wanted, page) if total else []
    return MachinePage(
        listings.machines_of(session, ids), total, page, pages, _facets(combinations, wanted)
    )


_Combination = tuple[Mapping[str, str], int]


def _combinations(session: Session, text: str) -> list[_Combination]:
    query = _joined(select(*_COLUMNS.values(), func.count()).group_by(*_COLUMNS.values()), text)
    return [
        (dict(zip(FACETS, ("" if v is None else str(v) for v in values), strict=True)), count)
        for *values, count in session.execute(query)
    ]


def _fits(values: Mapping[str, str], filters: Mapping[str, str], besides: str) -> bool:
    return all(values[name] == value for name, value in filters.items() if name != besides)


def _facets(
    combinations: list[_Combination], wanted: MachineSearch
) -> Mapping[str, list[FacetValue]]:
    found: dict[str, list[FacetValue]] = {}
    for name in FACETS:
        counts: Counter[str] = Counter()
        for values, number in combinations:
            if _fits(values, wanted.filters, name):
                counts[values[name]] += number
        found[name] = [FacetValue(value, counts[value]) for value in sorted(counts)]
    return found


def _page(session: Session, wanted: MachineSearch, page: int) -> list[int]:
    column = _SORTED[wanted.sort]
    order = column.desc() if wanted.descending else column.asc()
    query = _joined(select(Machine.id), wanted.text)
    for name, value in wanted.filters.items():
        query = query.where(
            func.coalesce(_COLUMNS[name], "") == value if is_storable(value) else false()
        )
    query = query.order_by(column.is_(None), order, Machine.serial)
    query = query.offset((page - 1) * wanted.size).limit(wanted.size)
    return list(session.scalars(query))


def _joined(query: Select[Any], text: str) -> Select[Any]:
    query = query.select_from(Machine).outerjoin(Machine.cluster).outerjoin(Machine.location)
    return query.where(_contains(text)) if text else query


def _contains(text: str) -> ColumnElement[bool]:
    if not is_storable(text):
        return false()
    columns = (Machine.serial, Machine.hostname, Machine.ipaddr, Machine.product_name)
    addresses = select(IpAddress.machine_id).where(
        IpAddress.ip.contains(text, autoescape=True), IpAddress.machine_id.is_not(None)
    )
    macs = select(MachineMac.machine_id).where(
        MachineMac.mac.contains(text.lower(), autoescape=True)
    )
    return or_(
        *(column.icontains(text, autoescape=True) for column in columns),
        Machine.id.in_(addresses),
        Machine.id.in_(macs),
    )
