"""The languages of the pages: gettext catalogues of the package, chosen by cookie or browser."""

import gettext
from functools import lru_cache
from pathlib import Path

from fastapi import Request

LANGUAGES = {"en": "English", "fr": "Français"}
"""Code (BCP 47) and own name; the first is what the messages are written in."""

COOKIE = "oci_language"

_DOMAIN = "oci"
_LOCALE = Path(__file__).parent / "data" / "locale"


def N_(message: str) -> str:
    """Mark a message that a template translates later; return it as it is."""
    return message


@lru_cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the messages of a language."""
    return gettext.translation(_DOMAIN, _LOCALE, [language], fallback=language == "en")


def language_of(request: Request) -> str:
    """Return the language that the visitor chose, else the one that the browser likes most."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    return preferred(request.headers.get("accept-language", ""))


def preferred(accepted: str) -> str:
    """Return our language of the highest quality in an `Accept-Language` (RFC 9110, 12.5.4)."""
    ranked: list[tuple[float, int, str]] = []
    for position, entry in enumerate(accepted.split(",")):
        tag, _, parameters = entry.partition(";")
        code = tag.strip().lower().partition("-")[0]
        quality = _quality(parameters)
        if code in LANGUAGES and quality > 0:
            ranked.append((-quality, position, code))
    return min(ranked)[2] if ranked else next(iter(LANGUAGES))


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
