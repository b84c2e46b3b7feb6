"""Answers reports that say nothing new before they are read: nearly all of a fleet's requests."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import lru_cache

from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ocinstaller.actions import nodes
from ocinstaller.actions.context import Installation
from ocinstaller.actions.nodes import SentReport
from ocinstaller.api.auth import bearer_token, peer_address
from ocinstaller.model.errors import Unavailable
from ocinstaller.model.plan import Directive

PATH = "/node/v1/report"
_BATCH = 200


class UnchangedReports:
    """ASGI middleware: answers a report whose bytes are those of the machine's last one.

    Everything else passes, with its body. Reports that arrive while others are looked up wait and
    are then looked up together, so that the cost of each falls when many come.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._waiting: list[tuple[SentReport, asyncio.Future[Directive | None]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        messages = [message async for message in _body(receive)]
        key = bearer_token(Headers(scope=scope).get("authorization", ""))
        directive = None
        if key and messages[-1]["type"] == "http.request":
            digest = hashlib.sha256(b"".join(m.get("body", b"") for m in messages)).hexdigest()
            peer = peer_address(scope["client"][0] if scope.get("client") else "::")
            oci = scope["app"].state.installation
            directive = await self._look_up(oci, SentReport(digest, key, peer))
        if directive is None:
            await self._app(scope, _replayed(messages, receive), send)
        else:
            answer = Response(_serialised(directive), media_type="application/json")
            await answer(scope, receive, send)

    async def _look_up(self, oci: Installation, report: SentReport) -> Directive | None:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((report, future))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(oci))
        answer: Directive | None = await future
        return answer

    async def _work(self, oci: Installation) -> None:
        """Look up what is waiting until nothing is."""
        while self._waiting:
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            reports = [report for report, _ in batch]
            answers: list[Directive | None] = [None] * len(batch)
            try:
                # An outage is met, and told to each machine, by the usual way.
                with suppress(Unavailable):
                    answers = await run_in_threadpool(nodes.unchanged_reports, oci, reports)
            finally:
                for (_, future), answer in zip(batch, answers, strict=True):
                    if not future.done():
                        future.set_result(answer)


async def _body(receive: Receive) -> AsyncIterator[Message]:
    more = True
    while more:
        message = await receive()
        yield message
        more = message["type"] == "http.request" and message.get("more_body", False)


def _replayed(messages: list[Message], receive: Receive) -> Receive:
    """Return a `receive` that gives the messages that were read already, then the others."""
    left = list(messages)

    async def again() -> Message:
        return left.pop(0) if left else await receive()

    return again


@lru_cache(maxsize=64)
def _serialised(directive: Directive) -> bytes:
    return directive.model_dump_json().encode()
