"""A machine's BMC through ipmitool: against a BMC with a real QEMU machine under it."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ocinstaller.drivers import ipmi
from ocinstaller.drivers.ipmi import IpmiTool
from ocinstaller.model.bmc import BmcAccess, BootDevice, PowerAction, PowerState
from ocinstaller.model.errors import Conflict, Unavailable
from tests.drivers.virtual_bmc_process import PASSWORD, USER, BmcProcess


@pytest.fixture
def bmc(tmp_path: Path) -> Iterator[BmcProcess]:
    process = BmcProcess(tmp_path)
    try:
        yield process
    finally:
        process.stop()


def test_buttons_and_boot_device(bmc: BmcProcess) -> None:
    tool = IpmiTool(bmc.access)
    assert tool.power_state() is PowerState.OFF
    tool.boot_once_from(BootDevice.NETWORK, uefi=False)
    tool.press(PowerAction.ON)
    assert bmc.next() == "on n"
    assert tool.power_state() is PowerState.ON
    tool.press(PowerAction.RESET)
    assert bmc.next() == "reset"
    tool.boot_once_from(BootDevice.DISK, uefi=True)
    tool.press(PowerAction.RESET)
    assert [bmc.next(), bmc.next()] == ["off", "on c"]
    tool.press(PowerAction.OFF)
    assert bmc.next() == "off"


def test_what_the_bmc_refuses_is_said(bmc: BmcProcess) -> None:
    with pytest.raises(Conflict, match="not supported in present state") as refused:
        IpmiTool(bmc.access).press(PowerAction.RESET)
    assert refused.value.field == "ipmi_addr"


def test_a_wrong_password_is_named(bmc: BmcProcess) -> None:
    with pytest.raises(Conflict, match="refuses the log-in") as refused:
        IpmiTool(replace(bmc.access, password="wrong")).power_state()
    assert refused.value.field == "ipmi_password"
    assert "wrong" not in str(refused.value)


def test_nobody_there(bmc: BmcProcess) -> None:
    bmc.stop()
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1 cannot be asked"):
        IpmiTool(bmc.access).power_state()


def test_the_password_is_no_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Callable[..., object]] = []

    def run(argv: tuple[str, ...], **options: object) -> subprocess.CompletedProcess[str]:
        seen.append(argv)  # type: ignore[arg-type]
        return subprocess.CompletedProcess(argv, 0, "Chassis Power is on\n", "")

    monkeypatch.setattr(ipmi.subprocess, "run", run)
    access = BmcAccess("192.0.2.1", 623, USER, PASSWORD)
    assert IpmiTool(access).power_state() is PowerState.ON
    assert PASSWORD not in repr(seen) and PASSWORD not in repr(access)
