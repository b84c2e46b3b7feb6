"""Logging in to the web pages and out again.

A page of another site can neither log somebody in (the request's origin is compared) nor out (the
cookie is not sent with its requests), so the forms need no token.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from ocinstaller.actions import login
from ocinstaller.actions.context import Installation
from ocinstaller.api.auth import SESSION_COOKIE, OperatorAddress, Server, log_in
from ocinstaller.api.limits import raw_body
from ocinstaller.api.problems import headers_of, status_of
from ocinstaller.model.access import Act, Actor
from ocinstaller.model.errors import OciError, TryLater, Unauthenticated
from ocinstaller.web import rendering
from ocinstaller.web.forms import Typed
from ocinstaller.web.languages import language_of
from ocinstaller.web.page import PageRoute, check_origin, frame

router = APIRouter(include_in_schema=False, route_class=PageRoute)

_COOKIE_PATH = "/oci"
_SEE_OTHER = 303


@router.get("/oci/login")
def form(request: Request, oci: Server, _address: OperatorAddress) -> HTMLResponse:
    """Show the form."""
    return _form(request, oci)


@router.post("/oci/login")
def log_in_to_pages(
    request: Request,
    oci: Server,
    address: OperatorAddress,
    content: Annotated[bytes, Depends(raw_body)],
) -> Response:
    """Begin a session; a refused one shows the form again, with the reason."""
    check_origin(request)
    typed = Typed.parse(content)
    try:
        actor = log_in(request, oci, typed.secret("login"), typed.secret("password"), address)
    except (Unauthenticated, TryLater) as error:
        return _form(request, oci, error)
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


def _form(request: Request, oci: Installation, error: OciError | None = None) -> HTMLResponse:
    response = rendering.html(
        language_of(request),
        "login.html",
        status_of(error) if error else 200,
        {**frame(request, oci, None), "reason": error.message if error else ""},
    )
    if isinstance(error, TryLater):
        response.headers.update(headers_of(error) or {})
    return response
