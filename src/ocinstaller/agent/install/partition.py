"""Step: make the disk's old content unusable and write the plan's partition table."""

import os
from pathlib import Path

from ocinstaller.agent.errors import CommandError
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.device import DEV, ensure_node, partition_nodes
from ocinstaller.agent.install.layout import MIB, equals_plan, sfdisk_script

TIMEOUT_S = 120.0


def partition(context: Context) -> None:
    """Write the table, unless it was written for this plan already."""
    disk = context.disk
    if equals_plan(_dump(context), context.plan):
        context.log(f"disk {disk.name} has this plan's partitions already")
    else:
        _wipe(context)
        context.stream(
            (
                "sfdisk",
                "--wipe=always",
                "--wipe-partitions=always",
                "--color=never",
                str(disk.node),
            ),
            TIMEOUT_S,
            script=sfdisk_script(context.plan),
        )
    partition_nodes(disk, len(context.plan.disk.partitions), context.run)


def _dump(context: Context) -> str:
    """Return the table on the disk; nothing when there is none that sfdisk understands."""
    try:
        return context.run(("sfdisk", "--json", str(context.disk.node)), TIMEOUT_S)
    except CommandError:
        return ""


def _wipe(context: Context) -> None:
    """Erase the signatures of file systems, RAID and LVM, the boot code and the tables.

    Boot code needs an overwrite of its own: it lies beside the signatures, and a new table would
    make it startable again.
    """
    disk = context.disk
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
