"""No page shows words that nobody translated: found with a language that marks what it says.

Every message that French knows is put in brackets; whatever is readable outside of brackets is
data, or a fault. Data are recognised by being no words of the program: the names of the test's
world, and what machines and files say.
"""

import gettext
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from docs import translate
from fastapi.testclient import TestClient

from ocinstaller.actions import clusters
from ocinstaller.actions.context import Installation
from ocinstaller.api.page_permissions import PAGES
from ocinstaller.web import rendering
from tests.api.test_pages import log_in
from tests.browser.world import populate, serial

OPEN, CLOSE = "⟦", "⟧"
QUIET = ("script", "style", "code", "pre", "title")
"""Elements whose text is data, or is shown by no page itself."""
READ_ALOUD = ("aria-label", "title", "placeholder", "alt")
NOTHING = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
ENGLISH = re.compile(
    r"(?<![\w./=-])(the|of|is|are|not|with|without|for|and|or|to|from|in|on|at|by|it|its|has|have|"
    r"first|every|runs?|another|other|machines|live|installed|installing|firstboot|bootinglive|"
    r"success|failure|notrun|done|refused|operator|viewer|administrator|error|warning|running|"
    r"waiting|failed)(?![\w./=-])"
)
"""Words that are no names: whatever has one of them is a sentence or a state."""
SAID = {
    "viewer": "a login of the world",
    "Package[nova-compute]: the mirror does not answer": "by Puppet on a machine",
}
"""What no page translates, and why."""


class Marking(gettext.NullTranslations):
    """A language that puts in brackets what a catalogue knows, and nothing else."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._known = {
            one for message in translate.read(language) if (ids := message.id)
            for one in ((ids,) if isinstance(ids, str) else ids)
        }  # fmt: skip

    def gettext(self, message: str) -> str:
        """Return the message in brackets."""
        return f"{OPEN}{message}{CLOSE}" if message in self._known else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the right one of both in brackets."""
        return self.gettext(msgid1 if n == 1 else msgid2)


class Readable(HTMLParser):
    """Collects what somebody who looks at a page, or has it read, comes to know."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the element, and what is read of it."""
        if tag not in ("input", "link", "meta", "img", "br", "path", "rect", "circle", "line"):
            self._inside.append(tag)
        self.texts += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        """Forget the element."""
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        if data.strip() and not set(QUIET) & set(self._inside):
            self.texts.append(data.strip())


def english(page: str) -> Iterator[str]:
    """Yield the texts of a page that hold English words which no catalogue knows.

    What begins with a bracket is a value of the API or of Puppet.
    """
    reader = Readable()
    reader.feed(page)
    whole = "\n".join(reader.texts)
    while NOTHING.search(whole):
        whole = NOTHING.sub("", whole)
    yield from (
        line
        for line in whole.splitlines()
        if ENGLISH.search(line) and line not in SAID and line[:1] not in ("{", "[")
    )


