"""Renders the configuration of Kea's DHCPv4 server (kea-dhcp4), for sites that run it.

The same as of dnsmasq, which `boot.dnsmasq` explains; files come by TFTP from another program, such
as tftpd-hpa. Classes: Kea's Administrator Reference Manual, "Client Classification"; two servers:
"libdhcp_ha.so: High Availability Outage Resilience for Kea Servers".
"""

import json
import re
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from ocinstaller.boot.dnsmasq import REBOOT_S, DnsmasqSettings
from ocinstaller.boot.errors import BootSettingError
from ocinstaller.boot.files import BIOS_LOADER, UEFI_LOADER, UefiLoader

LEASE_S = 12 * 3600
_FILE_FIELD = 127
"""Characters of the field of DHCP for the boot file (RFC 2131, section 2: 128 with the NUL)."""
_PATH_PREFIX, _REBOOT_TIME = "oci-path-prefix", "oci-reboot-time"
_NAME = re.compile(r"[A-Za-z0-9.-]{1,64}")
_HEARTBEAT_MS, _SILENCE_MS = 2000, 10000
"""A starting machine asks for about a minute: the other server has to answer within that."""


@dataclass(frozen=True)
class KeaPair:
    """Two servers of which the second answers when the first is gone ("hot-standby").

    :raises BootSettingError: it is no pair, or the server is not one of it
    """

    servers: tuple[tuple[str, IPv4Address], ...]
    """Names and addresses; the first one answers as long as it can."""
    this: str
    """Name of the server that the configuration is for."""
    port: int
    hooks: Path
    """Directory of Kea's libraries."""

    def __post_init__(self) -> None:
        names = [name for name, _ in self.servers]
        wrong = [name for name in names if not _NAME.fullmatch(name)]
        if len(self.servers) != 2 or wrong or len({a for _, a in self.servers}) != 2:  # noqa: PLR2004
            raise BootSettingError("kea_pair", ",".join(names), "two names with an address each")
        if self.this not in names:
            raise BootSettingError("kea_server", self.this, f"one of {', '.join(names)}")


def kea_config(settings: DnsmasqSettings, pair: KeaPair | None = None) -> str:
    """Return the configuration file; check it with `kea-dhcp4 -t FILE`.

    :raises BootSettingError: a URL is longer than DHCP's field for it; Kea is no proxy
    """
    if settings.proxy:
        raise BootSettingError("proxy", "true", "false: Kea gives addresses; dnsmasq is a proxy")
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
            "client-classes": _classes(settings.http_url.rstrip("/"), settings.uefi_loader),
            "subnet4": [_subnet(settings)],
            **({} if pair is None else _pair(pair)),
        }
    }
    return json.dumps(document, indent=2) + "\n"


def _pair(pair: KeaPair) -> dict[str, object]:
    """Return what makes a server one of two; they talk without Kea's control agent."""
    threads = {"enable-multi-threading": True}
    availability = {
        "this-server-name": pair.this,
        "mode": "hot-standby",
        "heartbeat-delay": _HEARTBEAT_MS,
        "max-response-delay": _SILENCE_MS,
        # Silence is enough: firmware gives up before it has counted as a client without answer.
        "max-unacked-clients": 0,
        "multi-threading": {**threads, "http-dedicated-listener": True},
        "peers": [
            {"name": name, "url": f"http://{address}:{pair.port}/", "role": role}
            for (name, address), role in zip(pair.servers, ("primary", "standby"), strict=True)
        ],
    }
    return {
        "multi-threading": threads,
        "hooks-libraries": [
            {"library": str(pair.hooks / "libdhcp_lease_cmds.so")},
            {
                "library": str(pair.hooks / "libdhcp_ha.so"),
                "parameters": {"high-availability": [availability]},
            },
        ],
    }


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


def _classes(http_url: str, loader: UefiLoader) -> list[dict[str, object]]:
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
            "boot-file-name": loader.file,
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
