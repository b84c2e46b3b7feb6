"""`oci-dhcp-config`: made, checked by the server's own program, written only when it is good."""

import json
import shutil
from pathlib import Path

import pytest

from ocinstaller.cli.dhcp_config import main
from tests.support import write_config

PROGRAMS = {"dnsmasq": "dnsmasq", "kea": "kea-dhcp4", "isc": "dhcpd"}
DHCP = "[dhcp]\ninterface = {}\nrange_first = 127.0.0.200\nrange_last = 127.0.0.250\n"


def config(directory: Path, interface: str = "lo") -> list[str]:
    return ["--config", str(write_config(directory, extra=DHCP.format(interface)))]


@pytest.mark.parametrize("backend", sorted(PROGRAMS))
def test_what_the_server_accepts_is_written(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which(PROGRAMS[backend], path="/usr/sbin:/usr/bin") is None:
        pytest.skip(f"{PROGRAMS[backend]} is not installed")
    arguments = [*config(tmp_path), "--backend", backend]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "127.0.0.200" in printed
    file, root = tmp_path / "server.conf", tmp_path / "tftp"
    assert main([*arguments, "--output", str(file), "--tftp-root", str(root)]) == 0
    assert file.read_text() == printed and capsys.readouterr().out == ""
    assert {path.name for path in root.iterdir()} == {"lpxelinux.0", "snponly.efi"}


def test_a_refused_one_leaves_the_last_good_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which("kea-dhcp4", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("kea-dhcp4 is not installed")
    file = tmp_path / "kea.conf"
    file.write_text("the last good one")
    arguments = [*config(tmp_path, "no-such-card"), "--backend", "kea", "--output", str(file)]
    assert main(arguments) == 1
    assert "kea-dhcp4 refuses" in (error := capsys.readouterr().err) and "no-such-card" in error
    assert file.read_text() == "the last good one"
    assert main([*arguments, "--no-check"]) == 0
    assert json.loads(file.read_text())["Dhcp4"]["interfaces-config"] == {
        "interfaces": ["no-such-card"]
    }


@pytest.mark.parametrize("backend", sorted(PROGRAMS))
def test_settings_that_cannot_be_are_named(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*config(tmp_path, ""), "--backend", backend]) == 2
    assert "interface: ''" in capsys.readouterr().err


def test_a_program_that_is_missing_is_named_with_its_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocinstaller.drivers.dhcp_config._PLACES", str(tmp_path))
    assert main([*config(tmp_path), "--backend", "isc"]) == 1
    assert "package isc-dhcp-server" in capsys.readouterr().err
