"""Logging in to the web pages and out again: the only forms there are.

A page of another site can neither log somebody in (the request's origin is compared) nor out (the
cookie is not sent with its requests), so the forms need no token.
"""

from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from ocinstaller.actions import login
from ocinstaller.actions.context import Installation
from ocinstaller.api.auth import SESSION_COOKIE, OperatorAddress, Server, log_in
from ocinstaller.api.limits import raw_body
from ocinstaller.model.access import Act, Actor
from ocinstaller.model.errors import Forbidden, OciError, TryLater, Unauthenticated
from ocinstaller.web.templates import page

router = APIRouter(include_in_schema=False)

_COOKIE_PATH = "/oci"
_SEE_OTHER = 303
_UNAUTHENTICATED = 401
_TOO_MANY = 429


@router.get("/oci/login")
def form(_address: OperatorAddress) -> HTMLResponse:
    """Show the form."""
    return page("login.html", login="", reason="")


@router.post("/oci/login")
def log_in_to_pages(
    request: Request,
    oci: Server,
    address: OperatorAddress,
    content: Annotated[bytes, Depends(raw_body)],
) -> Response:
    """Begin a session; a refused one shows the form again, with the reason."""
    _check_origin(request)
    fields = parse_qs(content.decode(errors="replace"))
    name, password = (fields.get(field, [""])[0] for field in ("login", "password"))
    try:
        actor = log_in(request, oci, name, password, address)
    except (Unauthenticated, TryLater) as error:
        return _again(error)
    secret = _acting(oci, actor, "login").store.write(
        lambda session: login.open_session(session, actor.name)
    )
    response = RedirectResponse("/oci/", _SEE_OTHER)
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(login.SESSION_LIFETIME.total_seconds()),
        path=_COOKIE_PATH,
        secure=True,
        httponly=True,
        samesite="strict",
    )
    return response


@router.post("/oci/logout")
def log_out(request: Request, oci: Server, address: OperatorAddress) -> Response:
    """End the session."""
    secret = request.cookies.get(SESSION_COOKIE, "")
    with oci.store.read() as session:
        actor = login.session_user(session, secret, address)
    if actor is not None:
        _acting(oci, actor, "logout").store.write(
            lambda session: login.close_session(session, secret)
        )
    response = RedirectResponse("/oci/login", _SEE_OTHER)
    response.delete_cookie(
        SESSION_COOKIE, path=_COOKIE_PATH, secure=True, httponly=True, samesite="strict"
    )
    return response


def _acting(oci: Installation, actor: Actor, action: str) -> Installation:
    return oci.acting(Act(actor, action, "user", actor.name))


def _check_origin(request: Request) -> None:
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden(
            "the form was not one of this server", field="Origin", value=origin, allowed="our own"
        )


def _again(error: OciError) -> HTMLResponse:
    response = page("login.html", login="", reason=error.message)
    response.status_code = _UNAUTHENTICATED
    if isinstance(error, TryLater):
        response.status_code = _TOO_MANY
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response
