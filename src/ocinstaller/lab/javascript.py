"""The JavaScript of the web pages on a host whose Debian does not have it yet.

Debian 13 has the package libjs-htmx. On Debian 12 it is unpacked from Debian 13, from the mirror
that the host's apt uses; it is text that depends on nothing.
"""

import tempfile
from pathlib import Path

from ocinstaller.images import aptconf
from ocinstaller.images.base import KEYRING
from ocinstaller.lab.command import run

INSTALLED = Path("/usr/share/javascript")
PACKAGE = "libjs-htmx"
FILE = Path("htmx/htmx.min.js")
_RELEASE = "trixie"
_TIMEOUT_S = 600.0


def directory(shared: Path) -> Path:
    """Return what `[web] javascript_directory` has to be on this host.

    :param shared: what several labs use together
    """
    return INSTALLED if (INSTALLED / FILE).is_file() else shared / "javascript"


def ensure(shared: Path) -> Path:
    """Return the same directory, fetching the package when it is not there.

    :raises CommandError: the package cannot be fetched
    :raises SettingError: the host's apt names no Debian mirror
    """
    place = directory(shared)
    if not (place / FILE).is_file():
        _unpack(place)
    return place


def _unpack(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".javascript-") as scratch:
        place = Path(scratch) / "root"
        run(*_command(place), timeout_s=_TIMEOUT_S)
        try:
            (place / INSTALLED.relative_to("/")).rename(target)
        except OSError:  # not empty: another process was faster
            if not (target / FILE).is_file():
                raise


def _command(place: Path) -> list[str]:
    """Return the call of mmdebstrap that unpacks the package alone, without a system around it."""
    argv = [
        "mmdebstrap",
        "--mode=root",
        "--variant=extract",
        "--format=directory",
        f"--keyring={KEYRING}",
        f"--include={PACKAGE}",
        '--aptopt=Acquire::Languages "none"',
        _RELEASE,
        str(place),
        f"deb {aptconf.host_mirrors().archive} {_RELEASE} main",
    ]
    proxy = aptconf.host_proxy()
    return [*argv[:-3], f'--aptopt=Acquire::http::Proxy "{proxy}"', *argv[-3:]] if proxy else argv
