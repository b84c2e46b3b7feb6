"""Language and colours: kept by the browser, for visitors who have not logged in too."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse

from ocinstaller.api.auth import OperatorAddress
from ocinstaller.api.limits import raw_body
from ocinstaller.web import languages, page
from ocinstaller.web.forms import Typed

router = APIRouter(include_in_schema=False, route_class=page.PageRoute)

_SEE_OTHER = 303
_YEAR_S = 365 * 24 * 3600
_HOME = "/oci/"


@router.post("/oci/preferences")
def keep(
    request: Request, _address: OperatorAddress, content: Annotated[bytes, Depends(raw_body)]
) -> RedirectResponse:
    """Keep a choice in a cookie and lead back to where it was made."""
    page.check_origin(request)
    typed = Typed.parse(content)
    back = typed.text("back", _HOME)
    response = RedirectResponse(back if back.startswith(_HOME) else _HOME, _SEE_OTHER)
    for cookie, field, known in (
        (languages.COOKIE, "language", tuple(languages.LANGUAGES)),
        (page.THEME_COOKIE, "theme", page.THEMES),
    ):
        if typed.text(field) in known:
            response.set_cookie(
                cookie,
                typed.text(field),
                max_age=_YEAR_S,
                path="/oci",
                secure=True,
                httponly=True,
                samesite="strict",
            )
    return response
