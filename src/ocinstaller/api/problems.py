"""Errors over HTTP: the one place where refusals become status codes (RFC 9457)."""

import json
import logging
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ocinstaller.actions.node_logs import LogGap
from ocinstaller.api.conditional import NotModified
from ocinstaller.model import errors
from ocinstaller.model.secret_fields import masked

LOG = logging.getLogger(__name__)

STATUS: dict[type[errors.OciError], int] = {
    errors.InvalidValue: 422,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.Stale: 412,
    errors.Throttled: 429,
    errors.Unavailable: 503,
}

_MEDIA_TYPE = "application/problem+json"
_SHOWN_INPUT = 200


def install(app: FastAPI) -> None:
    """Let the application answer every error with a problem document."""
    app.add_exception_handler(errors.OciError, _refusal)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(NotModified, _not_modified)


def status_of(error: errors.OciError) -> int:
    """Return the HTTP status of a refusal."""
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)


def problem(
    status: int,
    title: str,
    detail: str,
    headers: dict[str, str] | None = None,
    **more: object,
) -> JSONResponse:
    """Return a problem document."""
    body = {"type": "about:blank", "status": status, "title": title, "detail": detail, **more}
    return _ProblemResponse(body, status, headers, media_type=_MEDIA_TYPE)


class _ProblemResponse(JSONResponse):
    """JSON that can hold every text that was sent: what UTF-8 cannot is escaped."""

    def render(self, content: object) -> bytes:
        """Return the document's bytes."""
        return json.dumps(content).encode()


async def _refusal(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, errors.OciError):
        raise error
    LOG.warning(
        "refused",
        extra={"method": request.method, "path": request.url.path, "reason": error.message},
    )
    more: dict[str, object] = {
        "field": error.field,
        "value": error.value,
        "allowed": error.allowed,
    }
    if isinstance(error, LogGap):
        more["next_seq"] = error.next_seq
    return problem(status_of(error), type(error).__name__, error.message, headers_of(error), **more)


def headers_of(error: errors.OciError) -> dict[str, str] | None:
    """Return the headers that go with a refusal; None without any."""
    if isinstance(error, errors.Unauthenticated):
        return {"WWW-Authenticate": 'Basic realm="OCI", charset="UTF-8"'}
    if isinstance(error, errors.TryLater):
        return {"Retry-After": str(error.retry_after_s)}
    return None


def _shown(fault: dict[str, Any]) -> str:
    """Return the value at fault, without what is secret in it."""
    return str(masked(str(fault["loc"][-1]), fault.get("input")))[:_SHOWN_INPUT]


async def _malformed(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    faults = [
        {
            "field": ".".join(str(part) for part in fault["loc"]),
            "value": _shown(fault),
            "allowed": fault["msg"],
        }
        for fault in error.errors()[:10]
    ]
    detail = "; ".join(f"{fault['field']}: {fault['allowed']}" for fault in faults)
    LOG.warning(
        "refused", extra={"method": request.method, "path": request.url.path, "reason": detail}
    )
    return problem(422, "Malformed request", detail, errors=faults)


async def _not_modified(_request: Request, error: Exception) -> Response:
    if not isinstance(error, NotModified):
        raise error
    return Response(status_code=304, headers={"ETag": error.tag})


async def _http(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers) if error.headers else None
    return problem(error.status_code, str(error.detail), str(error.detail), headers)
