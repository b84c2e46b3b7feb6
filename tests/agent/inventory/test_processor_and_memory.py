"""dmidecode, meminfo and lscpu."""

import pytest

from ocinstaller.agent.errors import CollectorError
from ocinstaller.agent.inventory import dmidecode, lscpu, meminfo
from ocinstaller.agent.inventory.dmidecode import Modules

from .recorded_outputs import recorded


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ("qemu-q35-trixie", Modules(memory_mib=3072, mhz=2000)),
        ("composed-rack-server", Modules(memory_mib=65536, mhz=2100)),
    ],
)
def test_memory_modules(machine: str, expected: Modules) -> None:
    assert dmidecode.parse(recorded(f"{machine}.dmidecode.txt")) == expected


def test_no_memory_is_an_error() -> None:
    with pytest.raises(CollectorError, match="add up to 0 MiB"):
        dmidecode.parse("Memory Device\n\tSize: No Module Installed\n")


def test_memory_of_the_kernel() -> None:
    assert meminfo.parse("MemTotal:        2030000 kB\nMemFree: 1 kB\n") == 1982


def test_processor_of_a_virtual_machine() -> None:
    cpu = lscpu.parse(recorded("qemu-q35-trixie.lscpu.json"))

    assert (cpu.vendor, cpu.model) == ("AuthenticAMD", "QEMU TCG CPU version 2.5+")
    assert (cpu.sockets, cpu.cores, cpu.threads, cpu.mhz) == (1, 2, 2, 0)


def test_older_flat_and_newer_nested_answers() -> None:
    assert lscpu.parse(recorded("epyc-virtual-bookworm.lscpu.json")).model == "AMD EPYC"


def test_processors_of_a_server() -> None:
    cpu = lscpu.parse(recorded("composed-rack-server.lscpu.json"))

    assert (cpu.sockets, cpu.cores, cpu.threads, cpu.mhz) == (2, 32, 64, 2100)
