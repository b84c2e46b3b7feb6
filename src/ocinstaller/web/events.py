"""The events: what changed, newest first, growing while one looks."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Response

from ocinstaller.actions import events
from ocinstaller.model.events import PROGRESS_KIND, Change, Event
from ocinstaller.web.languages import N_
from ocinstaller.web.page import Page, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

PATH = "/oci/events"
_PAGE = 100
_LARGEST_ID = 2**63 - 1
_PLACES = {
    "machine": "/oci/machines/",
    PROGRESS_KIND: "/oci/machines/",
    "cluster": "/oci/clusters/",
    "network": "/oci/networks/",
}
"""Where the objects of a kind have pages."""
_CHANGES: dict[str, str] = {
    Change.CREATED: N_("created"),
    Change.CHANGED: N_("changed"),
    Change.DELETED: N_("deleted"),
    Change.PROGRESS: N_("goes on"),
}


@dataclass(frozen=True)
class Row:
    """An event as the table shows it."""

    event: Event
    change: str
    link: str
    """To the page of the object; empty when it has none."""
    what: str
    """What of it changed."""

    @classmethod
    def of(cls, event: Event) -> "Row":
        """Return the row of an event."""
        place = _PLACES.get(event.kind, "") if event.change != Change.DELETED else ""
        link = place + quote(event.name, safe="") if place else ""
        return cls(event, _CHANGES.get(event.change, event.change), link, _what(event))


def _what(event: Event) -> str:
    """Return the fields that changed, with the values that events carry; else the state."""
    fields = event.details.get("fields")
    if isinstance(fields, list):
        known = event.details
        return ", ".join(f"{name}: {known[name]}" if name in known else name for name in fields)
    return ", ".join(str(event.details[key]) for key in ("status", "step") if key in event.details)


@router.get(PATH)
def listing(page: Page) -> Response:
    """Show the events that are kept; the newest page renews itself."""
    asked = page.request.query_params
    wanted = {key: asked[key].strip() for key in ("kind", "name") if asked.get(key, "").strip()}
    text = asked.get("before", "")
    before = min(int(text), _LARGEST_ID) if text.isdecimal() else None
    found = page.read(
        lambda session: events.history(
            session, wanted.get("kind", ""), wanted.get("name", ""), before, _PAGE
        )
    )
    older = {**wanted, "before": found.events[-1].id} if found.more else None
    newest = f"{PATH}?{urlencode(wanted)}" if wanted else PATH
    return page.render(
        "events/table.html" if page.is_part else "events/list.html",
        rows=[Row.of(event) for event in found.events],
        kinds=found.kinds,
        kind=wanted.get("kind", ""),
        name=wanted.get("name", ""),
        older=f"{PATH}?{urlencode(older)}" if older else "",
        newest=newest,
        live=before is None,
        narrowed=bool(wanted),
    )
