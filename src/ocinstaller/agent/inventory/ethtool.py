"""Driver and firmware of a network interface from `ethtool`, its speed from the kernel."""

import re
from dataclasses import dataclass

from ocinstaller.agent.errors import CollectorError
from ocinstaller.agent.inventory.source import Source, clip, fields

TIMEOUT_S = 10.0

_UNKNOWN = frozenset({"", "N/A"})


@dataclass(frozen=True, slots=True)
class Driver:
    """What drives the interface; empty where the driver does not say."""

    name: str
    firmware_version: str


def parse(text: str) -> Driver:
    """Understand `ethtool --driver` (which has no JSON form).

    :raises CollectorError: no driver is named
    """
    known = fields(text)
    name = clip(known.get("driver"))
    if not name:
        raise CollectorError("no driver is named")
    firmware = clip(known.get("firmware-version"))
    return Driver(name, "" if firmware in _UNKNOWN else firmware)


def parse_speed(text: str) -> int:
    """Return Mbit/s; 0 when the kernel says -1 (unknown) or nothing (no link)."""
    return int(text) if re.fullmatch(r"[0-9]{1,7}", text) else 0


def collect(source: Source, interface: str) -> Driver:
    """Run ethtool for one interface."""
    return parse(source.run(("ethtool", "--driver", interface), TIMEOUT_S))


def collect_speed(source: Source, interface: str) -> int:
    """Read the speed of one interface."""
    return parse_speed(source.read(f"sys/class/net/{interface}/speed"))
