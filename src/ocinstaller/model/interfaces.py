"""Which of a machine's interfaces an operator's selector means."""

import re
from collections.abc import Sequence

from ocinstaller.model.errors import Conflict, InvalidValue
from ocinstaller.model.hardware import Nic
from ocinstaller.model.text import Text

_SPEED_SELECTOR = re.compile(r"^(10m|100m|1g|10g)([1-9][0-9]?)$")
_NUMBER_SELECTOR = re.compile(r"^eth([0-9]{1,2})$")
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$")  # IFNAMSIZ - 1, linux/if.h
_SPEEDS = {"10m": (10, 10), "100m": (100, 100), "1g": (1000, 1000), "10g": (10000, 10_000_000)}
_DIGITS = re.compile(r"(\d+)")
ALLOWED = Text(
    "an interface name (eth0, eno1 …) or a speed and a number (10m1, 100m1, 1g1, 10g1 …)"
)


def check_selector(field: str, selector: str) -> str:
    """Return a well-formed selector.

    :raises InvalidValue: otherwise
    """
    if not _NAME.fullmatch(selector):
        raise InvalidValue(field, selector, ALLOWED)
    return selector


def in_order(nics: Sequence[Nic]) -> list[Nic]:
    """Return interfaces by their names, numbers by value: eth10 comes after eth9."""
    return sorted(
        nics, key=lambda nic: [(p.isdigit(), int(p) if p.isdigit() else p) for p in _split(nic)]
    )


def _split(nic: Nic) -> list[str]:
    return [part for part in _DIGITS.split(nic.name) if part]


def describe(nics: Sequence[Nic]) -> str:
    """Return interfaces with what selectors look at."""
    return ", ".join(f"{nic.name} ({nic.speed_mbps} Mb/s)" for nic in in_order(nics)) or "none"


def select_interface(
    selector: str,
    nics: Sequence[Nic],
    *,
    field: str = "iface1",
    network: str = "",
    lldp_match: str | None = None,
) -> Nic:
    """Return the interface that `selector` means on a machine with these interfaces.

    `10gN` is the N-th interface, by name, of 10 Gb/s or more; the other speeds mean exactly
    theirs. A name means the interface of that name; `ethN` on a machine that names its interfaces
    otherwise is the interface number N, by name, from 0.

    :param field: which selector of the network it is, for the error
    :param network: the network's name, for the error
    :param lldp_match: only interfaces count whose switch has this in its name
    :raises Conflict: when the machine has no such interface; names those that it has
    """
    counting = [nic for nic in in_order(nics) if _matches(nic, lldp_match)]
    found = _of_speed(selector, counting) or _of_name(selector, counting)
    if found is not None:
        return found
    where = Text("network {network}: ", network=network) if network else ""
    behind = (
        Text(" behind a switch named *{lldp_match}*", lldp_match=lldp_match) if lldp_match else ""
    )
    raise Conflict(
        Text(
            "{where}{field}: the machine has no interface {selector}{behind}; it has: {nics}",
            where=where,
            field=field,
            selector=selector,
            behind=behind,
            nics=describe(nics),
        ),
        field=field,
        value=selector,
        allowed=describe(counting),
    )


def _matches(nic: Nic, lldp_match: str | None) -> bool:
    return lldp_match is None or (nic.lldp is not None and lldp_match in nic.lldp.switch_hostname)


def _of_speed(selector: str, ordered: Sequence[Nic]) -> Nic | None:
    match = _SPEED_SELECTOR.fullmatch(selector)
    if match is None:
        return None
    low, high = _SPEEDS[match[1]]
    fitting = [nic for nic in ordered if low <= nic.speed_mbps <= high]
    number = int(match[2])
    return fitting[number - 1] if number <= len(fitting) else None


def _of_name(selector: str, ordered: Sequence[Nic]) -> Nic | None:
    for nic in ordered:
        if nic.name == selector:
            return nic
    match = _NUMBER_SELECTOR.fullmatch(selector)
    if match is None or any(_NUMBER_SELECTOR.fullmatch(nic.name) for nic in ordered):
        return None
    number = int(match[1])
    return ordered[number] if number < len(ordered) else None
