"""Keeps the catalogues of the web pages up to date: `python docs/translate.py`.

Adds new messages to each language's `oci.po`, drops those that are gone, and compiles `oci.mo`,
which the server reads. A test fails when either is stale or a message is not translated. Messages
are those of the pages' code and templates, the sentences of the whole program (`Text`), and the
words of its tables: states, help of settings, purposes of roles.
"""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from ocinstaller.web import vocabulary

WEB = Path(__file__).parent.parent / "src" / "ocinstaller" / "web"
LOCALE = WEB / "data" / "locale"
_METHODS = [("web/data/templates/**.html", "jinja2"), ("**.py", "python")]
_OPTIONS = {"web/data/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
_KEYWORDS = {"_": None, "N_": None, "Text": None, "gettext": None, "ngettext": (1, 2)}
_WIDTH = 100
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands in every catalogue: the same messages give the same file."""


def messages() -> Catalog:
    """Return every message of code, templates and tables."""
    found = Catalog()
    extracted = extract_from_dir(WEB.parent, _METHODS, _OPTIONS, keywords=_KEYWORDS)
    for _file, _line, message, _comments, context in extracted:
        found.add(message, None, context=context)
    for word in vocabulary.words():
        found.add(word, None)
    for one in found:
        if "%(" not in str(one.id):  # our own fields have names; other signs are just signs
            one.flags.discard("python-format")
    return found


def read(language: str) -> Catalog:
    """Return a language's catalogue as it is."""
    with po_file(language).open("rb") as content:
        return read_po(content, locale=language, domain="oci")


def updated(language: str) -> Catalog:
    """Return a language's catalogue with exactly the messages that there are."""
    catalogue = read(language)
    wanted = messages()
    catalogue.update(wanted, no_fuzzy_matching=True)
    for one in catalogue:
        one.flags = wanted[one.id].flags if one.id in wanted else one.flags
    catalogue.creation_date = catalogue.revision_date = _NO_DATE
    catalogue.obsolete.clear()
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """Return the compiled form of a catalogue."""
    content = BytesIO()
    write_mo(content, catalogue)
    return content.getvalue()


def po_file(language: str) -> Path:
    """Return the file that translators edit."""
    return LOCALE / language / "LC_MESSAGES" / "oci.po"


def main() -> None:
    """Update and compile all languages."""
    for directory in sorted(path for path in LOCALE.iterdir() if path.is_dir()):
        catalogue = updated(directory.name)
        file = po_file(directory.name)
        with file.open("wb") as content:
            write_po(content, catalogue, width=_WIDTH, sort_output=True, omit_header=True)
        file.with_suffix(".mo").write_bytes(compiled(catalogue))
        missing = untranslated(catalogue)
        print(f"{directory.name}: {len(catalogue)} messages, {len(missing)} without translation")
        for one in missing:
            print(f"  {one}")


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the messages without a translation."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and not (all(message.string) if message.pluralizable else message.string)
    ]


if __name__ == "__main__":
    main()