NAMES = {
    "machines": (serial(0), serial(7), serial(9), serial(12), serial(16)),
    "clusters": ("cloud", "empty"),
    "networks": ("mgmt-1", "public-1", "spare"),
    "users": ("ada",),
    "passwords": ("cloud.keystone_admin",),
    "site-documents": ("racking-map", "hardware-profiles"),
}
"""Which objects of the world are looked at, by what their pages are below."""
DATA = {
    "/oci/clusters/{name}/file": "a file",
    "/oci/clusters/{name}/openrc": "a file",
    "/oci/stream": "states in the program's words, which the pages' script translates",
}
REFUSED = (
    ("/oci/clusters/new", {"name": "Not a label", "domain": "example.com"}),
    ("/oci/clusters/new", {"name": "cloud", "domain": "example.com"}),
    ("/oci/networks/new", {"name": "x", "address": "10.1.0.0/24", "location": "paris-1"}),
    ("/oci/networks/mgmt-1/change", {"vlan": "5000"}),
    ("/oci/networks/mgmt-1/change", {"gateway": "10.9.9.9"}),
    ("/oci/networks/mgmt-1/delete", {"confirm": "mgmt-1"}),
    ("/oci/networks/mgmt-1/delete", {"confirm": "other"}),
    ("/oci/networks/mgmt-1/reservations", {"first_ip": "10.9.9.9"}),
    ("/oci/clusters/cloud/delete", {"confirm": "cloud"}),
    ("/oci/clusters/cloud/settings", {"swift_part_power": "x"}),
    ("/oci/clusters/none/delete", {"confirm": "none"}),
    ("/oci/locations", {"name": "a b", "swift_region": "europe"}),
    ("/oci/locations/paris-1/delete", {"confirm": "paris-1"}),
    ("/oci/roles", {"name": "compute", "purpose": "x"}),
    ("/oci/users", {"login": "ada", "password": "short", "role": "viewer"}),
    ("/oci/users/admin/delete", {"confirm": "admin"}),
    ("/oci/account/tokens", {"name": "a", "role": "viewer", "days": "0"}),
    ("/oci/site-documents/racking-map", {"text": "{"}),
    (f"/oci/machines/{serial(9)}/power", {"action": "on"}),
    (f"/oci/machines/{serial(7)}/install", {"confirm": serial(7)}),
    (f"/oci/machines/{serial(12)}/disk", {}),
    (f"/oci/machines/{serial(0)}/addresses", {"network": "spare"}),
    (f"/oci/machines/{serial(0)}/settings", {"swap_mib": "x"}),
)
"""Forms that are refused, each for a reason of its own."""
PLANNED = (
    ("/oci/cluster-files/plan", {"text": "cluster: ["}),
    ("/oci/clusters/cloud/plan", {"role": "compute", "count": "900000", "location": "paris-1"}),
    ("/oci/clusters/cloud/settings/plan", {"has_subrole_designate": "yes"}),
    ("/oci/clusters/cloud/plan", {"role": "controller", "count": "2", "location": "paris-1"}),
    ("/oci/clusters/cloud/rings/plan", {}),
    ("/oci/machine-actions", {"action": "install", "machine": serial(3)}),
    ("/oci/machine-actions", {"action": "enrol", "machine": serial(12), "cluster": "cloud"}),
    ("/oci/machine-actions", {"action": "remove", "machine": serial(0)}),
)
"""Forms that tell what would follow."""


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch, oci: Installation) -> Iterator[None]:
    """Let pages of a whole data centre speak the language that marks."""
    populate(oci)
    oci.store.write(lambda s: clusters.create_cluster(s, oci, "empty", "example.org"))
    marking = Marking("fr")
    monkeypatch.setattr(rendering, "catalogue", lambda _language: marking)
    rendering._environment.cache_clear()
    yield
    rendering._environment.cache_clear()


def addresses() -> Iterator[str]:
    """Yield the addresses of all pages."""
    for method, path in PAGES:
        if method == "GET" and path not in DATA:
            start, field, rest = path.partition("{")
            names = NAMES[start.split("/")[2]] if field else ("",)
            yield from (start + name + rest.partition("}")[2] for name in names)


def test_no_page_shows_words_that_nobody_translated(marked: None, browser: TestClient) -> None:
    form = {"csrf": log_in(browser)}
    pages = {target: browser.get(target).text for target in addresses()}
    for target, typed in (*REFUSED, *PLANNED):
        pages[f"{target} {typed}"] = browser.post(target, data=form | typed).text
    found = {text: target for target, page in pages.items() for text in english(page)}
    assert not found, "\n".join(f"{text!r} on {target}" for text, target in found.items())


def test_forms_of_this_test_are_refused(browser: TestClient, marked: None) -> None:
    form = {"csrf": log_in(browser)}
    refused = {
        (target, *typed): browser.post(target, data=form | typed).status_code
        for target, typed in REFUSED
    }
    assert {what: status for what, status in refused.items() if status < 400} == {}
