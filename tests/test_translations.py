"""Every message of the web pages is translated, and the compiled catalogues are up to date."""

import ast
import gettext
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from docs import translate

import ocinstaller
from ocinstaller.model.states import State
from ocinstaller.model.text import Text, joined
from ocinstaller.web.languages import LANGUAGES

SOURCE = Path(ocinstaller.__file__).parent
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


SENTENCES = {
    "InvalidValue": (2,), "NotFound": (0, 2), "Duplicate": (2,), "InUse": (0, 2), "Conflict": (0,),
    "Exhausted": (0,), "WrongState": (0,), "Stale": (0,), "Unauthenticated": (0,),
    "Forbidden": (0,), "Throttled": (0,), "Unavailable": (0,), "Check": (2, 3),
}  # fmt: skip
"""Where each refusal, and each check of the server, has its sentences."""
WORDS = re.compile(r"[a-z]{3}")
SHOWN = ("actions", "drivers", "model", "pki", "puppet", "store", "web")
"""Packages whose refusals pages show."""


def fields(template: str) -> set[str]:
    """Return the fields of a template as `str.format` sees them."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_translations_of_sentences_keep_their_fields(language: str) -> None:
    for message in translate.updated(language):
        if isinstance(message.id, str) and "{" in message.id:
            assert fields(str(message.string)) == fields(message.id), message.id


def refusals(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what refusals tell people: the message, and what would have been accepted."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for place in SENTENCES.get(node.func.id, ()):
                yield from node.args[place : place + 1]
            if node.func.id in SENTENCES:
                yield from (k.value for k in node.keywords if k.arg in ("allowed", "message"))


def untranslatable(sentence: ast.expr) -> bool:
    """Tell whether an expression writes words of its own that nobody could translate."""
    if isinstance(sentence, ast.BoolOp):
        return any(map(untranslatable, sentence.values))
    if isinstance(sentence, ast.IfExp):
        return untranslatable(sentence.body) or untranslatable(sentence.orelse)
    if isinstance(sentence, ast.JoinedStr):
        return any(
            isinstance(p, ast.Constant) and WORDS.search(str(p.value)) for p in sentence.values
        )
    return isinstance(sentence, ast.Constant) and bool(WORDS.search(str(sentence.value)))


def test_refusals_can_be_translated() -> None:
    for package in SHOWN:
        for file in (SOURCE / package).rglob("*.py"):
            for sentence in refusals(ast.parse(file.read_text())):
                assert not untranslatable(sentence), (
                    f"{file}:{sentence.lineno}: {ast.unparse(sentence)} is no Text"
                )


def test_a_text_is_its_english_sentence_and_can_be_said_otherwise() -> None:
    french = {
        "machine {name} is {state}": "la machine {name} est {state}",
        "none": "aucune",
        "installed": "installée",
    }
    text = Text("machine {name} is {state}", name=Text("none"), state=State.INSTALLED)
    assert text == "machine none is installed"
    copy = pickle.loads(pickle.dumps(text))  # noqa: S301 - our own
    assert copy.said(lambda message: french[message]) == "la machine aucune est installée"
    row = joined("; ", (text, "data {as} is"))
    said = row.said(lambda message: french.get(message, message))
    assert said == "la machine aucune est installée; data {as} is"
