"""The firmware's list of boot entries, through `efibootmgr`.

A network start stays first: the server decides at each start what a machine does. When it sends
the machine to its disk, the firmware tries the next entry of the order, so the new entry goes
directly behind the one that this system was started by; entries behind it may each take minutes to
time out. Firmware that forgets the entry finds the removable path on the disk.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocinstaller.agent.command import Run
from ocinstaller.agent.install.device import Disk

LABEL = "OCI Debian"
"""Of the first disk's entry; those of mirrors carry a number from 2 on behind it."""

LOADER = r"\EFI\debian\shimx64.efi"
TIMEOUT_S = 30.0

_ORDER = re.compile(r"^BootOrder: ([0-9A-F]{4}(?:,[0-9A-F]{4})*)\s*$", re.MULTILINE | re.ASCII)
_CURRENT = re.compile(r"^BootCurrent: ([0-9A-F]{4})\s*$", re.MULTILINE | re.ASCII)
_MIRROR = re.compile(rf"{LABEL} [0-9]+")
_ENTRY = re.compile(r"^Boot([0-9A-F]{4})[* ] ([^\t\n]*)", re.MULTILINE | re.ASCII)


@dataclass(frozen=True, slots=True)
class BootEntries:
    """Order of the entries, their labels by number, and which one started this system."""

    order: tuple[str, ...]
    labels: dict[str, str]
    current: str = ""

    def ours(self) -> list[str]:
        """Return the numbers of the entries that an installation made."""
        found = sorted((label.strip(), number) for number, label in self.labels.items())
        return [number for label, number in found if label == LABEL or _MIRROR.fullmatch(label)]

    def order_with_ours(self) -> tuple[str, ...]:
        """Return the order: the entry that started this system, ours, the others.

        Firmware may keep an entry of its own for the disk ahead of the network; it found nothing
        there until now. Without a current entry ours goes to the end.
        """
        ours = self.ours()
        others = [number for number in self.order if number not in ours]
        if self.current not in self.labels or self.current in ours:
            return (*others, *ours)
        return (self.current, *ours, *(number for number in others if number != self.current))


def parse(text: str) -> BootEntries:
    """Understand what efibootmgr prints."""
    order, current = _ORDER.search(text), _CURRENT.search(text)
    return BootEntries(
        order=tuple(order[1].split(",")) if order else (),
        labels=dict(_ENTRY.findall(text)),
        current=current[1] if current else "",
    )


def add_entries(run: Run, partitions: Sequence[tuple[Disk, int]]) -> None:
    """Make an entry for each disk; they replace those of earlier installations.

    :param partitions: disk and number of each EFI system partition
    :raises CommandError: the firmware refuses
    """
    for number in parse(run(("efibootmgr",), TIMEOUT_S)).ours():
        run(("efibootmgr", "--quiet", "--bootnum", number, "--delete-bootnum"), TIMEOUT_S)
    for place, (disk, esp_number) in enumerate(partitions, 1):
        label = LABEL if place == 1 else f"{LABEL} {place}"
        make = ("efibootmgr", "--quiet", "--create-only", "--label", label, "--loader", LOADER)
        run((*make, "--disk", str(disk.node), "--part", str(esp_number)), TIMEOUT_S)
    order = parse(run(("efibootmgr",), TIMEOUT_S)).order_with_ours()
    run(("efibootmgr", "--quiet", "--bootorder", ",".join(order)), TIMEOUT_S)
