"""Every message of the web pages is translated, and the compiled catalogues are up to date."""

import gettext

import pytest
from docs import translate

from ocinstaller.web.languages import LANGUAGES

OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogues_are_up_to_date(language: str) -> None:
    """`python docs/translate.py` makes them so."""
    file = translate.po_file(language)
    written = {message.id for message in translate.read(language) if message.id}
    wanted = translate.updated(language)
    assert written == {message.id for message in wanted if message.id}
    assert translate.untranslated(wanted) == []
    with file.with_suffix(".mo").open("rb") as content:
        compiled = gettext.GNUTranslations(content)
    for message in wanted:
        if message.id and message.pluralizable:
            singular, plural = message.id
            assert compiled.ngettext(singular, plural, 1) == message.string[0]
            assert compiled.ngettext(singular, plural, 2) == message.string[1]
        elif message.id:
            assert compiled.gettext(message.id) == message.string


def test_translations_keep_the_placeholders() -> None:
    for language in OTHERS:
        for message in translate.updated(language):
            assert list(message.check()) == [], message.id
