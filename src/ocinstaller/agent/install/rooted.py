"""Paths and accounts of the new system, seen from the live system.

Symbolic links of the new system are followed inside of it: an absolute link must never lead to
the live system's own files.
"""

import errno
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ocinstaller.agent.errors import InstallError

_MOST_LINKS = 40
"""The kernel's own limit (path_resolution(7))."""


def inside(root: Path, path: str) -> Path:
    """Return where a path of the new system lies; its last part is not followed.

    :raises InstallError: the path leaves the root or its links go round in circles
    """
    parts = [part for part in PurePosixPath(path).parts if part != "/"]
    if not path.startswith("/") or not parts or ".." in parts:
        raise InstallError(f"path {path!r} is not allowed, it must be absolute and without ..")
    *parents, name = parts
    return _directory(root, parents, path) / name


def _directory(root: Path, parents: list[str], path: str) -> Path:
    todo = list(reversed(parents))
    here: list[str] = []
    links = 0
    while todo:
        part = todo.pop()
        if part in {"/", "."}:
            continue
        if part == "..":
            here = here[:-1]
            continue
        candidate = root.joinpath(*here, part)
        if not candidate.is_symlink():
            here.append(part)
            continue
        links += 1
        if links > _MOST_LINKS:
            raise InstallError(f"path {path!r}: {errno.errorcode[errno.ELOOP]}")
        aim = PurePosixPath(candidate.readlink())
        here = [] if aim.is_absolute() else here
        todo.extend(reversed(aim.parts))
    return root.joinpath(*here)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Numbers of the new system's users and groups."""

    users: dict[str, int]
    groups: dict[str, int]


def parse_numbers(text: str) -> dict[str, int]:
    """Understand passwd or group: the third field is the number."""
    found = {}
    for line in text.splitlines():
        name, *rest = line.split(":")
        if len(rest) > 1 and rest[1].isascii() and rest[1].isdigit():
            found[name] = int(rest[1])
    return found


def accounts(root: Path) -> Accounts:
    """Read the new system's accounts.

    :raises InstallError: it has none, so it is not a system
    """
    try:
        users = (root / "etc/passwd").read_text(encoding="utf-8", errors="replace")
        groups = (root / "etc/group").read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InstallError(f"the image has no accounts: {error}") from error
    return Accounts(parse_numbers(users), parse_numbers(groups))
