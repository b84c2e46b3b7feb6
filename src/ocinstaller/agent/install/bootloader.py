"""Step: make the disks startable; the last thing written, so that no half system ever starts."""

from collections.abc import Callable, Mapping

from ocinstaller.agent.errors import CommandError, InstallError
from ocinstaller.agent.files import write_atomically
from ocinstaller.agent.install import efiboot, layout, mounts, stack
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.device import uuid_link
from ocinstaller.agent.install.rooted import inside
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import PartitionKind

SETTINGS_PATH = "/etc/default/grub.d/oci.cfg"
MENU_PATH = "boot/grub/grub.cfg"
TIMEOUT_S = 600.0

_MENU_S = 1
"""Seconds that the menu waits for a key: long enough to hold one, no delay of a restart."""

_FORBIDDEN = frozenset("\"'`$\\\n\0")
"""What would end or change the quoted value in GRUB's settings, which are a shell script."""


def bootloader(context: Context) -> None:
    """Configure GRUB and install it as the firmware needs it."""
    mounts.mount_others(context)
    directory = inside(context.target, SETTINGS_PATH).parent
    directory.mkdir(parents=True, exist_ok=True)
    content = settings(context.plan.kernel_cmdline)
    write_atomically(inside(context.target, SETTINGS_PATH), content.encode(), mode=0o644)
    _INSTALL[context.plan.firmware](context)


def settings(kernel_cmdline: str) -> str:
    """Return GRUB's settings.

    :raises InstallError: the command line has characters that cannot be quoted
    """
    wrong = sorted(_FORBIDDEN & set(kernel_cmdline))
    if wrong:
        raise InstallError(f"kernel_cmdline: {kernel_cmdline!r} must not contain {wrong}")
    return (
        f"GRUB_TIMEOUT={_MENU_S}\n"
        "GRUB_DISABLE_OS_PROBER=true\n"
        'GRUB_CMDLINE_LINUX_DEFAULT=""\n'
        f'GRUB_CMDLINE_LINUX="{kernel_cmdline}"\n'
    )


def _menu(context: Context) -> None:
    """Write GRUB's menu; it finds the root by UUID or volume, whatever the disk will be called."""
    (context.target / MENU_PATH).parent.mkdir(parents=True, exist_ok=True)
    root = layout.root(context.plan)
    with uuid_link(stack.node(context, root.device), root.uuid):
        mounts.in_target(context, "update-grub", timeout_s=TIMEOUT_S)
    wanted = _root_argument(root)
    if f"root={wanted} " not in (context.target / MENU_PATH).read_text(encoding="utf-8"):
        raise InstallError(f"/{MENU_PATH} has no entry that finds the root by {wanted}")


def _root_argument(root: layout.Place) -> str:
    """Return how the kernel is told its root: GRUB names a volume by its name (grub.d/10_linux)."""
    if isinstance(root.device, layout.OnVolume):
        return str(stack.mapped(root.device))
    return f"UUID={root.uuid}"


def _bios(context: Context) -> None:
    _menu(context)
    for disk in context.disks:
        mounts.in_target(
            context,
            "grub-install",
            "--target=i386-pc",
            "--no-floppy",
            str(disk.node),
            timeout_s=TIMEOUT_S,
        )


def _uefi(context: Context) -> None:
    _menu(context)
    entries = []
    for disk, wanted in zip(context.disks, context.plan.storage.disks, strict=True):
        kinds = [partition.kind for partition in wanted.partitions]
        number = kinds.index(PartitionKind.ESP)
        mounts.in_target(
            context,
            "grub-install",
            "--target=x86_64-efi",
            f"--efi-directory={wanted.partitions[number].mountpoint}",
            "--bootloader-id=debian",
            "--uefi-secure-boot",
            "--force-extra-removable",
            "--no-nvram",
            "--no-floppy",
            timeout_s=TIMEOUT_S,
        )
        entries.append((disk, number + 1))
    try:
        efiboot.add_entries(context.run, entries)
    except CommandError as error:
        context.log(f"no boot entry was made, the removable path must do: {error}", "warning")


def _container(context: Context) -> None:
    context.log("containers start without a boot loader")


_INSTALL: Mapping[Firmware, Callable[[Context], None]] = {
    Firmware.BIOS: _bios,
    Firmware.UEFI: _uefi,
    Firmware.CONTAINER: _container,
}
