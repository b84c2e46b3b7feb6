"""Following the stream of events: which ones, and from where on."""

from sqlalchemy.orm import Session

from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.events import EventFilter
from ocinstaller.store import events, queries


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
