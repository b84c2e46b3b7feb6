"""Disks and their partitions as the kernel knows them (`/sys/class/block`).

Containers have no udev: their device nodes may be missing, or left from an earlier table with
other numbers, so nodes are compared with the kernel's numbers and made anew where they differ.
"""

import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ocinstaller.agent.command import Run
from ocinstaller.agent.errors import InstallError
from ocinstaller.model.plan import DiskRef

SYS = Path("/sys/class/block")
DEV = Path("/dev")
BY_PATH = DEV / "disk/by-path"
BY_UUID = DEV / "disk/by-uuid"

SECTOR_BYTES = 512
"""The unit of `size` in /sys, whatever the disk's own sectors are."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9!._-]{0,63}")
_UDEV = Path("/run/udev/control")
_WAIT_S = 20.0
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Disk:
    """A whole disk, by its kernel name."""

    name: str

    @property
    def node(self) -> Path:
        """The device node; the kernel writes `!` for `/`."""
        return DEV / self.name.replace("!", "/")

    @property
    def size_bytes(self) -> int:
        """The size of the disk."""
        return int((SYS / self.name / "size").read_text()) * SECTOR_BYTES

    @property
    def read_only(self) -> bool:
        """Whether the disk refuses to be written."""
        return (SYS / self.name / "ro").read_text().strip() == "1"

    def partitions(self) -> dict[int, str]:
        """Return the kernel name of each partition that the kernel knows, by its number."""
        found = {}
        for entry in (SYS / self.name).iterdir():
            number = entry / "partition"
            if number.is_file():
                found[int(number.read_text())] = entry.name
        return found

    def names(self) -> tuple[str, ...]:
        """Return the kernel names of the disk and of its partitions."""
        return (self.name, *self.partitions().values())

    def device_numbers(self) -> set[str]:
        """Return `major:minor` of the disk and of its partitions."""
        return {device_number(name) for name in self.names()}


def device_number(name: str) -> str:
    """Return `major:minor` of a device."""
    return (SYS / name / "dev").read_text().strip()


def locate(wanted: DiskRef, allowed: frozenset[str] | None) -> Disk:
    """Find the disk of a plan; its persistent name decides when it has one.

    :raises InstallError: there is no such disk, or it may not be touched
    """
    name = _kernel_name(wanted)
    if not _NAME.fullmatch(name):
        raise InstallError(f"disk.name: {name!r} is not allowed, it must be a kernel name")
    if allowed is not None and name not in allowed:
        only = ", ".join(sorted(allowed)) or "none"
        raise InstallError(f"disk {name} may not be touched; oci.disks allows only: {only}")
    if not (SYS / name).is_dir():
        raise InstallError(f"disk {name} does not exist; this machine has: {_existing(allowed)}")
    if (SYS / name / "partition").exists():
        raise InstallError(f"{name} is a partition; the plan must name a whole disk")
    disk = Disk(name)
    ensure_node(disk.node, name)
    return disk


def _kernel_name(wanted: DiskRef) -> str:
    if not wanted.by_path:
        return wanted.name
    link = BY_PATH / wanted.by_path
    if "/" in wanted.by_path or not link.is_symlink():
        raise InstallError(f"disk.by_path: {wanted.by_path!r} does not exist below {BY_PATH}")
    return link.resolve().name


def _existing(allowed: frozenset[str] | None) -> str:
    names = {entry.name for entry in SYS.iterdir() if not (entry / "partition").exists()}
    return ", ".join(sorted(names if allowed is None else names & allowed)) or "none"


def ensure_node(node: Path, name: str) -> None:
    """Make the block device node of a kernel name, unless the right one is there."""
    major, minor = map(int, device_number(name).split(":"))
    wanted = os.makedev(major, minor)
    try:
        there = node.stat()
    except FileNotFoundError:
        there = None
    if there is not None:
        if stat.S_ISBLK(there.st_mode) and there.st_rdev == wanted:
            return
        node.unlink()
    with suppress(FileExistsError):
        # The kernel itself, or udev, may have been faster.
        os.mknod(node, stat.S_IFBLK | 0o600, wanted)


def partition_nodes(disk: Disk, count: int, run: Run) -> dict[int, Path]:
    """Return the nodes of partitions 1 to `count`, once the kernel knows them.

    :raises InstallError: the kernel does not get to know them
    """
    expected = set(range(1, count + 1))
    if set(disk.partitions()) != expected:
        run(("partx", "--update", str(disk.node)), _WAIT_S)
    if not _until(lambda: set(disk.partitions()) == expected):
        raise InstallError(f"the kernel does not see partitions 1 to {count} of {disk.name}")
    if _UDEV.exists():
        run(("udevadm", "settle", f"--timeout={_WAIT_S:.0f}"), _WAIT_S + 5)
    nodes = {}
    for number, name in disk.partitions().items():
        nodes[number] = DEV / name.replace("!", "/")
        ensure_node(nodes[number], name)
    return nodes


@contextmanager
def uuid_link(node: Path, uuid: str) -> Iterator[None]:
    """Make sure of udev's link from a file system's UUID to its device for a while.

    Programs that look for it would otherwise write the device's name of today into their
    configuration, where udev is late or absent.
    """
    link = BY_UUID / uuid
    if link.exists():
        yield
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(node)
    try:
        yield
    finally:
        link.unlink(missing_ok=True)


def _until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _WAIT_S
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
