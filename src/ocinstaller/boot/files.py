"""Which files of which Debian packages the boot servers have to offer."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

BIOS_LOADER = "lpxelinux.0"
UEFI_LOADER = "snponly.efi"
"""iPXE on the firmware's own network driver, so that it works with every network card."""
SHIM_LOADER = "shimx64.efi"
"""Signed by Microsoft, for machines with Secure Boot; it starts GRUB, signed by Debian."""
_GRUB = "grubx64.efi"  # the name that shim asks for, in its own place
GRUB_START = "grub/grub.cfg"
"""What Debian's network GRUB reads first, from the server that it came from."""


class UefiLoader(StrEnum):
    """What UEFI machines start from the network."""

    IPXE = "ipxe"
    SHIM = "shim"

    @property
    def file(self) -> str:
        """The first program."""
        return SHIM_LOADER if self is UefiLoader.SHIM else UEFI_LOADER


@dataclass(frozen=True)
class BootFile:
    """A file of an installed Debian package and the name under which machines ask for it."""

    package: str
    source: PurePosixPath
    name: str


BIOS_IPXE = BootFile("ipxe", PurePosixPath("/usr/lib/ipxe/undionly.kpxe"), "undionly.kpxe")
"""iPXE for BIOS machines: those that a proxy or the original's DHCP configuration sends there."""


def tftp_files(
    loader: UefiLoader = UefiLoader.IPXE, *, proxy: bool = False
) -> tuple[BootFile, ...]:
    """Files of the TFTP root: only the first programs, everything after them comes by HTTP."""
    pxelinux = BootFile("pxelinux", PurePosixPath("/usr/lib/PXELINUX/lpxelinux.0"), BIOS_LOADER)
    return (BIOS_IPXE if proxy else pxelinux, *_uefi_files(loader))


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


def _uefi_files(loader: UefiLoader) -> tuple[BootFile, ...]:
    if loader is UefiLoader.IPXE:
        return (_uefi_loader(),)
    grub = PurePosixPath("/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed")
    shim = PurePosixPath("/usr/lib/shim/shimx64.efi.signed")
    return (
        BootFile("shim-signed", shim, SHIM_LOADER),
        BootFile("grub-efi-amd64-signed", grub, _GRUB),
    )


def _uefi_loader() -> BootFile:
    return BootFile("ipxe", PurePosixPath("/usr/lib/ipxe/snponly.efi"), UEFI_LOADER)
