"""Which of a machine's interfaces an operator's selector means."""

import re
from collections.abc import Sequence

from ocinstaller.model.errors import Conflict, InvalidValue
from ocinstaller.model.hardware import Nic

_SPEED_SELECTOR = re.compile(r"^(10m|100m|1g|10g)([1-9][0-9]?)$")
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$")  # IFNAMSIZ - 1, linux/if.h
_SPEEDS = {"10m": (10, 10), "100m": (100, 100), "1g": (1000, 1000), "10g": (10000, 10_000_000)}
ALLOWED = "an interface name (eth0, eno1 …) or a speed and a number (10m1, 100m1, 1g1, 10g1 …)"


def check_selector(field: str, selector: str) -> str:
    """Return a well-formed selector.

    :raises InvalidValue: otherwise
    """
    if not _NAME.fullmatch(selector):
        raise InvalidValue(field, selector, ALLOWED)
    return selector


def select_interface(selector: str, nics: Sequence[Nic]) -> Nic:
    """Return the interface that `selector` means on a machine with these interfaces.

    `10gN` is the N-th interface, by name, of 10 Gb/s or more; the others mean exactly their speed.

    :raises Conflict: when the machine has no such interface; names those that it has
    """
    ordered = sorted(nics, key=lambda nic: nic.name)
    match = _SPEED_SELECTOR.fullmatch(selector)
    if match:
        low, high = _SPEEDS[match[1]]
        fitting = [nic for nic in ordered if low <= nic.speed_mbps <= high]
        number = int(match[2])
        if number <= len(fitting):
            return fitting[number - 1]
    for nic in ordered:
        if nic.name == selector:
            return nic
    present = ", ".join(f"{nic.name} ({nic.speed_mbps} Mb/s)" for nic in ordered) or "none"
    raise Conflict(
        f"iface1: the machine has no interface {selector}; it has: {present}",
        field="iface1",
        value=selector,
        allowed=present,
    )
