"""Renders the templates of the pages, in each language."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from ocinstaller.model.text import Text, joined
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
    messages = catalogue(language)

    def said(value: object) -> object:
        """Every value that a template shows: the domain's sentences in the visitor's language."""
        return value.said(messages.gettext) if isinstance(value, Text) else value

    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=said,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_translations(messages, newstyle=True)  # type: ignore[attr-defined]
    made.globals["gettext"] = _with_sentences(made.globals["gettext"], said)  # type: ignore[arg-type]
    made.globals["words"] = {word: messages.gettext(word) for word in formats.TONES}
    made.filters.update(formats.FILTERS)
    # A word of a table is no template, and for gettext the empty one is the catalogue's head.
    made.filters["word"] = lambda word: messages.gettext(word) if word else ""
    made.filters["joined"] = lambda parts, separator: joined(separator, parts)
    return made


def _with_sentences(
    gettext: Callable[..., object], said: Callable[[object], object]
) -> Callable[..., object]:
    """Return `gettext` of templates, which also translates sentences that a message embeds."""

    @pass_context
    def translated(context: Context, message: str, **values: object) -> object:
        return gettext(context, message, **{name: said(one) for name, one in values.items()})

    return translated


def html(language: str, template: str, status: int, values: Mapping[str, object]) -> HTMLResponse:
    """Return a page or a part of one: escaped, without inline scripts, not to be stored."""
    text = _environment(language).get_template(template).render(values)
    return HTMLResponse(text, status, headers=HEADERS)
