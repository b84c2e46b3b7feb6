"""Removes what a build left, and nothing of the host."""

import shutil
from pathlib import Path

from ocinstaller.images.run import run

UNMOUNT_TIMEOUT_S = 30.0


def remove_tree(directory: Path) -> None:
    """Remove a directory, never what is mounted below it.

    A builder that was killed leaves the host's /proc and /sys mounted in the system that it made.

    :raises CommandError: something below it cannot be unmounted; nothing is removed then.
    """
    for place in reversed(_mounts_below(directory.resolve())):
        run(["umount", "--lazy", str(place)], timeout_s=UNMOUNT_TIMEOUT_S)
    shutil.rmtree(directory)


def _mounts_below(directory: Path) -> list[Path]:
    """Return where something is mounted, in the order in which it was (proc(5), mountinfo)."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    places = [Path(line.split()[4].encode().decode("unicode_escape")) for line in lines]
    return [place for place in places if place.is_relative_to(directory)]
