"""The stream of events, as server-sent events (WHATWG HTML, section 9.2).

A stream is a coroutine that sleeps until the feed wakes it, so hundreds of them cost next to
nothing. It ends when the server stops, and after some minutes, so that whoever may no longer read
does not read on; clients come back with the number of the last event that they got.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from ocinstaller.actions import events
from ocinstaller.actions.context import Installation
from ocinstaller.api.auth import Oci, operator
from ocinstaller.model.errors import Unavailable
from ocinstaller.model.events import EventFilter
from ocinstaller.store.feed import Feed, Page

router = APIRouter(prefix="/v1", dependencies=[Depends(operator)])

_LARGEST_ID = 2**63 - 1
_HEARTBEAT_S = 15.0
_LIFETIME_S = 600.0
_RETRY_MS = 2000
_RESET = "event: reset\ndata: {}\n\n"
_END = "event: end\ndata: {}\n\n"
_HEARTBEAT = ": still here\n\n"


class EventQuery(BaseModel):
    """Which events, and from where on."""

    model_config = ConfigDict(extra="forbid")

    kind: list[str] = []
    """Such as machine; several may be given."""
    cluster: str | None = None
    machine: str | None = None
    """Serial number or host name."""
    after: Annotated[int, Query(ge=0, le=_LARGEST_ID)] | None = None
    """The events behind this one; the header Last-Event-ID goes before it."""
    last: Annotated[int, Query(ge=0, le=1000)] = 0
    """Without `after`: so many of the newest events come first."""
    follow: bool = True
    """Whether to wait for what is to come."""


LastEventId = Annotated[int | None, Header(ge=0, le=_LARGEST_ID)]


class EventStream(StreamingResponse):
    """The answer; caches and proxies let it pass as it comes."""

    media_type = "text/event-stream"

    def __init__(self, content: AsyncIterator[str]) -> None:
        super().__init__(content, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


_EXAMPLE = (
    "id: 7\nevent: machine\n"
    'data: {"id":7,"at":"2026-01-31T08:00:00+00:00","kind":"machine","name":"SERIAL0001",'
    '"change":"changed","cluster":"cloud","machine":"SERIAL0001","status":"installing",'
    '"puppet_status":"notrun","fields":["plan","status"]}\n\n'
)


@router.get(
    "/events",
    status_code=200,
    tags=["events"],
    response_class=EventStream,
    responses={
        200: {
            "description": "The events",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
        }
    },
)
def follow_events(
    oci: Oci, query: Annotated[EventQuery, Query()], last_event_id: LastEventId = None
) -> EventStream:
    """Tell what changes, as server-sent events."""
    return open_stream(oci, query, last_event_id)


def open_stream(oci: Installation, query: EventQuery, last_event_id: int | None) -> EventStream:
    """Return the stream that a query asks for; for other routes too, whoever they let in.

    :param last_event_id: number of the last event that a client got which comes back
    """
    after = last_event_id if last_event_id is not None else query.after
    with oci.store.read() as session:
        wanted = events.event_filter(session, query.kind, query.cluster, query.machine)
        number = events.first_number(session, after, query.last)
    return EventStream(_stream(oci.feed, wanted, number, follow=query.follow))


async def _stream(
    feed: Feed, wanted: EventFilter, number: int, *, follow: bool
) -> AsyncIterator[str]:
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    end = time.monotonic() + _LIFETIME_S

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    feed.listen(wake)
    try:
        yield f"retry: {_RETRY_MS}\n\n"
        while True:
            woken.clear()
            page = await _page(feed, number)
            if page is None:
                return
            if text := _text(page, wanted):
                yield text
            more, number = page.last > number, page.last
            if more and page.events:
                continue
            if not (follow and feed.running) or time.monotonic() > end:
                yield _END
                return
            if not await _woken(woken):
                yield _HEARTBEAT
    finally:
        feed.leave(wake)


async def _page(feed: Feed, number: int) -> Page | None:
    """Return what follows; None when the data base is away, which ends the stream."""
    page = feed.remembered(number)
    if page is not None:
        return page
    try:
        return await run_in_threadpool(feed.stored, number)
    except Unavailable:
        return None


def _text(page: Page, wanted: EventFilter) -> str:
    texts = [told.text for told in page.events if wanted.takes(told.event)]
    return ("" if page.complete else _RESET) + "".join(texts)


async def _woken(event: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(_HEARTBEAT_S):
            await event.wait()
    except TimeoutError:
        return False
    return True
