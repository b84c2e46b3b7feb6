"""Step: everything onto the disk, and let go of it."""

from ocinstaller.agent.install import mounts
from ocinstaller.agent.install.context import Context


def finish(context: Context) -> None:
    """Write out and unmount, so that the restart finds clean file systems."""
    mounts.write_out(context.target, context.run)
    mounts.unmount_below(context.target, context.run)
    context.log("the system is complete")
