"""Renders the configuration of dnsmasq(8) as DHCP and TFTP server of the installation network.

What a machine gets depends on the architecture in its request (RFC 4578, section 2.1, with the
numbers of https://www.iana.org/assignments/dhcpv6-parameters, "Processor Architecture Types"):

======================  =======================================================================
0 BIOS                  `lpxelinux.0` by TFTP, its configuration and files by HTTP (option 210)
7, 9 UEFI x86-64        iPXE by TFTP; when iPXE asks (option 175), the machine's script by HTTP;
                        or shim by TFTP, which starts GRUB (Secure Boot)
16 UEFI x86-64, HTTP    iPXE by HTTP; the firmware accepts only offers marked `HTTPClient`
======================  =======================================================================

As a proxy (Preboot Execution Environment Specification 2.1, section 2.2.3) it gives no addresses:
another server of the site does, and knows nothing of starting machines. No options reach PXELINUX
this way before dnsmasq 2.91, so BIOS machines start iPXE too.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from pathlib import Path

from ocinstaller.boot.checks import check_url
from ocinstaller.boot.errors import BootSettingError
from ocinstaller.boot.files import BIOS_IPXE, BIOS_LOADER, UEFI_LOADER, UefiLoader

_INTERFACE = re.compile(r"[A-Za-z0-9._-]{1,15}")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
_PATH = re.compile(r"/[A-Za-z0-9._/-]*")

LEASE_TIME = "12h"
REBOOT_S = 60
"""Option 211: seconds until PXELINUX starts over when it finds no configuration."""


@dataclass(frozen=True)
class RouterAdvertisements:
    """Advertise an IPv6 prefix.

    iPXE waits about 13 s per interface for a router when none speaks up. The interface must
    have an address in the prefix.
    """

    prefix: IPv6Network


@dataclass(frozen=True)
class DnsmasqSettings:
    """The installation network and where its boot files are."""

    interface: str
    network: IPv4Network
    address: IPv4Address
    """Of this server in the network."""
    range_start: IPv4Address
    range_end: IPv4Address
    tftp_root: Path
    http_url: str
    """Base of the boot files and decisions, without `/boot/`."""
    lease_file: Path
    pid_file: Path
    router: IPv4Address | None = None
    domain: str | None = None
    router_advertisements: RouterAdvertisements | None = None
    uefi_loader: UefiLoader = UefiLoader.IPXE
    proxy: bool = False
    """Another server gives the addresses; the range means nothing then."""

    def __post_init__(self) -> None:
        if not _INTERFACE.fullmatch(self.interface):
            raise BootSettingError("interface", self.interface, "a Linux interface name")
        self._check_addresses()
        if self.domain is not None and not _DOMAIN.fullmatch(self.domain):
            raise BootSettingError("domain", self.domain, "a lower-case DNS domain")
        for field in ("tftp_root", "lease_file", "pid_file"):
            if not _PATH.fullmatch(str(getattr(self, field))):
                allowed = "an absolute path of letters, digits, dots, - and _"
                raise BootSettingError(field, str(getattr(self, field)), allowed)
        check_url("http_url", self.http_url)

    def _check_addresses(self) -> None:
        given = ("range_start", "range_end", "router") if not self.proxy else ()
        for field in ("address", *given):
            value = getattr(self, field)
            if value is not None and value not in self.network:
                raise BootSettingError(field, str(value), f"an address in {self.network}")
        if self.proxy:
            return
        if self.range_start > self.range_end:
            allowed = f"an address not below range_start {self.range_start}"
            raise BootSettingError("range_end", str(self.range_end), allowed)
        if self.range_start <= self.address <= self.range_end:
            raise BootSettingError("address", str(self.address), "an address outside the range")


def dnsmasq_config(settings: DnsmasqSettings) -> str:
    """The configuration file; run as `dnsmasq --conf-file=FILE`."""
    http_url = settings.http_url.rstrip("/")
    lines = _server_lines(settings)
    if settings.proxy:
        lines += _proxy_lines(settings, http_url)
    else:
        lines += [*_lease_lines(settings), *_loader_lines(http_url, settings.uefi_loader)]
    if settings.router_advertisements:
        prefix = settings.router_advertisements.prefix.network_address
        lines += [
            "enable-ra",
            "quiet-ra",
            f"dhcp-range={prefix},ra-only,{LEASE_TIME}",
            # Every 4 s instead of 600 s: a starting machine does not wait for long.
            f"ra-param={settings.interface},4,60",
        ]
    return "\n".join(lines) + "\n"


def _server_lines(settings: DnsmasqSettings) -> list[str]:
    return [
        "port=0",
        f"interface={settings.interface}",
        "except-interface=lo",
        "bind-interfaces",
        f"pid-file={settings.pid_file}",
        f"dhcp-leasefile={settings.lease_file}",
        *_tftp_lines(settings),
    ]


def _tftp_lines(settings: DnsmasqSettings) -> list[str]:
    """Return nothing when GRUB asks for decisions: the server itself answers those and the rest."""
    if settings.uefi_loader is UefiLoader.SHIM:
        return []
    return ["enable-tftp", f"tftp-root={settings.tftp_root}", "tftp-no-fail"]


def _lease_lines(settings: DnsmasqSettings) -> list[str]:
    start, end, mask = settings.range_start, settings.range_end, settings.network.netmask
    lines = [
        "dhcp-authoritative",
        # The probe by ping costs 3 s per lease; leases are bound to MAC addresses.
        "no-ping",
        f"dhcp-range={start},{end},{mask},{LEASE_TIME}",
        f"dhcp-option=option:router,{settings.router}" if settings.router else "dhcp-option=3",
        "dhcp-option=6",
    ]
    if settings.domain:
        lines.append(f"domain={settings.domain}")
    return lines


def _loader_lines(http_url: str, loader: UefiLoader) -> list[str]:
    files = f"{http_url}/boot/pxelinux/"
    return [
        "dhcp-match=set:ipxe,175",
        "dhcp-match=set:bios,option:client-arch,0",
        "dhcp-match=set:uefi,option:client-arch,7",
        "dhcp-match=set:uefi,option:client-arch,9",
        "dhcp-match=set:uefihttp,option:client-arch,16",
        f"dhcp-option-force=tag:bios,210,{files}",
        f"dhcp-option-force=tag:bios,211,{REBOOT_S}i",
        f"dhcp-boot=tag:bios,{BIOS_LOADER}",
        f"dhcp-boot=tag:uefi,tag:!ipxe,{loader.file}",
        f"dhcp-boot=tag:!bios,tag:ipxe,{http_url}/boot/ipxe?mac=${{mac}}",
        "dhcp-option-force=tag:uefihttp,tag:!ipxe,60,HTTPClient",
        f"dhcp-boot=tag:uefihttp,tag:!ipxe,{files}{UEFI_LOADER}",
    ]


def _proxy_lines(settings: DnsmasqSettings, http_url: str) -> list[str]:
    """Return what is told beside another server's offers; names of dnsmasq(8), --pxe-service."""
    network, uefi = settings.network, settings.uefi_loader.file
    return [
        f"dhcp-range={network.network_address},proxy,{network.netmask}",
        "dhcp-match=set:ipxe,175",
        f"pxe-service=tag:!ipxe,x86PC,OCI,{BIOS_IPXE.name}",
        f"pxe-service=tag:!ipxe,BC_EFI,OCI,{uefi}",
        f"pxe-service=tag:!ipxe,x86-64_EFI,OCI,{uefi}",
        f"dhcp-boot=tag:ipxe,{http_url}/boot/ipxe?mac=${{mac}}",
    ]
