"""What every page has: who looks at it, what that one may do, how it is shown and refused.

A route of the pages takes a `Page`. Taking it lets nobody in who may not see the route, and no
change through that does not come from one of our own forms: there is no other way to a page.
"""

import hashlib
import hmac
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from ocinstaller.actions import events
from ocinstaller.actions.context import Installation
from ocinstaller.api.auth import SESSION_COOKIE, Server, Visitor, acting_as
from ocinstaller.api.conditional import Show, expecting, tags_of
from ocinstaller.api.limits import raw_body
from ocinstaller.api.permissions import ROUTES
from ocinstaller.api.problems import headers_of, status_of
from ocinstaller.model.access import Actor, Permission
from ocinstaller.model.errors import Forbidden, OciError, Stale
from ocinstaller.model.text import Text
from ocinstaller.web import assets, rendering
from ocinstaller.web.formats import TONES
from ocinstaller.web.forms import Typed
from ocinstaller.web.languages import LANGUAGES, language_of
from ocinstaller.web.navigation import NOTES, entries

LOG = logging.getLogger(__name__)

T = TypeVar("T")

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "oci_theme"

_SAFE = ("GET", "HEAD")
_OK = 200
_SEE_OTHER = 303
_CSRF_FIELD = "csrf"
_SEEN_FIELD = "seen"
"""Carries the entity tag of what a form was made from: what `If-Match` is in the API."""


def frame(request: Request, oci: Installation, actor: Actor | None) -> dict[str, object]:
    """Return what the frame of every page shows."""
    theme = request.cookies.get(THEME_COOKIE, "")
    return {
        "actor": actor,
        "may": {str(p): actor is not None and actor.may(p) for p in Permission},
        "navigation": entries(actor, request.url.path) if actor else [],
        "csrf": csrf_token(request),
        "language": language_of(request),
        "languages": LANGUAGES,
        "theme": theme if theme in THEMES else THEMES[0],
        "themes": THEMES,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "note": NOTES.get(request.query_params.get("note", ""), ""),
        "assets": assets.versions(oci),
        "tones": TONES,
        "newest_event": 0,
    }


def csrf_token(request: Request) -> str:
    """Return what our forms carry and another site's cannot.

    Derived from the secret that the request proves itself with, so it needs no storage, ends with
    the session, and does not give the secret away.
    """
    secret = request.cookies.get(SESSION_COOKIE) or request.headers.get("authorization") or ""
    return hashlib.sha256(b"oci form\0" + secret.encode(errors="replace")).hexdigest()


def check_origin(request: Request) -> None:
    """Accept what was sent from our own pages, or by no browser.

    :raises Forbidden: a browser says that another site sent it
    """
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden(
            Text("the form was not one of this server"),
            field="Origin",
            value=origin,
            allowed=Text("our own"),
        )


def _check_form(request: Request, typed: Typed) -> None:
    check_origin(request)
    if not hmac.compare_digest(typed.text(_CSRF_FIELD).encode(), csrf_token(request).encode()):
        raise Stale(
            Text("the form does not belong to this log-in: open its page again"),
            field=_CSRF_FIELD,
            allowed=Text("a form that was opened after logging in"),
        )


class PageContext:
    """One request for a page."""

    def __init__(
        self,
        request: Request,
        oci: Server,
        actor: Visitor,
        content: Annotated[bytes, Depends(raw_body)],
    ) -> None:
        self.typed = Typed.parse(content)
        if request.method not in _SAFE:
            _check_form(request, self.typed)
        self.request = request
        self.actor = actor
        self.oci = acting_as(request, oci, actor)
        self.language = language_of(request)
        # Before anything else is read: what changes from now on is told by the stream.
        self._newest_event = 0 if self.is_part else self.read(_newest_event)

    @property
    def is_part(self) -> bool:
        """Whether a script asks for a part of the page that is open (htmx says so)."""
        return self.request.headers.get("hx-request") == "true"

    def offers(self, method: str, path: str) -> bool:
        """Tell whether the actor may use a route."""
        return self.actor.may(ROUTES[method, path].permission)

    def render(self, template: str, /, **values: object) -> HTMLResponse:
        """Return a page."""
        return self._answer(template, _OK, values)

    def refused(self, template: str, error: OciError, /, **values: object) -> HTMLResponse:
        """Return the page of a form that was refused; the form in `values` says why."""
        return self._answer(template, status_of(error), values)

    def _answer(self, template: str, status: int, values: Mapping[str, object]) -> HTMLResponse:
        known = frame(self.request, self.oci, self.actor)
        known["newest_event"] = self._newest_event
        return rendering.html(self.language, template, status, {**known, **values})

    def see(self, path: str, note: str = "") -> Response:
        """Lead to another page, which shows a note of `NOTES`."""
        target = f"{path}{'&' if '?' in path else '?'}note={note}" if note else path
        if self.is_part:
            return Response(headers={"HX-Redirect": target})
        return RedirectResponse(target, _SEE_OTHER)

    def write(self, show: Show, name: str, work: Callable[[Session], T]) -> T:
        """Return the result of `work` on an existing object, once it is durable.

        :param show: gives the object that the form was made from
        :raises Stale: somebody else changed the object since the form was opened
        """
        return self.oci.store.write(self.guard(show, name, work))

    def guard(self, show: Show, name: str, work: Callable[[Session], T]) -> Callable[[Session], T]:
        """Return `work`, preceded by a look whether the object is still what the form saw.

        :raises Stale: when running it, somebody else has changed the object
        """
        return expecting(tags_of(self.typed.text(_SEEN_FIELD)), show, name, work)

    def read(self, work: Callable[[Session], T]) -> T:
        """Return what `work` reads, in one transaction."""
        with self.oci.store.read() as session:
            return work(session)


def _newest_event(session: Session) -> int:
    return events.first_number(session, None, 0)


Page = Annotated[PageContext, Depends(PageContext)]


class PageRoute(APIRoute):
    """A route whose refusals are pages too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler: the usual one, with refusals made readable."""
        usual = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await usual(request)
            except OciError as error:
                return refusal(request, error)
            except HTTPException as error:
                if error.status_code == _SEE_OTHER and request.headers.get("hx-request"):
                    return Response(headers={"HX-Redirect": str((error.headers or {})["Location"])})
                raise

        return handler


def refusal(request: Request, error: OciError) -> HTMLResponse:
    """Return the page that tells what was refused, and what would have been accepted."""
    LOG.warning(
        "refused",
        extra={"method": request.method, "path": request.url.path, "reason": error.message},
    )
    oci: Installation = request.app.state.installation
    part = request.headers.get("hx-request") == "true"
    template = "parts/refusal.html" if part else "refusal.html"
    response = rendering.html(
        language_of(request),
        template,
        status_of(error),
        {**frame(request, oci, None), "error": error},
    )
    response.headers.update(headers_of(error) or {})
    return response
