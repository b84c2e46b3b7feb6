import pytest

from ocinstaller.images.aptconf import (
    AptSource,
    Mirrors,
    host_codename,
    mirrors_of,
    parse_deb822,
    parse_one_line,
    parse_proxy,
    read_sources,
)
from ocinstaller.images.errors import SettingError

MIRROR = "http://mirror.example.org/debian"
SECURITY = "http://mirror.example.org/debian-security"

ONE_LINE = f"""\
# deb http://old.example.org/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] {MIRROR}/ bookworm main contrib # comment
deb-src {MIRROR} bookworm main
deb {SECURITY} bookworm-security main

deb http://flat.example.org/ ./
"""

DEB822 = f"""\
# A comment
Types: deb deb-src
URIs: {MIRROR}
Suites: trixie trixie-updates
Components: main
 non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
# Comment inside a stanza
URIs: {SECURITY}/
Suites: trixie-security
Components: main

Types: deb
URIs: http://disabled.example.org/debian
Suites: trixie
Components: main
Enabled: no

Types: deb-src
URIs: http://sources.example.org/debian
Suites: trixie
Components: main
"""


def test_one_line_format():
    assert parse_one_line(ONE_LINE) == (
        AptSource(MIRROR, "bookworm", ("main", "contrib")),
        AptSource(SECURITY, "bookworm-security", ("main",)),
        AptSource("http://flat.example.org", "./", ()),
    )


def test_deb822_format():
    assert parse_deb822(DEB822) == (
        AptSource(MIRROR, "trixie", ("main", "non-free-firmware")),
        AptSource(MIRROR, "trixie-updates", ("main", "non-free-firmware")),
        AptSource(SECURITY, "trixie-security", ("main",)),
    )


@pytest.mark.parametrize("parse", [parse_one_line, parse_deb822])
@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "nonsense\n"])
def test_files_without_sources(parse, text):
    assert parse(text) == ()


def test_all_files_of_a_configuration_are_read(tmp_path):
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (tmp_path / "sources.list").write_text(ONE_LINE)
    (parts / "debian.sources").write_text(DEB822)
    (parts / "other.list").write_text("deb http://other.example.org/debian sid main\n")
    (parts / "saved.list.save").write_text("deb http://saved.example.org/debian sid main\n")
    suites = [source.suite for source in read_sources(tmp_path)]
    assert suites == [
        "bookworm",
        "bookworm-security",
        "./",
        "trixie",
        "trixie-updates",
        "trixie-security",
        "sid",
    ]


def test_a_host_without_configuration_has_no_sources(tmp_path):
    assert read_sources(tmp_path) == ()


def test_the_mirrors_of_the_hosts_release_are_taken():
    assert mirrors_of(parse_one_line(ONE_LINE), "bookworm") == Mirrors(MIRROR, SECURITY)
    assert mirrors_of(parse_deb822(DEB822), "trixie") == Mirrors(MIRROR, SECURITY)


def test_the_security_archive_defaults_to_the_sibling():
    sources = (AptSource("https://mirror.example.org/deb/debian", "trixie", ("main",)),)
    assert mirrors_of(sources, "trixie").security == (
        "https://mirror.example.org/deb/debian-security"
    )


def test_sources_of_others_are_no_mirror():
    sources = (AptSource("http://other.example.org", "trixie", ("stable",)),)
    with pytest.raises(SettingError, match="trixie") as caught:
        mirrors_of(sources, "trixie")
    assert caught.value.field == "mirror"


@pytest.mark.parametrize(
    ("dump", "proxy"),
    [
        ("PROXY='http://10.0.0.1:3142'\n", "http://10.0.0.1:3142"),
        ("PROXY='DIRECT'\n", None),
        ("PROXY=''\n", None),
        ("", None),
    ],
)
def test_proxy(dump, proxy):
    assert parse_proxy(dump) == proxy


def test_host_release(tmp_path):
    file = tmp_path / "os-release"
    file.write_text('ID=debian\nVERSION_CODENAME=bookworm\nVERSION_ID="12"\n')
    assert host_codename(file) == "bookworm"
    file.write_text("ID=other\n")
    with pytest.raises(SettingError):
        host_codename(file)
