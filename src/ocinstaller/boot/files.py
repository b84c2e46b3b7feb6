"""Which files of which Debian packages the boot servers have to offer."""

from dataclasses import dataclass
from pathlib import PurePosixPath

BIOS_LOADER = "lpxelinux.0"
UEFI_LOADER = "snponly.efi"
"""iPXE on the firmware's own network driver, so that it works with every network card."""


@dataclass(frozen=True)
class BootFile:
    """A file of an installed Debian package and the name under which machines ask for it."""

    package: str
    source: PurePosixPath
    name: str


BIOS_IPXE = BootFile("ipxe", PurePosixPath("/usr/lib/ipxe/undionly.kpxe"), "undionly.kpxe")
"""iPXE for BIOS machines; only those that the original's DHCP configuration sends there ask."""


def tftp_files() -> tuple[BootFile, ...]:
    """Files of the TFTP root: only the first programs, everything after them comes by HTTP."""
    return (
        BootFile("pxelinux", PurePosixPath("/usr/lib/PXELINUX/lpxelinux.0"), BIOS_LOADER),
        _uefi_loader(),
    )


def http_files() -> tuple[BootFile, ...]:
    """Files served at `/boot/pxelinux/`: PXELINUX's modules, and iPXE for UEFI HTTP Boot."""
    return (
        *(_module(name) for name in ("chain.c32", "ldlinux.c32", "libcom32.c32", "reboot.c32")),
        _module("libutil.c32"),
        _uefi_loader(),
    )


def _module(name: str) -> BootFile:
    directory = PurePosixPath("/usr/lib/syslinux/modules/bios")
    return BootFile("syslinux-common", directory / name, name)


def _uefi_loader() -> BootFile:
    return BootFile("ipxe", PurePosixPath("/usr/lib/ipxe/snponly.efi"), UEFI_LOADER)
