"""Memory modules and the processor's clock from `dmidecode` (SMBIOS types 17 and 4)."""

import re
from dataclasses import dataclass

from ocinstaller.agent.errors import CollectorError
from ocinstaller.agent.inventory.source import Source, fields

ARGV = ("dmidecode", "--type", "processor", "--type", "memory")
TIMEOUT_S = 30.0

_SIZE = re.compile(r"(\d{1,9}) (kB|MB|GB|TB)")
_MIB = {"kB": 1 / 1024, "MB": 1, "GB": 1024, "TB": 1024**2}
_MOST_MIB = 2**32
"""Limit of `HardwareReport.memory_mib`."""

_CLOCK = re.compile(r"(\d{1,5}) MHz")


@dataclass(frozen=True, slots=True)
class Modules:
    """Sum of the memory modules and the nominal clock, 0 where unknown."""

    memory_mib: int
    mhz: int


def parse(text: str) -> Modules:
    """Understand the records, which are separated by empty lines.

    :raises CollectorError: the modules' sum is nothing or more than any machine has
    """
    memory, mhz = 0.0, 0
    for record in re.split(r"\n[ \t]*\n", text):
        lines = record.splitlines()
        if "Memory Device" in lines:
            size = _SIZE.fullmatch(fields(record).get("Size", ""))
            memory += int(size[1]) * _MIB[size[2]] if size else 0
        elif "Processor Information" in lines and not mhz:
            clock = _CLOCK.fullmatch(fields(record).get("Current Speed", ""))
            mhz = int(clock[1]) if clock else 0
    if not 0 < memory <= _MOST_MIB:
        raise CollectorError(f"the memory modules add up to {memory:g} MiB")
    return Modules(memory_mib=int(memory), mhz=mhz)


def collect(source: Source) -> Modules:
    """Run dmidecode."""
    return parse(source.run(ARGV, TIMEOUT_S))
