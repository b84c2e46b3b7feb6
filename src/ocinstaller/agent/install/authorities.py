"""Certificate authorities of the new system: what `update-ca-certificates` would do, for few.

That program starts several processes for each of the 150 authorities of Debian, a minute on a slow
machine; only the plan's are new. Its next run finds everything as it would have made it.
"""

import os
from pathlib import PurePosixPath

from ocinstaller.agent.files import sync_directory, write_atomically
from ocinstaller.agent.install import mounts
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.rooted import inside
from ocinstaller.agent.trust import CA_DIRECTORY
from ocinstaller.model.plan import TargetFile

_STORE = "/etc/ssl/certs"
_BUNDLE = f"{_STORE}/ca-certificates.crt"
_TIMEOUT_S = 120.0


def trust(context: Context) -> None:
    """Let the new system trust those of the plan's files that are local authorities.

    :raises InstallError: the image has no certificates
    """
    found = [file for file in context.plan.files if file.path.startswith(CA_DIRECTORY)]
    if not found:
        return
    for file in found:
        _link(context, file.path)
    _bundle(context, found)
    mounts.in_target(context, "openssl", "rehash", _STORE, timeout_s=_TIMEOUT_S)


def _link(context: Context, path: str) -> None:
    link = inside(context.target, f"{_STORE}/{PurePosixPath(path).stem}.pem")
    if not link.is_symlink():
        os.symlink(path, link)
        sync_directory(link.parent)


def _bundle(context: Context, found: list[TargetFile]) -> None:
    bundle = inside(context.target, _BUNDLE)
    present = bundle.read_text(encoding="ascii")
    missing = [f"{file.content.rstrip()}\n" for file in found]
    missing = [text for text in missing if text not in present]
    write_atomically(bundle, "".join([present, *missing]).encode(), mode=0o644)
