"""How values are shown: sizes, times, durations. Filters of the templates."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

_STEP = 1000
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_MIB_STEP = 1024
TONES = {
    "live": "info",
    "bootinglive": "busy",
    "installing": "busy",
    "firstboot": "busy",
    "installed": "good",
    "success": "good",
    "running": "busy",
    "failure": "bad",
    "notrun": "calm",
    "done": "good",
    "refused": "bad",
    "error": "bad",
    "warning": "warn",
    "ok": "good",
    "missing": "bad",
    "failed": "bad",
    "taking": "busy",
}
"""What colour a state has; every place that shows one agrees."""


def size(count: int) -> str:
    """Return bytes as vendors of disks count them: `1.9 TB`."""
    value = float(count)
    for unit in _UNITS:
        if value < _STEP or unit == _UNITS[-1]:
            break
        value /= _STEP
    return f"{value:.0f} {unit}" if unit == "B" or value >= _STEP / 10 else f"{value:.1f} {unit}"


def memory(mib: int) -> str:
    """Return MiB as memory is sold: `64 GiB`."""
    return f"{mib / _MIB_STEP:.0f} GiB" if mib >= _MIB_STEP else f"{mib} MiB"


def speed(mbps: int) -> str:
    """Return the speed of a link; empty when unknown."""
    if not mbps:
        return ""
    return f"{mbps / _STEP:g} Gbit/s" if mbps >= _STEP else f"{mbps} Mbit/s"


def moment(at: datetime) -> str:
    """Return a point in time for people, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def clock(at: datetime) -> str:
    """Return the time of day, in UTC."""
    return f"{at.astimezone(UTC):%H:%M:%S}"


def tone(state: str) -> str:
    """Return the colour class of a state."""
    return TONES.get(state, "calm")


def short(hostname: str | None) -> str:
    """Return a host name without its domain; empty without a name."""
    return (hostname or "").partition(".")[0]


def segment(name: str) -> str:
    """Return a name as one segment of a path."""
    return quote(name, safe="")


FILTERS: Mapping[str, Callable[..., object]] = {
    "size": size,
    "memory": memory,
    "speed": speed,
    "moment": moment,
    "clock": clock,
    "tone": tone,
    "segment": segment,
    "short": short,
}
