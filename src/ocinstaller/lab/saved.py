"""States of a lab that were kept: its disks, its data base, its configuration, under a name."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from ocinstaller.lab.command import run
from ocinstaller.lab.errors import StateError
from ocinstaller.lab.layout import Lab
from ocinstaller.lab.processes import Processes

PARTS = ("etc", "server", "lab")
"""What makes a lab out below its directory; images and packages are shared and do not change."""
COPY_S = 1800.0

Show = Callable[[str], None]


def save(lab: Lab, name: str, show: Show) -> None:
    """Keep the present state; an older one of the name is replaced when the copy is complete.

    :raises StateError: the lab runs.
    :raises ValueError: the name is no file name.
    """
    target = _place(lab, name)
    fresh = target.with_name(f".{name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for part in PARTS:
        if (lab.directory / part).exists():
            show(f"copying {part}")
            _copy(lab.directory / part, fresh / part)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def restore(lab: Lab, name: str, show: Show) -> None:
    """Replace the present state by one that was kept.

    :raises StateError: the lab runs, or no state has this name.
    """
    source = _place(lab, name)
    if not source.is_dir():
        kept = sorted(path.name for path in source.parent.glob("[!.]*"))
        raise StateError(f"no state {name} was kept; there are: {', '.join(kept) or 'none'}")
    for part in PARTS:
        shutil.rmtree(lab.directory / part, ignore_errors=True)
        if (source / part).exists():
            show(f"copying {part}")
            _copy(source / part, lab.directory / part)


def _copy(source: Path, target: Path) -> None:
    """Copy with holes: a machine's disk of 10 GiB has 2 of content."""
    sparse = ("--archive", "--sparse=always", "--reflink=auto")
    run("cp", *sparse, "--no-target-directory", str(source), str(target), timeout_s=COPY_S)


def _place(lab: Lab, name: str) -> Path:
    if not re.fullmatch("[a-z0-9][a-z0-9-]*", name):
        raise ValueError(f"state {name!r}; allowed: small letters, digits and -")
    if Processes(lab).running():
        raise StateError("the lab runs; stop it first")
    return lab.directory / "saved" / name
