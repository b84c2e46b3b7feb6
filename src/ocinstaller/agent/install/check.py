"""Step: refuse what this machine cannot do, before anything is erased."""

import errno
import os
from itertools import chain

from ocinstaller.agent.errors import InstallError
from ocinstaller.agent.install import layout, mounts
from ocinstaller.agent.install.context import Context, Work
from ocinstaller.agent.install.device import Disk, locate
from ocinstaller.agent.install.holders import holders, release


def check(context: Context) -> None:
    """Find the disks and compare machine and plan.

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
    disks = tuple(locate(wanted, machine.disks) for wanted in plan.storage.disks)
    data = tuple(
        tuple(locate(wanted, machine.disks) for wanted in group.disks)
        for group in plan.storage.data_groups
    )
    stores = tuple(locate(wanted, machine.disks) for wanted in plan.storage.data_file_systems)
    everything = (*disks, *chain.from_iterable(data), *stores)
    if len(set(everything)) != len(everything):
        names = ", ".join(disk.name for disk in everything)
        raise InstallError(f"storage: a disk has two uses in the plan: {names}")
    for index, disk in enumerate(disks):
        check_disk(context, disk, layout.needed_bytes(plan, index))
    for disk in (*chain.from_iterable(data), *stores):
        check_disk(context, disk, 0)
    context.disks, context.data_disks, context.store_disks = disks, data, stores


def check_disk(context: Work, disk: Disk, needed_bytes: int) -> None:
    """Refuse a disk that is too small, read-only or in use.

    Arrays and volumes that an interrupted attempt left on it are stopped; their content stays.
    """
    if disk.read_only:
        raise InstallError(f"disk {disk.name} is read-only; it must be writable")
    if disk.size_bytes < needed_bytes:
        raise InstallError(
            f"disk {disk.name} has {disk.size_bytes} bytes; at least {needed_bytes} are needed"
        )
    used = mounts.mounted_at(disk.device_numbers())
    if used:
        raise InstallError(f"disk {disk.name} is mounted at {used[0]}; it must not be in use")
    release(context, disk)
    _check_unclaimed(disk)
    context.log(f"disk {disk.name}: {disk.size_bytes} bytes, fits")


def _check_unclaimed(disk: Disk) -> None:
    """An exclusive open fails while mounts elsewhere, RAID, LVM or swap hold any part of it."""
    try:
        os.close(os.open(disk.node, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC))
    except OSError as error:
        if error.errno == errno.EBUSY:
            users = ", ".join(holders(disk)) or "another mount"
            raise InstallError(
                f"disk {disk.name} is in use by {users}; it must not be in use"
            ) from error
        raise InstallError(f"disk {disk.name} cannot be opened: {error}") from error
