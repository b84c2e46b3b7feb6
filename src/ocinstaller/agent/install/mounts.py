"""Mounting the new system's file systems, and unmounting whatever an interruption left."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ocinstaller.agent.command import Run
from ocinstaller.agent.errors import CommandError
from ocinstaller.agent.install import layout, stack
from ocinstaller.agent.install.context import Context

MOUNTINFO = Path("/proc/self/mountinfo")
TIMEOUT_S = 120.0
"""Unmounting writes out what is still in memory; slow disks take their time."""

_KERNEL_DIRECTORIES = ("dev", "proc", "sys", "run/udev")
"""LVM waits ten seconds for each device that it does not find in udev's data base."""

_ESCAPED = re.compile(r"\\([0-7]{3})")
_NUMBERS, _MOUNTPOINT = 2, 4
"""Fields of mountinfo (proc(5))."""


def _table() -> list[tuple[str, str]]:
    """Return `major:minor` and mount point of each mount, oldest first."""
    rows = [line.split(" ") for line in MOUNTINFO.read_text().splitlines()]
    return [
        (row[_NUMBERS], _ESCAPED.sub(lambda match: chr(int(match[1], 8)), row[_MOUNTPOINT]))
        for row in rows
    ]


def mounted_at(device_numbers: Iterable[str]) -> list[str]:
    """Return where devices (`major:minor`) are mounted."""
    wanted = set(device_numbers)
    return [mountpoint for numbers, mountpoint in _table() if numbers in wanted]


def unmount_below(directory: Path, run: Run) -> None:
    """Unmount everything at and below a directory, the newest mount first.

    :raises CommandError: something is still in use
    """
    for mountpoint in reversed(_below(directory)):
        run(("umount", mountpoint), TIMEOUT_S)


def write_out(directory: Path, run: Run) -> None:
    """Put everything at and below a directory onto its disk."""
    for mountpoint in _below(directory):
        run(("sync", "--file-system", mountpoint), TIMEOUT_S)


def _below(directory: Path) -> list[str]:
    root = str(directory.resolve())
    return [
        mountpoint
        for _, mountpoint in _table()
        if mountpoint == root or mountpoint.startswith(f"{root}/")
    ]


def mount_root(context: Context, node: Path) -> None:
    """Mount the root file system at the target."""
    context.target.mkdir(parents=True, exist_ok=True)
    context.run(("mount", "-t", "ext4", str(node), str(context.target)), TIMEOUT_S)


def mount_others(context: Context) -> None:
    """Mount the plan's other file systems below the target, where they are not yet."""
    others = [
        (place.mountpoint, place)
        for place in layout.places(context.plan)
        if place.mountpoint not in {None, "/"}
    ]
    for mountpoint, place in sorted(others, key=lambda other: str(other[0])):
        directory = context.target / str(mountpoint).lstrip("/")
        directory.mkdir(parents=True, exist_ok=True)
        if not directory.is_mount():
            node = str(stack.node(context, place.device))
            context.run(("mount", "-t", place.filesystem, node, str(directory)), TIMEOUT_S)


@contextmanager
def kernel_file_systems(context: Context) -> Iterator[None]:
    """Give programs inside the target what they expect below /dev, /proc, /sys and /run/udev."""
    mounted: list[Path] = []
    try:
        for name in _KERNEL_DIRECTORIES:
            if not Path("/", name).is_dir():
                continue
            directory = context.target / name
            directory.mkdir(parents=True, exist_ok=True)
            context.run(("mount", "--bind", f"/{name}", str(directory)), TIMEOUT_S)
            mounted.append(directory)
        yield
    finally:
        for directory in reversed(mounted):
            _unmount(context, directory)


def _unmount(context: Context, directory: Path) -> None:
    try:
        context.run(("umount", str(directory)), TIMEOUT_S)
    except CommandError as error:
        # A daemon that a maintainer script started may hold it; the mount ends with it.
        context.log(str(error), "warning")
        context.run(("umount", "--lazy", str(directory)), TIMEOUT_S)


def in_target(context: Context, *argv: str, timeout_s: float) -> None:
    """Run a program of the new system, with its output in the log."""
    with kernel_file_systems(context):
        context.stream(("chroot", str(context.target), *argv), timeout_s)
