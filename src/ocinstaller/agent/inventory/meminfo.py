"""Memory as the kernel counts it (`/proc/meminfo`), less than what the modules hold."""

import re

from ocinstaller.agent.errors import CollectorError
from ocinstaller.agent.inventory.source import Source

_TOTAL = re.compile(r"^MemTotal:\s+(\d{1,12}) kB$", re.MULTILINE | re.ASCII)


def parse(text: str) -> int:
    """Return the memory in MiB."""
    total = _TOTAL.search(text)
    if total is None:
        raise CollectorError("MemTotal is missing")
    return int(total[1]) // 1024


def collect(source: Source) -> int:
    """Read /proc/meminfo."""
    return parse(source.read("proc/meminfo"))
