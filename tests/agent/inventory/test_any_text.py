"""Whatever a tool prints, a parser answers or raises `CollectorError`, nothing else."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.agent.errors import CollectorError
from ocinstaller.agent.inventory import (
    dmidecode,
    efi,
    ethtool,
    ipmitool,
    links,
    lldp,
    lsblk,
    lscpu,
    meminfo,
    smbios,
)

from .recorded_outputs import DIRECTORY

PARSERS: dict[str, Callable[[str], object]] = {
    "dmidecode": dmidecode.parse,
    "efibytes": lambda text: efi.parse(text.encode()),
    "ethtool": ethtool.parse,
    "speed": ethtool.parse_speed,
    "ip": links.parse,
    "ipmitool": lambda text: ipmitool.parse(text, text),
    "lldpcli": lldp.parse,
    "lsblk": lsblk.parse,
    "lscpu": lscpu.parse,
    "meminfo": meminfo.parse,
    "smbios": lambda text: smbios.parse({"product_serial": text, "sys_vendor": text}),
}

GOLDEN = {
    name: [path.read_text() for path in sorted(DIRECTORY.iterdir()) if f".{name}" in path.name]
    for name in PARSERS
}


@pytest.mark.parametrize("name", PARSERS)
@given(text=st.text())
def test_arbitrary_text(name: str, text: str) -> None:
    with suppress(CollectorError):
        PARSERS[name](text)


@pytest.mark.parametrize("name", [name for name in PARSERS if GOLDEN[name]])
@given(data=st.data())
def test_damaged_real_output(name: str, data: st.DataObject) -> None:
    """A real output with a piece cut out or replaced."""
    text = data.draw(st.sampled_from(GOLDEN[name]))
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 60))
    piece = data.draw(st.sampled_from(["", "null", "-1", "9" * 30, '"x"', "[]", "{}", "\n", "é"]))

    with suppress(CollectorError):
        PARSERS[name](text[:start] + piece + text[start + length :])
