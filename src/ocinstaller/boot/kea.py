"""Renders the configuration of Kea's DHCPv4 server (kea-dhcp4), for sites that run it.

The same as of dnsmasq, which `boot.dnsmasq` explains; files come by TFTP from another program, such
as tftpd-hpa. Classes: Kea's Administrator Reference Manual, "Client Classification".
"""

import json

from ocinstaller.boot.dnsmasq import REBOOT_S, DnsmasqSettings
from ocinstaller.boot.errors import BootSettingError
from ocinstaller.boot.files import BIOS_LOADER, UEFI_LOADER

LEASE_S = 12 * 3600
_FILE_FIELD = 127
"""Characters of the field of DHCP for the boot file (RFC 2131, section 2: 128 with the NUL)."""
_PATH_PREFIX, _REBOOT_TIME = "oci-path-prefix", "oci-reboot-time"


def kea_config(settings: DnsmasqSettings) -> str:
    """Return the configuration file; check it with `kea-dhcp4 -t FILE`.

    :raises BootSettingError: a URL is longer than DHCP's field for it
    """
    document = {
        "Dhcp4": {
            "interfaces-config": {"interfaces": [settings.interface]},
            # Without a name: Kea since 2.6.3 refuses files outside its own directory.
            "lease-database": {"type": "memfile", "persist": True},
            "authoritative": True,
            "valid-lifetime": LEASE_S,
            "option-def": [
                {"name": _PATH_PREFIX, "code": 210, "type": "string"},
                {"name": _REBOOT_TIME, "code": 211, "type": "uint32"},
            ],
            "client-classes": _classes(settings.http_url.rstrip("/")),
            "subnet4": [_subnet(settings)],
        }
    }
    return json.dumps(document, indent=2) + "\n"


def _subnet(settings: DnsmasqSettings) -> dict[str, object]:
    options = []
    if settings.router is not None:
        options.append({"name": "routers", "data": str(settings.router)})
    if settings.domain is not None:
        options.append({"name": "domain-name", "data": settings.domain})
    return {
        "id": 1,
        "subnet": str(settings.network),
        "interface": settings.interface,
        "pools": [{"pool": f"{settings.range_start} - {settings.range_end}"}],
        "next-server": str(settings.address),
        "option-data": options,
    }


def _classes(http_url: str) -> list[dict[str, object]]:
    """Return who is what, and what each gets; a class is known to those behind it only."""
    files = f"{http_url}/boot/pxelinux/"
    return [
        {"name": "ipxe", "test": "option[175].exists"},
        {
            "name": "bios",
            "test": "option[93].hex == 0x0000",
            "boot-file-name": BIOS_LOADER,
            "option-data": [
                {"name": _PATH_PREFIX, "data": files, "always-send": True},
                {"name": _REBOOT_TIME, "data": str(REBOOT_S), "always-send": True},
            ],
        },
        {
            "name": "ipxe-script",
            "test": "member('ipxe') and not member('bios')",
            "boot-file-name": boot_file(f"{http_url}/boot/ipxe?mac=${{mac}}"),
        },
        {
            "name": "uefi",
            "test": "(option[93].hex == 0x0007 or option[93].hex == 0x0009) and not member('ipxe')",
            "boot-file-name": UEFI_LOADER,
        },
        {
            "name": "uefi-http",
            "test": "option[93].hex == 0x0010 and not member('ipxe')",
            "boot-file-name": boot_file(f"{files}{UEFI_LOADER}"),
            "option-data": [
                {"name": "vendor-class-identifier", "data": "HTTPClient", "always-send": True}
            ],
        },
    ]


def boot_file(name: str) -> str:
    """Return the name or URL of a boot file that DHCP's field has room for.

    :raises BootSettingError: it has not
    """
    if len(name) > _FILE_FIELD:
        raise BootSettingError("http_url", name, f"boot files of at most {_FILE_FIELD} characters")
    return name
