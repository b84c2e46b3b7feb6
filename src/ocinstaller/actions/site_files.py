"""What the site adds to installed systems: files, packages and lines of /etc/hosts.

The places are those of the original: a directory for each machine below the server's state, and
beside it one for the whole cluster and one for each role.
"""

import grp
import os
import pwd
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from oslo_config import cfg

from ocinstaller.model import naming
from ocinstaller.model.errors import Conflict, InvalidValue
from ocinstaller.model.plan import TargetFile
from ocinstaller.model.text import Text

FILES = "oci-in-target"
"""Below it a file lies at its path in the installed system."""
PACKAGES = "oci-packages-list"
"""Names of packages, separated by commas or blanks; a # begins a comment."""

_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")  # Debian Policy, 5.6.1
_LARGEST_FILE = 1024 * 1024
_LARGEST_SUM = 4 * 1024 * 1024
"""Bytes: a plan is one document."""
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Extras:
    """What the site adds to one machine."""

    files: tuple[TargetFile, ...] = ()
    """By path; with the owner, group and mode that they have on the server."""
    packages: tuple[str, ...] = ()
    """By name; Puppet installs them."""


def places(conf: cfg.ConfigOpts, cluster: str, role: str, hostname: str) -> tuple[Path, ...]:
    """Return the directories of a machine, from the general to the specific."""
    base = Path(conf.server.state_dir) / "clusters" / cluster
    return base / "all", base / "roles" / role, base / hostname


def extras(conf: cfg.ConfigOpts, cluster: str, role: str, hostname: str) -> Extras:
    """Return what the site adds to a machine; the more specific file of a path counts.

    :raises Conflict: naming the file that cannot be carried over, and why
    """
    found: dict[str, TargetFile] = {}
    for place in places(conf, cluster, role, hostname):
        found |= {file.path: file for file in _files(place / FILES)}
    if sum(len(file.content.encode()) for file in found.values()) > _LARGEST_SUM:
        raise Conflict(
            Text("the files of the site for {hostname} are too large", hostname=hostname),
            field=FILES,
            value=hostname,
            allowed=Text(
                "{largest_sum} bytes together; packages and Puppet carry more",
                largest_sum=_LARGEST_SUM,
            ),
        )
    files = tuple(found[path] for path in sorted(found))
    return Extras(files, packages(conf, cluster, role, hostname))


def packages(conf: cfg.ConfigOpts, cluster: str, role: str, hostname: str) -> tuple[str, ...]:
    """Return the names of the packages that the site adds to a machine.

    :raises Conflict: naming file, line and name of what is no package
    """
    found: set[str] = set()
    for place in places(conf, cluster, role, hostname):
        found |= set(_listed(place / PACKAGES))
    return tuple(sorted(found))


def hosts_lines(conf: cfg.ConfigOpts) -> str:
    """Return what the site appends to /etc/hosts of all machines, after OCI's own part.

    :raises Conflict: naming file and line of what is no entry
    """
    file = Path(conf.server.hosts_append)
    text = _text(file) or ""
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.partition("#")[0].split()
        if entry and not _is_entry(entry):
            raise _refused(
                file,
                Text("line {number}: {text!r}", number=number, text=line.strip()),
                "an address and its names",
            )
    return text if text.endswith("\n") or not text else f"{text}\n"


def _is_entry(entry: list[str]) -> bool:
    try:
        ip_address(entry[0])
        for name in entry[1:]:
            naming.check_domain("hosts_append", name.lower())
    except (ValueError, InvalidValue):
        return False
    return len(entry) > 1


def _listed(file: Path) -> Iterator[str]:
    for number, line in enumerate((_text(file) or "").splitlines(), 1):
        for name in re.split(r"[\s,]+", line.partition("#")[0].strip()):
            if name and not _PACKAGE.fullmatch(name):
                raise _refused(
                    file,
                    Text("line {number}: {name!r}", number=number, name=name),
                    "the name of a Debian package",
                )
            if name:
                yield name


def _text(file: Path) -> str | None:
    try:
        return file.read_text()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(file, str(error), "a readable file of UTF-8 text") from error


def _files(root: Path) -> Iterator[TargetFile]:
    """Return the files below a directory; links are refused, they mean something else there."""

    def failed(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            raise _refused(root, str(error), "a directory that the server may read")

    for directory, names, files in os.walk(root, onerror=failed):
        for name in sorted(names):
            if Path(directory, name).is_symlink():
                raise _refused(Path(directory, name), "a link", "directories and regular files")
        for name in sorted(files):
            file = Path(directory, name)
            yield _target(file, f"/{file.relative_to(root)}")


def _target(file: Path, path: str) -> TargetFile:
    try:
        with os.fdopen(os.open(file, _OPEN), "rb") as content:
            about = os.fstat(content.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise _refused(file, "neither file nor directory", "regular files")
            text = content.read(_LARGEST_FILE + 1).decode()
    except OSError as error:
        allowed = "regular files that the server may read, no links"
        raise _refused(file, error.strerror or str(error), allowed) from error
    except UnicodeDecodeError as error:
        raise _refused(file, "it is not UTF-8 text", "texts; packages carry other files") from error
    if len(text.encode()) > _LARGEST_FILE or "\0" in text:
        raise _refused(
            file,
            "it is too large or no text",
            Text("texts of {largest_file} bytes", largest_file=_LARGEST_FILE),
        )
    try:
        owner = pwd.getpwuid(about.st_uid).pw_name
        group = grp.getgrgid(about.st_gid).gr_name
    except KeyError as error:
        raise _refused(file, "its owner has no name", "an owner of the installed system") from error
    mode = stat.S_IMODE(about.st_mode)
    return TargetFile(path=path, content=text, mode=mode, owner=owner, group=group)


def _refused(file: Path, reason: str, allowed: str) -> Conflict:
    return Conflict(f"{file}: {reason}", field=file.name, value=str(file), allowed=allowed)
