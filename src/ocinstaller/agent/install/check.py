"""Step: refuse what this machine cannot do, before anything is erased."""

import errno
import os
from pathlib import Path

from ocinstaller.agent.errors import InstallError
from ocinstaller.agent.install import layout, mounts
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.device import Disk, locate


def check(context: Context) -> None:
    """Find the disk and compare machine and plan.

    :raises InstallError: naming what does not fit and what would
    """
    plan, machine = context.plan, context.machine
    if plan.serial != machine.serial:
        raise InstallError(f"the plan is for {plan.serial}, this machine is {machine.serial}")
    if plan.firmware is not machine.firmware:
        raise InstallError(
            f"firmware: the plan is for {plan.firmware.value}, "
            f"this machine was started by {machine.firmware.value}"
        )
    layout.check_layout(plan)
    disk = locate(plan.disk, machine.disks)
    check_disk(disk, layout.needed_bytes(plan))
    context.disk = disk
    context.log(f"disk {disk.name}: {disk.size_bytes} bytes, fits")


def check_disk(disk: Disk, needed_bytes: int) -> None:
    """Refuse a disk that is too small, read-only or in use."""
    if disk.read_only:
        raise InstallError(f"disk {disk.name} is read-only; it must be writable")
    if disk.size_bytes < needed_bytes:
        raise InstallError(
            f"disk {disk.name} has {disk.size_bytes} bytes; at least {needed_bytes} are needed"
        )
    used = mounts.mounted_at(disk.device_numbers())
    if used:
        raise InstallError(f"disk {disk.name} is mounted at {used[0]}; it must not be in use")
    _check_unclaimed(disk)


def _check_unclaimed(disk: Disk) -> None:
    """An exclusive open fails while mounts elsewhere, RAID, LVM or swap hold any part of it."""
    try:
        os.close(os.open(disk.node, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC))
    except OSError as error:
        if error.errno == errno.EBUSY:
            holders = ", ".join(_holders(disk)) or "another mount"
            raise InstallError(
                f"disk {disk.name} is in use by {holders}; it must not be in use"
            ) from error
        raise InstallError(f"disk {disk.name} cannot be opened: {error}") from error


def _holders(disk: Disk) -> list[str]:
    names = (disk.name, *disk.partitions().values())
    return sorted(
        holder.name
        for name in names
        for holder in Path("/sys/class/block", name, "holders").iterdir()
    )
