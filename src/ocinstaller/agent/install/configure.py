"""Step: turn the common image into this machine's system."""

from pathlib import Path

from ocinstaller.agent.errors import InstallError
from ocinstaller.agent.files import write_atomically
from ocinstaller.agent.install import authorities, layout, mounts, shadow, stack, stores
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.rooted import Accounts, accounts, inside
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import FileSystem, InstallPlan, TargetFile

TIMEOUT_S = 300.0

SSH_KEYGEN = "/usr/bin/ssh-keygen"

_GROUP_BITS = 0o070


def configure(context: Context) -> None:
    """Write the machine's files, make its identities and enable its services."""
    mounts.mount_others(context)
    target = context.target
    known = accounts(target)
    for file in (*_own_files(context), *context.plan.files):
        _write(context, file, known)
    context.log(f"{len(context.plan.files)} files of the plan are written")
    shadow.set_root_password(context)
    authorities.trust(context)
    if (target / SSH_KEYGEN.lstrip("/")).exists():
        # The image is the same for all machines, so it carries no host keys.
        mounts.in_target(context, SSH_KEYGEN, "-A", timeout_s=TIMEOUT_S)
    for unit in (*context.plan.enable_units, *stores.units(context.plan)):
        context.stream(("systemctl", f"--root={target}", "enable", unit), TIMEOUT_S)


def _own_files(context: Context) -> tuple[TargetFile, ...]:
    """What every system needs; the plan's files come later and may replace them."""
    plan = context.plan
    machine_id = layout.identifier(plan, "machine-id").hex
    return (
        TargetFile(path="/etc/hostname", content=f"{plan.hostname}\n"),
        TargetFile(path="/etc/machine-id", content=f"{machine_id}\n", mode=0o444),
        TargetFile(path="/etc/fstab", content=fstab(plan)),
        *stack.target_files(plan),
        *stores.target_files(plan),
    )


def fstab(plan: InstallPlan) -> str:
    """Return the table of the plan's file systems, by UUID.

    A container gets an empty one: its manager mounts the root, and its first process would fail
    to mount it again.
    """
    if plan.firmware is Firmware.CONTAINER:
        return ""
    system = (_fstab_line(plan, place) for place in layout.places(plan))
    return "".join(f"{line}\n" for line in (*system, *stores.fstab_lines(plan)))


def _fstab_line(plan: InstallPlan, place: layout.Place) -> str:
    kind = place.filesystem
    if kind is FileSystem.SWAP:
        return f"UUID={place.uuid} none swap sw 0 0"
    is_root = place.mountpoint == "/"
    options = "errors=remount-ro" if kind is FileSystem.EXT4 else "umask=0077"
    if plan.storage.arrays and kind is FileSystem.VFAT:
        # The system has to start without the disk that this one is on.
        options += ",nofail"
    return f"UUID={place.uuid} {place.mountpoint} {kind.value} {options} 0 {1 if is_root else 2}"


def _write(context: Context, file: TargetFile, known: Accounts) -> None:
    """Write one file; parents that are missing are made with mode 0755."""
    path = inside(context.target, file.path)
    owner = known.users.get(file.owner)
    if owner is None:
        raise InstallError(f"file {file.path}: the image has no user {file.owner!r}")
    group, mode = known.groups.get(file.group), file.mode
    if group is None:
        # The group belongs to a package that this image lacks; then nobody but the owner reads.
        context.log(f"file {file.path}: no group {file.group!r}, for its owner only", "warning")
        group, mode = known.groups.get("root", 0), mode & ~_GROUP_BITS
    _make_parents(path.parent)
    write_atomically(path, file.content.encode(), mode=mode, uid=owner, gid=group)


def _make_parents(directory: Path) -> None:
    if directory.is_dir():
        return
    _make_parents(directory.parent)
    directory.mkdir()
    directory.chmod(0o755)
