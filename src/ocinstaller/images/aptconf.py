"""Reads where the host's apt gets packages from, so that images come from the same mirror.

Both formats of sources.list(5) are understood: one line per source, and deb822 stanzas.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ocinstaller.images.errors import SettingError
from ocinstaller.images.run import run

_ONE_LINE = re.compile(
    r"^(?P<type>deb|deb-src)\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)"
    r"(?:\s+(?P<components>[^#]*))?"
)
_DISABLED = {"no", "false", "0", "off", "without", "disable"}
"""Values that apt reads as "no" (apt-pkg's StringToBool)."""


@dataclass(frozen=True)
class AptSource:
    """One archive and suite of binary packages."""

    uri: str
    suite: str
    components: tuple[str, ...]


@dataclass(frozen=True)
class Mirrors:
    """Base addresses of Debian's archive and of its security archive."""

    archive: str
    security: str


def parse_one_line(text: str) -> tuple[AptSource, ...]:
    """The enabled binary sources of a `*.list` file."""
    found = []
    for line in text.splitlines():
        match = _ONE_LINE.match(line.strip())
        if match and match["type"] == "deb":
            components = tuple((match["components"] or "").split())
            found.append(AptSource(match["uri"].rstrip("/"), match["suite"], components))
    return tuple(found)


def parse_deb822(text: str) -> tuple[AptSource, ...]:
    """The enabled binary sources of a `*.sources` file."""
    found = []
    for stanza in _stanzas(text):
        enabled = stanza.get("enabled", "yes").strip().lower() not in _DISABLED
        if not enabled or "deb" not in stanza.get("types", "").split():
            continue
        components = tuple(stanza.get("components", "").split())
        found += [
            AptSource(uri.rstrip("/"), suite, components)
            for uri in stanza.get("uris", "").split()
            for suite in stanza.get("suites", "").split()
        ]
    return tuple(found)


def _stanzas(text: str) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    name = ""
    for line in [*text.splitlines(), ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                yield fields
            fields, name = {}, ""
        elif line[0].isspace() and name:
            fields[name] += "\n" + line.strip()
        else:
            key, _, value = line.partition(":")
            name = key.strip().lower()
            fields[name] = value.strip()


def read_sources(apt_directory: Path = Path("/etc/apt")) -> tuple[AptSource, ...]:
    """All enabled binary sources below an apt configuration directory, in apt's order."""
    parts = apt_directory / "sources.list.d"
    files = [apt_directory / "sources.list", *sorted(parts.glob("*.*"))]
    found: list[AptSource] = []
    for file in files:
        if not file.is_file():
            continue
        if file.suffix == ".list":
            found += parse_one_line(file.read_text())
        elif file.suffix == ".sources":
            found += parse_deb822(file.read_text())
    return tuple(found)


def mirrors_of(sources: tuple[AptSource, ...], codename: str) -> Mirrors:
    """Debian's mirrors among the sources of a host whose release is `codename`.

    The security archive is named by its suite `<codename>-security`; a host without one gets
    Debian's convention, a sibling of the archive whose last path component is `debian-security`.

    :raises SettingError: when no source carries the release.
    """
    archive = _first(sources, codename)
    if archive is None:
        suites = ", ".join(sorted({source.suite for source in sources})) or "none"
        raise SettingError(
            "mirror", suites, f"an apt source with suite {codename} and component main, or --mirror"
        )
    security = _first(sources, f"{codename}-security")
    return Mirrors(archive, security or security_sibling(archive))


def security_sibling(archive: str) -> str:
    """The security archive on the host of `archive`, by Debian's convention."""
    base, _, _ = archive.rstrip("/").rpartition("/")
    return f"{base}/debian-security"


def _first(sources: tuple[AptSource, ...], suite: str) -> str | None:
    for source in sources:
        if source.suite == suite and "main" in source.components:
            return source.uri
    return None


def host_codename(os_release: Path = Path("/etc/os-release")) -> str:
    """Code name of the host's release.

    :raises SettingError: when os-release(5) does not name it.
    """
    match = re.search(r'^VERSION_CODENAME="?([a-z]+)"?$', os_release.read_text(), re.MULTILINE)
    if match is None:
        raise SettingError("mirror", str(os_release), "a file with VERSION_CODENAME, or --mirror")
    return match[1]


def host_mirrors() -> Mirrors:
    """The mirrors that this host's apt uses."""
    return mirrors_of(read_sources(), host_codename())


def parse_proxy(dump: str) -> str | None:
    """The HTTP proxy in the output of `apt-config shell NAME Acquire::http::Proxy`."""
    match = re.match(r"^\w+='([^']+)'", dump.strip())
    return None if match is None or match[1] == "DIRECT" else match[1]


def host_proxy() -> str | None:
    """The HTTP proxy that this host's apt uses, None without one."""
    return parse_proxy(run(["apt-config", "shell", "PROXY", "Acquire::http::Proxy"], timeout_s=30))
