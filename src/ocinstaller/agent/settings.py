"""Settings of the live agent: what the boot menu wrote on the kernel command line.

| parameter | meaning |
| --- | --- |
| `oci.url` | address of the server, `https://…` |
| `oci.ca` | SHA-256 of the DER of the server's root CA, hexadecimal |
| `oci.ca_url` | where that certificate lies, `http://…`; only trusted when it matches `oci.ca` |
| `oci.boot` | number used once that ties this start to a boot decision |
| `oci.disks` | kernel names that inventory and installer may use; all others are invisible |
| `oci.serial` | serial number, in containers only: they have no SMBIOS of their own |
"""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ocinstaller.agent.errors import SettingsError
from ocinstaller.model.hardware import SERIAL_PATTERN

_CONTAINER_FLAG = Path("run/systemd/container")
"""Written by systemd when it runs as first process of a container (systemd.io, Container
Interface)."""

_DISK = re.compile(r"[A-Za-z0-9!._-]{1,64}")
_WORD = re.compile(r'(?:[^\s"]|"[^"]*"?)+')


@dataclass(frozen=True, slots=True)
class Settings:
    """The typed settings; see the module's table."""

    url: str
    ca_sha256: str
    ca_url: str
    boot_nonce: str = ""
    disks: frozenset[str] | None = None
    """None allows every disk."""
    serial: str = ""
    container: bool = False


def command_line(root: Path) -> tuple[str, bool]:
    """Return the command line and whether this system is a container.

    A container shares the kernel, so its settings are the arguments of its first process.
    """
    container = (root / _CONTAINER_FLAG).exists()
    source = root / ("proc/1/cmdline" if container else "proc/cmdline")
    return source.read_bytes().decode(errors="replace"), container


def parse(text: str, *, container: bool) -> Settings:
    """Understand a command line; parameters that are not in the table are not ours.

    :raises SettingsError: a parameter is missing or has a wrong value
    """
    given = dict(_parameters(text))
    return Settings(
        url=_url("oci.url", given.get("oci.url", ""), "https"),
        ca_sha256=_fingerprint(given.get("oci.ca", "")),
        ca_url=_url("oci.ca_url", given.get("oci.ca_url", ""), "http"),
        boot_nonce=_nonce(given.get("oci.boot", "")),
        disks=_disks(given.get("oci.disks"), container),
        serial=_serial(given.get("oci.serial"), container),
        container=container,
    )


def _parameters(text: str) -> list[tuple[str, str]]:
    # Arguments of a process are separated by NUL and may contain blanks; the kernel's are
    # separated by blanks, and double quotes protect blanks.
    words = (
        text.split("\0")
        if "\0" in text
        else [word.replace('"', "") for word in _WORD.findall(text)]
    )
    pairs = (word.partition("=") for word in words)
    return [(name, value) for name, _, value in pairs if name.startswith("oci.")]


def _url(field: str, value: str, scheme: str) -> str:
    allowed = f"an address that begins with {scheme}://"
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  (reading it validates it)
    except ValueError as error:
        raise SettingsError(field, value, allowed) from error
    if parts.scheme != scheme or not parts.hostname or not value.isprintable():
        raise SettingsError(field, value, allowed)
    return value.rstrip("/")


def _fingerprint(value: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", value):
        raise SettingsError("oci.ca", value, "a SHA-256 digest of 64 hexadecimal digits")
    return value.lower()


def _nonce(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.~-]{0,128}", value):
        raise SettingsError("oci.boot", value, "at most 128 of A-Z a-z 0-9 _ . ~ -")
    return value


def _disks(value: str | None, container: bool) -> frozenset[str] | None:
    if value is None:
        # The host's disks show through a container's /sys; only named ones may be touched.
        return frozenset() if container else None
    names = [name for name in value.split(",") if name]
    for name in names:
        if not _DISK.fullmatch(name) or name in {".", ".."}:
            raise SettingsError("oci.disks", name, "a kernel name such as sda, without /dev/")
    return frozenset(names)


def _serial(value: str | None, container: bool) -> str:
    if value is None:
        return ""
    if not container:
        raise SettingsError("oci.serial", value, "absent outside of containers")
    if not re.fullmatch(SERIAL_PATTERN, value):
        raise SettingsError("oci.serial", value, "letters, digits and . _ : - blank")
    return value
