"""The kernel command line of the live system, which tells the agent whom to report to."""

import re
from dataclasses import dataclass

from ocinstaller.boot.checks import check_cmdline, check_url
from ocinstaller.boot.errors import BootSettingError
from ocinstaller.model.wire import MAC_PATTERN

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_NONCE = re.compile(r"[A-Za-z0-9_-]{1,128}")
_MAC = re.compile(MAC_PATTERN)
_DISK = re.compile(r"[A-Za-z0-9!._-]{1,64}")

DEFAULT_EXTRA = "noresume random.trust_cpu=on panic=30"
"""Safe on every machine: no disk to resume from, no waiting for entropy that the processor has,
and a fresh start 30 s after a crash, because nobody watches."""

VIRTUAL_EXTRA = (
    f"{DEFAULT_EXTRA} console=ttyS0 mitigations=off tsc=reliable audit=0 net.ifnames=0"
    " no_timer_check nowatchdog"
)
"""For emulated machines in a laboratory: serial console, and nothing that only costs time.

An emulator that gets too little processor time fails the kernel's check of the timer interrupt,
which then panics ("IO-APIC + timer doesn't work"); `no_timer_check` skips the check. `nowatchdog`
keeps the kernel from reporting lockups then, hundreds of lines each."""

_STILL_ARRAYS = "md_mod.start_ro=1"
"""An array that the initrd starts writes nothing before something is written to it: no
resynchronisation on disks that nobody asked to touch (Linux, Documentation/admin-guide/md.rst)."""


@dataclass(frozen=True)
class LiveOptions:
    """What the agent needs to know before it can ask anybody."""

    server_url: str
    """OCI's HTTPS address, without a path."""
    ca_sha256: str
    """SHA-256 of the DER form of OCI's root certificate, 64 hexadecimal digits."""
    ca_url: str
    """Where the root certificate itself is; need not be secure, the fingerprint decides."""
    boot_nonce: str
    """One-time proof that this start was ordered by the server."""
    boot_mac: str
    """The interface that the machine starts through, lower case with colons.

    live-boot (`live-netdev=`) then asks for an address there at once. Without it, and with
    `BOOTIF=` too, it first looks at all interfaces, which takes 7 s and more.
    """
    disks: tuple[str, ...] = ()
    """Kernel names of the only disks that may be touched; empty allows all."""
    extra_cmdline: str = DEFAULT_EXTRA


def live_cmdline(options: LiveOptions) -> str:
    """The command line, `boot=live fetch=…` excluded (`LiveBoot` adds it).

    :raises BootSettingError: naming the field whose value cannot be on a command line.
    """
    check_url("server_url", options.server_url)
    check_url("ca_url", options.ca_url)
    _check("ca_sha256", options.ca_sha256, _FINGERPRINT, "64 lower-case hexadecimal digits")
    _check("boot_nonce", options.boot_nonce, _NONCE, "1 to 128 letters, digits, - or _")
    _check("boot_mac", options.boot_mac, _MAC, "a MAC address such as 52:54:00:00:00:01")
    for disk in options.disks:
        _check("disks", disk, _DISK, "kernel names of block devices")
    check_cmdline("extra_cmdline", options.extra_cmdline)
    words = [
        f"oci.url={options.server_url}",
        f"oci.ca={options.ca_sha256}",
        f"oci.ca_url={options.ca_url}",
        f"oci.boot={options.boot_nonce}",
        f"live-netdev={options.boot_mac}",
        _STILL_ARRAYS,
    ]
    if options.disks:
        words.append(f"oci.disks={','.join(options.disks)}")
    if options.extra_cmdline:
        words.append(options.extra_cmdline)
    return " ".join(words)


def _check(field: str, value: str, pattern: re.Pattern[str], allowed: str) -> None:
    if not pattern.fullmatch(value):
        raise BootSettingError(field, value, allowed)
