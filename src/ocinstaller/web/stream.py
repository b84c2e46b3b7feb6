"""Live states: the event stream for the pages, which prove themselves by their session."""

from typing import Annotated

from fastapi import APIRouter, Header, Query

from ocinstaller.api.events import EventQuery, EventStream, open_stream
from ocinstaller.model.events import PROGRESS_KIND
from ocinstaller.web.page import Page, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_LARGEST_ID = 2**63 - 1


@router.get("/oci/stream", response_class=EventStream)
def stream(
    page: Page,
    after: Annotated[int, Query(ge=0, le=_LARGEST_ID)],
    every_kind: bool = False,
    last_event_id: Annotated[int | None, Header(ge=0, le=_LARGEST_ID)] = None,
) -> EventStream:
    """Tell an open page what changed since it was made.

    :param after: the newest event when the page was made
    :param every_kind: whether of everything, else of machines only
    """
    query = EventQuery(kind=[] if every_kind else ["machine", PROGRESS_KIND], after=after)
    return open_stream(page.oci, query, last_event_id)
