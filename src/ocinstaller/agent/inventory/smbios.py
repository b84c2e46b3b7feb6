"""Identity of the machine from the kernel's copy of SMBIOS (`/sys/class/dmi/id`)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ocinstaller.agent.errors import CollectorError
from ocinstaller.agent.inventory.source import Source, clip
from ocinstaller.model.hardware import SERIAL_PATTERN, Product

DIRECTORY = "sys/class/dmi/id"

_PLACEHOLDERS = frozenset(
    {
        "0",
        "00000000",
        "0123456789",
        "1234567890",
        "123456789",
        "chassis serial number",
        "default string",
        "empty",
        "invalid",
        "n/a",
        "na",
        "none",
        "not applicable",
        "not available",
        "not present",
        "not settable",
        "not specified",
        "null",
        "o.e.m.",
        "oem",
        "serial number",
        "system serial number",
        "tbd",
        "to be filled by o.e.m.",
        "undefined",
        "unknown",
        "xxxxxxxxxx",
    }
)
"""What vendors leave in the field; the same on thousands of machines, so useless as a name."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHARED_UUIDS = frozenset(
    {
        "03000200-0400-0500-0006-000700080009",
        "12345678-1234-5678-90ab-cddeefaabbcc",
    }
)
"""UUIDs that board vendors ship on every machine of a series."""

_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._: -]{0,127}")


@dataclass(frozen=True, slots=True)
class Smbios:
    """System information (SMBIOS type 1) and the BIOS version (type 0)."""

    product: Product = field(default_factory=Product)
    serial: str = ""
    uuid: str = ""


def parse(attributes: dict[str, str]) -> Smbios:
    """Understand the attributes as the kernel names them."""
    return Smbios(
        product=Product(
            manufacturer=clip(attributes.get("sys_vendor")),
            name=clip(attributes.get("product_name")),
            bios_version=clip(attributes.get("bios_version")),
        ),
        serial=clip(attributes.get("product_serial")),
        uuid=clip(attributes.get("product_uuid")).lower(),
    )


def collect(source: Source) -> Smbios:
    """Read the attributes.

    :raises CollectorError: the kernel knows no SMBIOS
    """
    if not (source.root / DIRECTORY).is_dir():
        raise CollectorError(f"/{DIRECTORY} does not exist")
    names = ("sys_vendor", "product_name", "bios_version", "product_serial", "product_uuid")
    return parse({name: source.read(f"{DIRECTORY}/{name}") for name in names})


def choose_serial(smbios: Smbios, macs: Iterable[str]) -> str:
    """Return what names this machine: its serial, else its UUID, else its lowest MAC address.

    The lowest address, because the order in which the kernel finds cards changes.

    :raises CollectorError: the machine has none of them
    """
    serial = smbios.serial
    repeated = len(set(serial)) == 1
    if (
        re.fullmatch(SERIAL_PATTERN, serial)
        and serial.lower() not in _PLACEHOLDERS
        and not repeated
    ):
        return serial
    uuid = smbios.uuid
    unique = len(set(uuid)) > 2  # noqa: PLR2004 (all zeros or all Fs, and the hyphens)
    if _UUID.fullmatch(uuid) and uuid not in _SHARED_UUIDS and unique:
        return uuid
    lowest = min(macs, default="")
    if not lowest:
        raise CollectorError("the machine has no usable serial, no UUID and no network card")
    return lowest
