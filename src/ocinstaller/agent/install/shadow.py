"""Root's password in the new system: the plan holds its hash, never the password."""

import stat

from ocinstaller.agent.errors import InstallError
from ocinstaller.agent.files import write_atomically
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.rooted import inside

_SHADOW = "/etc/shadow"
_ROOT = "root"


def set_root_password(context: Context) -> None:
    """Put the plan's hash into shadow(5); without one the image's entry stays as it is.

    :raises InstallError: the image has no entry of root
    """
    if not context.plan.root_password_hash:
        return
    path = inside(context.target, _SHADOW)
    lines = path.read_text().splitlines() if path.exists() else []
    entries = [line.split(":") for line in lines]
    if not any(entry[0] == _ROOT for entry in entries):
        raise InstallError(f"the image has no entry of {_ROOT} in {_SHADOW}")
    for entry in entries:
        if entry[0] == _ROOT:
            entry[1] = context.plan.root_password_hash
    about = path.stat()
    content = "".join(":".join(entry) + "\n" for entry in entries).encode()
    write_atomically(
        path, content, mode=stat.S_IMODE(about.st_mode), uid=about.st_uid, gid=about.st_gid
    )
    context.log("root has a password")
