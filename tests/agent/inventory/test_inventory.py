"""The report goes out whatever fails."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ocinstaller.agent.errors import CollectorError, CommandError
from ocinstaller.agent.inventory import Inventory
from ocinstaller.agent.inventory.source import Source
from ocinstaller.model.hardware import Firmware

from .recorded_outputs import recorded

ANSWERS = {
    "dmidecode": "qemu-q35-trixie.dmidecode.txt",
    "lsblk": "qemu-q35-trixie.lsblk.json",
    "lscpu": "qemu-q35-trixie.lscpu.json",
    "ip": "qemu-q35-trixie.ip.json",
    "lldpcli": "qemu-q35-trixie.lldpcli-alone.json",
    "ethtool": "qemu-q35-trixie.ethtool-virtio.txt",
    "ipmitool": "qemu-q35-trixie.ipmitool-mc-info.txt",
}


class Tools:
    """Answers like a QEMU machine, except the tools that are missing."""

    def __init__(self, *missing: str) -> None:
        self.missing = missing
        self.asked: list[str] = []

    def __call__(self, argv: Sequence[str], timeout_s: float) -> str:
        self.asked.append(argv[0])
        if argv[0] in self.missing or argv[0] not in ANSWERS:
            raise CommandError(f"{argv[0]} is not installed")
        return recorded(ANSWERS[argv[0]])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    dmi = tmp_path / "sys/class/dmi/id"
    dmi.mkdir(parents=True)
    (dmi / "product_serial").write_text("OCI-LAB-0001\n")
    (dmi / "sys_vendor").write_text("QEMU\n")
    (tmp_path / "sys/class/net/eth0").mkdir(parents=True)
    (tmp_path / "sys/class/net/eth0/speed").write_text("1000\n")
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/meminfo").write_text("MemTotal: 3000000 kB\n")
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/ipmi0").touch()
    return tmp_path


def test_a_complete_report(root: Path) -> None:
    report = Inventory(Source(run=Tools(), root=root)).report()

    assert report.serial == "OCI-LAB-0001"
    assert report.firmware is Firmware.BIOS
    assert (report.memory_mib, report.cpu.threads, report.cpu.mhz) == (3072, 2, 2000)
    assert len(report.block_devices) == 3
    assert (report.nics[0].speed_mbps, report.nics[0].driver) == (1000, "virtio_net")
    assert report.bmc is not None
    assert report.failures == ()


@pytest.mark.parametrize("tool", sorted(ANSWERS))
def test_a_missing_tool_costs_only_its_own_facts(root: Path, tool: str) -> None:
    report = Inventory(Source(run=Tools(tool), root=root)).report()

    assert report.serial == "OCI-LAB-0001"
    assert report.failures
    assert all("is not installed" in failure.reason for failure in report.failures)


def test_with_every_tool_missing_the_report_still_goes_out(root: Path) -> None:
    report = Inventory(Source(run=Tools(*ANSWERS), root=root)).report()

    assert report.serial == "OCI-LAB-0001"
    assert report.memory_mib == 2929
    assert len(report.failures) == 6


def test_what_cannot_change_is_asked_once(root: Path) -> None:
    tools = Tools()
    inventory = Inventory(Source(run=tools, root=root))
    first = inventory.report()
    tools.asked.clear()

    assert inventory.report() == first
    assert "lscpu" not in tools.asked
    assert "lsblk" in tools.asked


def test_what_failed_is_asked_again(root: Path) -> None:
    tools = Tools("lscpu")
    inventory = Inventory(Source(run=tools, root=root))
    assert inventory.report().cpu.threads == 0
    tools.missing = ()

    assert inventory.report().cpu.threads == 2


def test_a_container_never_reports_its_host(root: Path) -> None:
    (root / "run/systemd").mkdir(parents=True)
    (root / "run/systemd/container").write_text("systemd-nspawn\n")
    tools = Tools()
    source = Source(run=tools, root=root, container=True, disks=frozenset({"vda"}))

    report = Inventory(source, serial="NODE-1").report()

    assert report.serial == "NODE-1"
    assert report.firmware is Firmware.CONTAINER
    assert report.product.name == "systemd-nspawn"
    assert [disk.name for disk in report.block_devices] == ["vda"]
    assert report.bmc is None
    assert not {"dmidecode", "ipmitool"} & set(tools.asked)


def test_a_machine_without_a_name_cannot_report(tmp_path: Path) -> None:
    with pytest.raises(CollectorError, match="no usable serial"):
        Inventory(Source(run=Tools("ip"), root=tmp_path)).report()
