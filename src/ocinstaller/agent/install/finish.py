"""Step: everything onto the disk, and let go of it."""

from ocinstaller.agent.files import write_atomically
from ocinstaller.agent.install import mounts
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.rooted import inside

KEY_PATH = "/etc/oci/agent.key"


def finish(context: Context) -> None:
    """Hand the machine's key over, write out and unmount, so that the restart finds all clean.

    Each start of the live system has a key of its own, so what an attempt before a power cut has
    written is not good any more.
    """
    key = inside(context.target, KEY_PATH)
    key.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(key, context.machine.key_file.read_bytes(), mode=0o600, uid=0, gid=0)
    mounts.write_out(context.target, context.run)
    mounts.unmount_below(context.target, context.run)
    context.log("the system is complete")
