"""Keeps the EFI system partitions of a mirrored system equal: `sync-esp`.

Runs on the installed system after changes of packages. Files are replaced one by one, each whole,
so that a power cut leaves a partition that starts the system, with the old file or the new one.
"""

import filecmp
import logging
import shutil
from pathlib import Path

from ocinstaller.agent.files import write_atomically

_LOG = logging.getLogger(__name__)

SOURCE = Path("/boot/efi")
MIRROR = Path("/boot/efi2")

_MODE = 0o700
"""What `umask=0077` leaves of FAT's files; the kernel refuses another one (fs/fat/file.c)."""


def sync(source: Path = SOURCE, mirror: Path = MIRROR) -> bool:
    """Make the mirror's files those of the source; tell whether that could be done.

    A partition that is not mounted (its disk is gone) is left alone: the next call catches up.
    """
    for place in (source, mirror):
        if not place.is_mount():
            _LOG.warning("%s is not mounted, the EFI system partitions were not compared", place)
            return False
    copied = _copy(source, mirror)
    removed = _remove(source, mirror)
    _LOG.info("%s: %d files copied, %d removed", mirror, copied, removed)
    return True


def _copy(source: Path, mirror: Path) -> int:
    copied = 0
    for file in sorted(source.rglob("*")):
        twin = mirror / file.relative_to(source)
        if file.is_dir():
            if twin.is_file():
                twin.unlink()
            twin.mkdir(exist_ok=True)
        elif not (twin.is_file() and filecmp.cmp(file, twin, shallow=False)):
            if twin.is_dir():
                shutil.rmtree(twin)
            write_atomically(twin, file.read_bytes(), mode=_MODE)
            copied += 1
    return copied


def _remove(source: Path, mirror: Path) -> int:
    """Remove what only the mirror has, the deepest first."""
    removed = 0
    for twin in sorted(mirror.rglob("*"), reverse=True):
        if (source / twin.relative_to(mirror)).exists():
            continue
        if twin.is_dir():
            twin.rmdir()
        else:
            twin.unlink()
            removed += 1
    return removed
