"""Renders a boot decision for GRUB, which Debian signs: the way of machines with Secure Boot.

The firmware starts shim, shim starts GRUB (`grubx64.efi`, in the same place), and GRUB reads
`/grub/grub.cfg` of the server that it came from; that asks for the machine's decision. All of it,
with kernel and initrd, comes by TFTP (`boot.tftp` says why); the live system fetches the rest by
HTTP.
"""

import re
from ipaddress import IPv4Address
from urllib.parse import urlsplit

from ocinstaller.boot.decision import BootDecision, LiveBoot

RETRY_DELAY_S = 10
"""Seconds before a machine that got no answer, or not all files, asks again."""

MACHINE_NAMES = "grub/machine/"
"""What stands before a hardware address in the name of a machine's decision."""

_PLAIN = re.compile(r"[A-Za-z0-9_./:=,@%+-]+")


def grub_start(server: IPv4Address) -> str:
    """Return the configuration that every machine reads first.

    :param server: who answers by TFTP
    """
    return (
        "while true; do\n"
        f"  source (tftp,{server})/{MACHINE_NAMES}$net_default_mac\n"
        f"  echo 'OCI: no answer, next attempt in {RETRY_DELAY_S} s'\n"
        f"  sleep {RETRY_DELAY_S}\n"
        "done\n"
    )


def grub_config(decision: BootDecision) -> str:
    """Return the script for one machine; where it fails, `grub_start` asks again."""
    lines = _live(decision) if isinstance(decision, LiveBoot) else _LOCAL
    return "\n".join(lines) + "\n"


_LOCAL = (
    "echo 'OCI: starting from the local disk'",
    "if search --no-floppy --set=root --file /EFI/debian/shimx64.efi; then",
    "  if chainloader /EFI/debian/shimx64.efi; then boot; fi",
    "fi",
    "exit 1",
)
"""Where the disk's boot loader cannot be started, the firmware tries its next boot entry."""


def _live(decision: LiveBoot) -> tuple[str, ...]:
    words = " ".join(_quoted(word) for word in decision.full_cmdline.split())
    return (
        "echo 'OCI: starting the live system'",
        f"if linux {_place(decision.kernel_url)} {words}; then",
        f"  if initrd {_place(decision.initrd_url)}; then boot; fi",
        "fi",
    )


def _place(url: str) -> str:
    """Return a URL of the server as GRUB's TFTP names the same file."""
    parts = urlsplit(url)
    return f"(tftp,{parts.hostname}){parts.path}"


def _quoted(word: str) -> str:
    """Return a word that GRUB's shell takes as it is."""
    if _PLAIN.fullmatch(word):
        return word
    quote, escaped = "'", "'\\''"
    return f"{quote}{word.replace(quote, escaped)}{quote}"
