"""Events: following their stream (which ones, from where on), and reading those that are kept."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.events import Event, EventFilter
from ocinstaller.store import events, queries


def kinds() -> frozenset[str]:
    """Return the kinds of objects whose changes are told, as the stream names them."""
    return events.kinds()


def event_filter(
    session: Session, kinds: list[str], cluster: str | None, machine: str | None
) -> EventFilter:
    """Return what takes the wanted events.

    :param machine: serial number or host name
    :raises InvalidValue: there is no such kind
    :raises NotFound: there is no such cluster or machine
    """
    known = events.kinds()
    for kind in kinds:
        if kind not in known:
            raise InvalidValue("kind", kind, ", ".join(sorted(known)))
    return EventFilter(
        frozenset(kinds),
        queries.cluster(session, cluster).name if cluster is not None else "",
        queries.machine(session, machine).serial if machine is not None else "",
    )


def first_number(session: Session, after: int | None, last: int) -> int:
    """Return the number of the event that a stream begins behind.

    :param after: given by somebody who knows the events until there
    :param last: else so many of the newest events come first
    """
    if after is not None:
        return after
    return max(events.last_number(session) - last, 0)


@dataclass(frozen=True)
class History:
    """Kept events, newest first."""

    events: list[Event]
    kinds: list[str]
    """Every kind that there is."""
    more: bool
    """Whether older ones fit too."""


def history(session: Session, kind: str, name: str, before: int | None, limit: int) -> History:
    """Return the newest events that fit, of those that are kept.

    :param kind: empty for all; one that there is not has no events
    :param name: part of the name of the object, its machine or its cluster; empty for all
    :param before: number of the event that the page before this one ended with
    """
    rows = events.stored_before(session, before, kind, name, limit + 1)
    found = [events.event_of(row) for row in rows[:limit]]
    return History(found, sorted(events.kinds()), len(rows) > limit)
