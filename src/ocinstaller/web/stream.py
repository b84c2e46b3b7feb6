"""Live states: server-sent events (WHATWG HTML, 9.2) to every open page.

One look at the data base serves all pages, and only while some are open: each message is made
once and put into the queue of every page. A page that does not read is dropped; its browser
connects anew.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from ocinstaller.actions.context import Installation
from ocinstaller.actions.live_states import MachineState, machine_states
from ocinstaller.model.errors import Unavailable
from ocinstaller.web.formats import tone
from ocinstaller.web.page import Page, PageRoute

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_LOOK_S = 0.5
"""Seconds between two looks: a change is shown within a second."""
_QUEUE = 2000
_KEEP_ALIVE_S = 15.0
"""Seconds: proxies end connections that are silent for 30 or 60."""
_END = ""


def message(state: MachineState) -> str:
    """Return an event that tells a machine's state."""
    values = {
        "serial": state.serial,
        "hostname": state.hostname or "",
        "status": state.status,
        "puppet_status": state.puppet_status,
        "status_reason": state.status_reason,
        "tones": {"status": tone(state.status), "puppet_status": tone(state.puppet_status)},
    }
    return f"event: machine\ndata: {json.dumps(values)}\n\n"


class Broadcast:
    """What changes, told to all open pages of one server."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[str]] = set()
        self._worker: asyncio.Task[None] | None = None

    async def listen(self, oci: Installation) -> AsyncIterator[str]:
        """Yield messages until the page goes or reads too slowly."""
        queue: asyncio.Queue[str] = asyncio.Queue(_QUEUE)
        self._queues.add(queue)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(oci))
        try:
            yield "retry: 2000\n\n"
            while True:
                try:
                    text = await asyncio.wait_for(queue.get(), _KEEP_ALIVE_S)
                except TimeoutError:
                    text = ": still here\n\n"
                if text == _END:
                    return
                yield text
        finally:
            self._queues.discard(queue)

    async def _work(self, oci: Installation) -> None:
        known: dict[str, MachineState] | None = None
        while self._queues:
            with suppress(Unavailable):
                now = await run_in_threadpool(machine_states, oci)
                if known is not None:
                    for serial, state in now.items():
                        if known.get(serial) != state:
                            self._tell(message(state))
                known = now
            await asyncio.sleep(_LOOK_S)

    def _tell(self, text: str) -> None:
        for queue in list(self._queues):
            try:
                queue.put_nowait(text)
            except asyncio.QueueFull:
                self._queues.discard(queue)
                queue.get_nowait()
                queue.put_nowait(_END)


@router.get("/oci/stream")
async def stream(request: Request, page: Page) -> StreamingResponse:
    """Tell an open page what changes."""
    state = request.app.state
    if not hasattr(state, "broadcast"):
        state.broadcast = Broadcast()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        state.broadcast.listen(page.oci), headers=headers, media_type="text/event-stream"
    )
