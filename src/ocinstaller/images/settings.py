"""What an operator can choose about an image build."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ocinstaller.images.aptconf import host_mirrors, host_proxy, security_sibling
from ocinstaller.images.errors import SettingError

_URL = re.compile(r"^https?://[^\s/]+(/\S*)?$")
_RELEASE = re.compile(r"^[a-z]+$")
_EDITION = re.compile(r"^[A-Za-z0-9._-]{0,64}$")
_SSH_KEY = re.compile(
    r"^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp\d+|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)"
    r" [A-Za-z0-9+/]+=*( .*)?$"
)


class InitrdModules(StrEnum):
    """Which kernel modules the initrd of the live image carries."""

    MOST = "most"
    """Everything that a machine may need to reach its network."""
    LIST = "list"
    """Only virtual hardware (virtio, e1000): half the size, for laboratories."""


@dataclass(frozen=True)
class BuildSettings:
    """Settings of a build; `from_host` fills in the defaults that the host decides."""

    output: Path
    """Directory of all images (`<output>/<kind>/<digest>/`)."""
    mirror: str
    security_mirror: str
    release: str = "trixie"
    proxy: str | None = None
    authorized_keys: tuple[str, ...] = ()
    """Lines of authorized_keys(5) for root; without any, nobody can log in."""
    initrd_modules: InitrdModules = InitrdModules.MOST
    firmware: bool = True
    """Include non-free firmware, which many server network cards need."""
    edition: str = ""
    """Part of the digest: another edition builds again, with the packages of today."""

    def __post_init__(self) -> None:
        for field, value, pattern, allowed in (
            ("mirror", self.mirror, _URL, "an http:// or https:// URL"),
            ("security_mirror", self.security_mirror, _URL, "an http:// or https:// URL"),
            ("proxy", self.proxy or "http://unset", _URL, "an http:// or https:// URL"),
            ("release", self.release, _RELEASE, "a Debian code name in lower-case letters"),
            ("edition", self.edition, _EDITION, "at most 64 letters, digits, dots, - or _"),
        ):
            if not pattern.match(value):
                raise SettingError(field, value, allowed)
        for line in self.authorized_keys:
            if not _SSH_KEY.match(line):
                raise SettingError("authorized_keys", line[:40], "public keys, one per line")

    @property
    def components(self) -> tuple[str, ...]:
        """Archive areas that packages come from."""
        return ("main", "non-free-firmware") if self.firmware else ("main",)


def from_host(
    output: Path,
    *,
    mirror: str | None = None,
    security_mirror: str | None = None,
    release: str = "trixie",
    authorized_keys_file: Path | None = None,
    initrd_modules: InitrdModules = InitrdModules.MOST,
    firmware: bool = True,
    edition: str = "",
) -> BuildSettings:
    """Settings with mirror and proxy taken from the host's apt where they are not given.

    :raises SettingError: when a value cannot work.
    """
    if mirror is None:
        found = host_mirrors()
        mirror, security_mirror = found.archive, security_mirror or found.security
    return BuildSettings(
        output=output,
        mirror=mirror.rstrip("/"),
        security_mirror=(security_mirror or security_sibling(mirror)).rstrip("/"),
        release=release,
        proxy=host_proxy(),
        authorized_keys=_read_keys(authorized_keys_file),
        initrd_modules=initrd_modules,
        firmware=firmware,
        edition=edition,
    )


def _read_keys(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError("authorized_keys", str(file), f"a readable file ({error})") from error
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
