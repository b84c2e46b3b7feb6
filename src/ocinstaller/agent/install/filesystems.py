"""Step: make the file systems and mount the root of the new system."""

from pathlib import Path

from ocinstaller.agent.errors import CommandError
from ocinstaller.agent.install import layout, marker, mounts
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.device import partition_nodes
from ocinstaller.agent.install.partition import overwrite
from ocinstaller.model.plan import Partition, PartitionKind

TIMEOUT_S = 600.0

_FAT_LABEL_LENGTH = 11


def filesystems(context: Context) -> None:
    """Make the file systems, unless the marker on the root says that this plan made them."""
    partitions = context.plan.disk.partitions
    nodes = partition_nodes(context.disk, len(partitions), context.run)
    root = nodes[layout.root_number(context.plan)]
    if _resume(context, root):
        context.log("the file systems of this plan are there already")
        return
    for number, partition in enumerate(partitions, 1):
        _make(context, number, partition, nodes[number])
    mounts.mount_root(context, root)
    marker.write(context.target, marker.Marker(plan_id=context.plan.plan_id))


def _resume(context: Context, root: Path) -> bool:
    """Mount the root and keep it mounted when its marker belongs to this plan."""
    try:
        mounts.mount_root(context, root)
    except CommandError:
        return False
    if marker.read(context.target, context.plan) is not None:
        return True
    mounts.unmount_below(context.target, context.run)
    return False


def _make(context: Context, number: int, partition: Partition, node: Path) -> None:
    uuid = layout.filesystem_uuid(context.plan, number)
    if partition.kind is PartitionKind.BIOS_BOOT and partition.size_mib is not None:
        # An old boot loader in this area would be started by new boot code.
        overwrite(node, 0, partition.size_mib * layout.MIB)
    if partition.filesystem == "ext4":
        label = partition.label[:16]
        argv = ["mkfs.ext4", "-q", "-F", "-L", label, "-U", uuid, str(node)]
        context.stream(argv, TIMEOUT_S)
    elif partition.filesystem == "vfat":
        label = partition.label.upper()[:_FAT_LABEL_LENGTH]
        argv = ["mkfs.vfat", "-F", "32", "-n", label, "-i", uuid.replace("-", ""), str(node)]
        context.stream(argv, TIMEOUT_S)
    if partition.filesystem is not None:
        context.log(f"{node}: {partition.filesystem} {uuid}")
