"""The firmware's list of boot entries, through `efibootmgr`.

A network start stays first: the server decides at each start what a machine does. The new entry
goes to the end of the order; firmware that forgets it finds the removable path on the disk.
"""

import re
from dataclasses import dataclass

from ocinstaller.agent.command import Run
from ocinstaller.agent.install.device import Disk

LABEL = "OCI Debian"
LOADER = r"\EFI\debian\shimx64.efi"
TIMEOUT_S = 30.0

_ORDER = re.compile(r"^BootOrder: ([0-9A-F]{4}(?:,[0-9A-F]{4})*)\s*$", re.MULTILINE | re.ASCII)
_ENTRY = re.compile(r"^Boot([0-9A-F]{4})[* ] ([^\t\n]*)", re.MULTILINE | re.ASCII)


@dataclass(frozen=True, slots=True)
class BootEntries:
    """Order of the entries, and their labels by number."""

    order: tuple[str, ...]
    labels: dict[str, str]

    def ours(self) -> list[str]:
        """Return the numbers of the entries that an installation made."""
        return [number for number, label in self.labels.items() if label.strip() == LABEL]


def parse(text: str) -> BootEntries:
    """Understand what efibootmgr prints."""
    order = _ORDER.search(text)
    return BootEntries(
        order=tuple(order[1].split(",")) if order else (),
        labels=dict(_ENTRY.findall(text)),
    )


def append_entry(run: Run, disk: Disk, esp_number: int) -> None:
    """Make this disk's entry the last of the order; replace the one of an earlier installation.

    :raises CommandError: the firmware refuses
    """
    for number in parse(run(("efibootmgr",), TIMEOUT_S)).ours():
        run(("efibootmgr", "--quiet", "--bootnum", number, "--delete-bootnum"), TIMEOUT_S)
    make = ("efibootmgr", "--quiet", "--create-only", "--label", LABEL, "--loader", LOADER)
    run((*make, "--disk", str(disk.node), "--part", str(esp_number)), TIMEOUT_S)
    entries = parse(run(("efibootmgr",), TIMEOUT_S))
    ours = entries.ours()
    order = [number for number in entries.order if number not in ours] + ours
    run(("efibootmgr", "--quiet", "--bootorder", ",".join(order)), TIMEOUT_S)
