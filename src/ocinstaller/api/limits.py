"""Request bodies: refused when larger than anything OCI accepts, else read whole."""

import logging

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ocinstaller.api.problems import problem
from ocinstaller.model.hardware import REPORT_LIMIT

LOG = logging.getLogger(__name__)


async def raw_body(request: Request) -> bytes:
    """Return the body as it came: the dependency of routes that take no JSON."""
    return await request.body()


class BodyTooLargeError(Exception):
    """Ends the reading of a body that has grown over the limit."""


class BodyLimit:
    """ASGI middleware: answers 413 as soon as a body is, or says it is, over the limit."""

    def __init__(self, app: ASGIApp, limit: int = REPORT_LIMIT) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._declared(scope) > self._limit:
            await self._refuse(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                raise BodyTooLargeError
            return message

        async def watched(message: Message) -> None:
            """Put our answer in the place of the one that the broken-off reading caused."""
            if read <= self._limit:
                await send(message)
            elif message["type"] == "http.response.start":
                await self._refuse(scope, receive, send)

        try:
            await self._app(scope, counted, watched)
        except BodyTooLargeError:
            await self._refuse(scope, receive, send)

    @staticmethod
    def _declared(scope: Scope) -> int:
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit():
                return int(value)
        return 0

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        LOG.warning("refused", extra={"path": scope["path"], "reason": "body too large"})
        detail = f"the body is larger than {self._limit} bytes"
        response = problem(413, "Body too large", detail, {"Connection": "close"})
        await response(scope, receive, send)
