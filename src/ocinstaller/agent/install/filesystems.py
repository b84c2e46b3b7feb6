"""Step: make the file systems and mount the root of the new system."""

from ocinstaller.agent.errors import CommandError
from ocinstaller.agent.install import layout, marker, mounts, stack
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.device import partition_nodes
from ocinstaller.agent.install.layout import Place
from ocinstaller.agent.install.partition import overwrite
from ocinstaller.model.plan import FileSystem, PartitionKind

TIMEOUT_S = 600.0

_FAT_LABEL_LENGTH = 11
_EXT4_LABEL_LENGTH = 16
_SWAP_LABEL_LENGTH = 15


def filesystems(context: Context) -> None:
    """Make arrays, volumes and file systems, unless the marker on the root says that they are."""
    stack.build(context)
    root = layout.root(context.plan)
    if _resume(context, root):
        context.log("the file systems of this plan are there already")
        return
    _clear_boot_areas(context)
    for place in layout.places(context.plan):
        _make(context, place)
    mounts.mount_root(context, stack.node(context, root.device))
    marker.write(context.target, marker.Marker(plan_id=context.plan.plan_id))


def _resume(context: Context, root: Place) -> bool:
    """Mount the root and keep it mounted when its marker belongs to this plan."""
    try:
        mounts.mount_root(context, stack.node(context, root.device))
    except CommandError:
        return False
    if marker.read(context.target, context.plan) is not None:
        return True
    mounts.unmount_below(context.target, context.run)
    return False


def _clear_boot_areas(context: Context) -> None:
    """Erase what an old boot loader left where new boot code would start it."""
    for disk, wanted in zip(context.disks, context.plan.storage.disks, strict=True):
        nodes = partition_nodes(disk, len(wanted.partitions), context.run)
        for number, partition in enumerate(wanted.partitions, 1):
            if partition.kind is PartitionKind.BIOS_BOOT and partition.size_mib is not None:
                overwrite(nodes[number], 0, partition.size_mib * layout.MIB)


def _make(context: Context, place: Place) -> None:
    node = str(stack.node(context, place.device))
    context.stream(_command(place, node), TIMEOUT_S)
    context.log(f"{node}: {place.filesystem.value} {place.uuid}")


def _command(place: Place, node: str) -> list[str]:
    """Return the command that makes a file system."""
    label, uuid = place.label, place.uuid
    if place.filesystem is FileSystem.EXT4:
        return ["mkfs.ext4", "-q", "-F", "-L", label[:_EXT4_LABEL_LENGTH], "-U", uuid, node]
    if place.filesystem is FileSystem.SWAP:
        return ["mkswap", "--force", "-L", label[:_SWAP_LABEL_LENGTH], "-U", uuid, node]
    name = label.upper()[:_FAT_LABEL_LENGTH]
    return ["mkfs.vfat", "-F", "32", "-n", name, "-i", uuid.replace("-", ""), node]
