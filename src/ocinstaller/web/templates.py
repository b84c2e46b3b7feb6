"""Renders the templates of the pages."""

from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "data"),
    autoescape=True,
    undefined=StrictUndefined,
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: browsers would then send our forms with the origin "null" (Fetch, 3.2.2).
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(template: str, **values: object) -> HTMLResponse:
    """Return a page: escaped, without scripts, not to be stored or framed."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(**values), headers=_HEADERS)
