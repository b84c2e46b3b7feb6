"""What keeps a disk busy: arrays, volumes and caches that the kernel built on it."""

from pathlib import Path

from ocinstaller.agent.errors import InstallError
from ocinstaller.agent.install import mounts
from ocinstaller.agent.install.context import Work
from ocinstaller.agent.install.device import DEV, SYS, Disk, device_number

TIMEOUT_S = 60.0

_DEEPEST = 8
"""Layers upon layers end somewhere; a loop of them would not."""


def holders(disk: Disk) -> list[str]:
    """Return the kernel names of what lies on a disk, each after all that lies on it."""
    found: list[str] = []
    for name in disk.names():
        _collect(name, found, 0)
    return found


def _collect(name: str, found: list[str], depth: int) -> None:
    directory = SYS / name / "holders"
    if depth > _DEEPEST or not directory.is_dir():
        return
    for holder in sorted(entry.name for entry in directory.iterdir()):
        for part in (*Disk(holder).partitions().values(), holder):
            _collect(part, found, depth + 1)
        if holder not in found:
            found.append(holder)


def release(context: Work, disk: Disk) -> None:
    """Stop what lies on a disk, without changing what it holds.

    :raises InstallError: a part of it is mounted, or nobody knows how to stop it
    """
    names = holders(disk)
    for name in names:
        used = mounts.mounted_at({device_number(part) for part in Disk(name).names()})
        if used:
            raise InstallError(
                f"disk {disk.name}: {name} on it is mounted at {used[0]}; it must not be in use"
            )
    for name in names:
        context.log(f"disk {disk.name}: {name} on it is stopped")
        _stop(context, name)


def _stop(context: Work, name: str) -> None:
    directory = SYS / name
    if (directory / "md").is_dir():
        context.run(("mdadm", "--stop", str(DEV / name)), TIMEOUT_S)
    elif (directory / "dm").is_dir():
        mapped = (directory / "dm/name").read_text().strip()
        context.run(("dmsetup", "remove", "--retry", mapped), TIMEOUT_S)
    elif (directory / "bcache").is_dir():
        _stop_bcache(directory / "bcache")
    else:
        raise InstallError(f"{name} keeps a disk busy and is neither md, LVM nor bcache")


def _stop_bcache(directory: Path) -> None:
    """End a cached device and its cache (Linux, Documentation/admin-guide/bcache.rst)."""
    cache = directory / "cache"
    if cache.exists():
        (cache.resolve() / "stop").write_text("1")
    (directory / "stop").write_text("1")
