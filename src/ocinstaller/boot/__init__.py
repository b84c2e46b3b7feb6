"""What a machine asks for while it starts: boot configurations and the DHCP/TFTP server's.

One decision (`BootDecision`), rendered for every boot loader; everything here is a pure function.
"""

from ocinstaller.boot.cmdline import DEFAULT_EXTRA, VIRTUAL_EXTRA, LiveOptions, live_cmdline
from ocinstaller.boot.decision import BootDecision, LiveBoot, LocalBoot
from ocinstaller.boot.dnsmasq import DnsmasqSettings, RouterAdvertisements, dnsmasq_config
from ocinstaller.boot.errors import BootSettingError
from ocinstaller.boot.files import BIOS_IPXE, BootFile, http_files, tftp_files
from ocinstaller.boot.ipxe import ipxe_chain, ipxe_script
from ocinstaller.boot.pxelinux import pxelinux_config

__all__ = [
    "BIOS_IPXE",
    "DEFAULT_EXTRA",
    "VIRTUAL_EXTRA",
    "BootDecision",
    "BootFile",
    "BootSettingError",
    "DnsmasqSettings",
    "LiveBoot",
    "LiveOptions",
    "LocalBoot",
    "RouterAdvertisements",
    "dnsmasq_config",
    "http_files",
    "ipxe_chain",
    "ipxe_script",
    "live_cmdline",
    "pxelinux_config",
    "tftp_files",
]
