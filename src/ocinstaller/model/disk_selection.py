"""Which of a machine's disks an operator's selector means, and which one is taken without one."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from ocinstaller.model.disk_spelling import ALLOWED
from ocinstaller.model.errors import Conflict, InvalidValue
from ocinstaller.model.hardware import BlockDevice, DiskKind
from ocinstaller.model.text import Text

AUTOMATIC = "none"
"""The selector that leaves the choice to the installer, as the original spells it."""

_SELECTOR = re.compile(
    r"^(?:(?P<word>serial|path|size)=(?P<value>[!-~]{1,128})"
    r"|(?:/dev/)?(?P<name>[A-Za-z0-9!._-]{1,64}))$"
)
_SIZE = re.compile(r"^(?P<number>(?:0|[1-9][0-9]{0,6})(?:\.[0-9]{1,3})?)(?P<unit>[TGM])B?$")
_UNITS = {"T": 10**12, "G": 10**9, "M": 10**6}
_SIZE_TOLERANCE = 0.07
"""Vendors count decimally and round; 7 per cent also covers GiB written as G."""

_SOLID = frozenset({DiskKind.SSD, DiskKind.NVME, DiskKind.VIRTUAL})
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class ChosenDisk:
    """A disk and why it was taken."""

    disk: BlockDevice
    reason: str


def describe(disk: BlockDevice) -> str:
    """Return a disk in few words: name, size, kind, serial number."""
    serial = f", serial {disk.serial}" if disk.serial else ""
    return f"{disk.name} ({disk.size_bytes / 10**9:.1f} GB {disk.kind.value}{serial})"


def describe_all(disks: Sequence[BlockDevice]) -> str:
    """Return the disks of a machine in few words."""
    return "; ".join(describe(disk) for disk in disks) or "none"


def in_order(disks: Sequence[BlockDevice]) -> list[BlockDevice]:
    """Return disks in the order in which they are taken for a system.

    The smallest first: servers have small disks for the system and large ones for data. Of equal
    ones a solid one first, then the order of slots (names such as `…lun:10` after `…lun:9`).
    """
    return sorted(disks, key=lambda d: (d.size_bytes, d.kind not in _SOLID, _natural(d)))


def check_selector(field: str, selector: str) -> str:
    """Return a well-formed selector.

    :raises InvalidValue: otherwise
    """
    match = _SELECTOR.fullmatch(selector)
    if not match or (match["word"] == "size" and not _bytes(match["value"])):
        raise InvalidValue(field, selector, ALLOWED)
    return selector


def automatic(
    field: str, disks: Sequence[BlockDevice], needed_bytes: int, taken: Collection[str] = ()
) -> ChosenDisk:
    """Return the disk that is taken when nobody chose one.

    :param needed_bytes: smaller disks cannot hold the system
    :param taken: names of disks that have a use already
    :raises Conflict: no disk is writable, large enough and free; names those that there are
    """
    usable = [disk for disk in disks if not disk.read_only and disk.name not in taken]
    fitting = in_order([disk for disk in usable if disk.size_bytes >= needed_bytes])
    if not fitting:
        raise Conflict(
            Text(
                "{field}: the machine has no further disk of {needed_bytes:.1f} GB or "
                "more; it has: {disks}",
                field=field,
                needed_bytes=needed_bytes / 10**9,
                disks=describe_all(disks),
            ),
            field=field,
            value=AUTOMATIC,
            allowed=Text(
                "a machine with a writable disk of at least {needed_bytes} bytes; "
                "machine-show tells which collectors failed",
                needed_bytes=needed_bytes,
            ),
        )
    first = fitting[0]
    if len(fitting) == 1:
        reason = Text("the only disk that the system fits on")
    elif fitting[1].size_bytes > first.size_bytes:
        reason = Text(
            "the smallest of {fitting} disks that the system fits on", fitting=len(fitting)
        )
    elif fitting[1].kind not in _SOLID and first.kind in _SOLID:
        reason = Text("the smallest disk that the system fits on; of equal ones, a solid-state one")
    else:
        reason = Text(
            "the smallest disk that the system fits on; of equal ones, the first by its path"
        )
    return ChosenDisk(first, Text("{field} is automatic: {reason}", field=field, reason=reason))


def select(
    field: str, selector: str, disks: Sequence[BlockDevice], taken: Collection[str] = ()
) -> ChosenDisk:
    """Return the disk that a selector means.

    :param taken: names of disks that have a use already
    :raises InvalidValue: the selector is malformed
    :raises Conflict: no disk, or one that is taken; names those that there are
    """
    check_selector(field, selector)
    match = _SELECTOR.fullmatch(selector)
    assert match is not None  # noqa: S101 - checked above
    word, value = match["word"] or "name", match["value"] or match["name"]
    found = [disk for disk in in_order(disks) if _MATCHES[word](disk, value)]
    free = [disk for disk in found if disk.name not in taken]
    if not free:
        why = (
            Text("is {name}, which has another use", name=found[0].name)
            if found
            else Text("does not exist")
        )
        raise Conflict(
            Text(
                "{field}: disk {selector} {why}; the machine has: {disks}",
                field=field,
                selector=selector,
                why=why,
                disks=describe_all(disks),
            ),
            field=field,
            value=selector,
            allowed=describe_all(disks),
        )
    of = Text(", the first of {free} by its path", free=len(free)) if len(free) > 1 else ""
    return ChosenDisk(
        free[0], Text("{field} is {selector}{of}", field=field, selector=selector, of=of)
    )


def _bytes(size: str) -> float:
    """Return the bytes of a size such as `480G`; 0 for anything that is none."""
    match = _SIZE.fullmatch(size)
    return float(match["number"]) * _UNITS[match["unit"]] if match else 0.0


def _about(disk: BlockDevice, size: str) -> bool:
    wanted = _bytes(size)
    return abs(disk.size_bytes - wanted) <= max(disk.size_bytes, wanted) * _SIZE_TOLERANCE


_MATCHES: dict[str, Callable[[BlockDevice, str], bool]] = {
    "name": lambda disk, value: disk.name == value.replace("/", "!"),
    "serial": lambda disk, value: disk.serial == value,
    "path": lambda disk, value: disk.by_path == value.removeprefix("/dev/disk/by-path/"),
    "size": _about,
}


def _natural(disk: BlockDevice) -> tuple[tuple[int, int, str], ...]:
    """Order numbers in names by value; names without a path come by their kernel name."""
    return tuple(
        (1, int(part), "") if part.isdigit() else (0, 0, part)
        for part in _DIGITS.split(disk.by_path or disk.name)
        if part
    )
