"""Step: make the disks' old content unusable and write the plan's partition tables."""

import os
from pathlib import Path

from ocinstaller.agent.errors import CommandError
from ocinstaller.agent.install.context import Context, Work
from ocinstaller.agent.install.device import DEV, Disk, ensure_node, partition_nodes
from ocinstaller.agent.install.layout import MIB, equals_plan, sfdisk_script

TIMEOUT_S = 120.0


def partition(context: Context) -> None:
    """Write the tables, unless all of them were written for this plan already."""
    plan = context.plan
    if all(equals_plan(_dump(context, disk), plan, i) for i, disk in enumerate(context.disks)):
        context.log(f"{_names(context)}: this plan's partitions are there already")
    else:
        for disk in context.disks:
            wipe(context, disk)
        for index, disk in enumerate(context.disks):
            context.stream(
                (
                    "sfdisk",
                    "--wipe=always",
                    "--wipe-partitions=always",
                    "--color=never",
                    str(disk.node),
                ),
                TIMEOUT_S,
                script=sfdisk_script(plan, index),
            )
    for disk, wanted in zip(context.disks, plan.storage.disks, strict=True):
        partition_nodes(disk, len(wanted.partitions), context.run)


def _names(context: Context) -> str:
    return ", ".join(disk.name for disk in context.disks)


def _dump(context: Context, disk: Disk) -> str:
    """Return the table on the disk; nothing when there is none that sfdisk understands."""
    try:
        return context.run(("sfdisk", "--json", str(disk.node)), TIMEOUT_S)
    except CommandError:
        return ""


def wipe(context: Work, disk: Disk) -> None:
    """Erase the signatures of file systems, RAID, LVM, Ceph and bcache, boot code and tables.

    Boot code needs an overwrite of its own: it lies beside the signatures, and a new table would
    make it startable again. A bcache's superblock and both GPTs lie in the overwritten ends too.
    """
    for name in disk.partitions().values():
        node = DEV / name.replace("!", "/")
        ensure_node(node, name)
        context.stream(("wipefs", "--all", "--force", str(node)), TIMEOUT_S)
    context.stream(("wipefs", "--all", "--force", str(disk.node)), TIMEOUT_S)
    overwrite(disk.node, 0, MIB)
    overwrite(disk.node, disk.size_bytes - MIB, MIB)
    context.log(f"disk {disk.name} is wiped")


def overwrite(node: Path, start: int, length: int) -> None:
    """Write zeros over a part of a device, durably."""
    descriptor = os.open(node, os.O_WRONLY | os.O_CLOEXEC)
    try:
        end = start + length
        while start < end:
            start += os.pwrite(descriptor, bytes(min(MIB, end - start)), start)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
