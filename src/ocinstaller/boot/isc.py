"""Renders the configuration of ISC's dhcpd, for sites that run it.

The same as of dnsmasq, which `boot.dnsmasq` explains; files come by TFTP from another program, such
as tftpd-hpa. Syntax: dhcpd.conf(5), dhcp-eval(5).
"""

from ocinstaller.boot.dnsmasq import REBOOT_S, DnsmasqSettings
from ocinstaller.boot.errors import BootSettingError
from ocinstaller.boot.files import BIOS_LOADER, UEFI_LOADER, UefiLoader
from ocinstaller.boot.kea import LEASE_S, boot_file


def isc_config(settings: DnsmasqSettings) -> str:
    """Return the configuration file; check it with `dhcpd -t -cf FILE`.

    :raises BootSettingError: a URL is longer than DHCP's field for it; dhcpd is no proxy
    """
    if settings.proxy:
        raise BootSettingError("proxy", "true", "false: dhcpd gives addresses; dnsmasq is a proxy")
    network = settings.network
    lines = [
        f'# In /etc/default/isc-dhcp-server: INTERFACESv4="{settings.interface}"',
        "authoritative;",
        f"default-lease-time {LEASE_S};",
        f"max-lease-time {LEASE_S};",
        "option client-arch code 93 = unsigned integer 16;",
        "option ipxe code 175 = string;",
        "option path-prefix code 210 = text;",
        "option reboot-time code 211 = unsigned integer 32;",
        "",
        f"subnet {network.network_address} netmask {network.netmask} {{",
        f"  range {settings.range_start} {settings.range_end};",
        f"  next-server {settings.address};",
    ]
    if settings.router is not None:
        lines.append(f"  option routers {settings.router};")
    if settings.domain is not None:
        lines.append(f'  option domain-name "{settings.domain}";')
    lines += [
        f"  {line}" for line in _loader_lines(settings.http_url.rstrip("/"), settings.uefi_loader)
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _loader_lines(http_url: str, loader: UefiLoader) -> list[str]:
    files = f"{http_url}/boot/pxelinux/"
    script = boot_file(f"{http_url}/boot/ipxe?mac=${{mac}}")
    return [
        "if option client-arch = 00:00 {",
        f'  filename "{BIOS_LOADER}";',
        f'  option path-prefix "{files}";',
        f"  option reboot-time {REBOOT_S};",
        "  # PXELINUX is told these even when the firmware did not ask for them.",
        "  option dhcp-parameter-request-list =",
        "    concat(option dhcp-parameter-request-list, d2, d3);",
        "} elsif exists ipxe {",
        f'  filename "{script}";',
        "} elsif option client-arch = 00:07 or option client-arch = 00:09 {",
        f'  filename "{loader.file}";',
        "} elsif option client-arch = 00:10 {",
        f'  filename "{boot_file(files + UEFI_LOADER)}";',
        '  option vendor-class-identifier "HTTPClient";',
        "}",
    ]
