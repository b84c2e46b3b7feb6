"""Step: volume groups on the disks that hold no part of the system."""

from ocinstaller.agent.install import lvm
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.partition import wipe


def data(context: Context) -> None:
    """Make the plan's data groups; what is in the right group already is kept.

    A machine that is installed again keeps its volumes this way; a disk that it got since joins.
    """
    for group, disks in zip(context.plan.storage.data_groups, context.data_disks, strict=True):
        nodes = {disk.node: disk for disk in disks}
        visible = lvm.Visible(context.run, tuple(nodes))
        members = [node for node in nodes if visible.group_of(node) == group.name]
        new = [node for node in nodes if node not in members]
        for node in new:
            wipe(context, nodes[node])
        if not members:
            visible.create_group(group.name)
        elif new:
            visible.extend_group(group.name, new)
        kept = ", ".join(map(str, members)) or "no disk"
        made = ", ".join(map(str, new)) or "no disk"
        context.log(f"volume group {group.name}: {kept} kept, {made} made anew")
