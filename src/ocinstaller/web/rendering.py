"""Renders the templates of the pages, in each language."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ocinstaller.web import formats
from ocinstaller.web.languages import catalogue

_TEMPLATES = Path(__file__).parent / "data" / "templates"

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: browsers would then send our forms with the origin "null" (Fetch, 3.2.2).
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@lru_cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(formats.FILTERS)
    return made


def html(language: str, template: str, status: int, values: Mapping[str, object]) -> HTMLResponse:
    """Return a page or a part of one: escaped, without inline scripts, not to be stored."""
    text = _environment(language).get_template(template).render(values)
    return HTMLResponse(text, status, headers=HEADERS)
