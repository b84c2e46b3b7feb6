"""What GRUB is told: its start, and a machine's decision."""

import shutil
import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from ocinstaller.boot import LiveBoot, LocalBoot
from ocinstaller.boot.files import UefiLoader, tftp_files
from ocinstaller.boot.grub import grub_config, grub_start

SERVER = IPv4Address("10.66.0.1")
LIVE = LiveBoot(
    kernel_url="http://10.66.0.1/images/live/d/vmlinuz",
    initrd_url="http://10.66.0.1/images/live/d/initrd.img",
    squashfs_url="http://10.66.0.1:8080/images/live/d/filesystem.squashfs",
    cmdline="oci.url=https://10.66.0.1 a=b;c d='e' $f",
)


def test_it_asks_with_its_hardware_address_until_it_is_answered() -> None:
    text = grub_start(SERVER)
    assert "  source (tftp,10.66.0.1)/grub/machine/$net_default_mac\n" in text
    assert text.startswith("while true; do\n") and "sleep 10" in text


def test_the_live_system_is_started_with_its_command_line_as_it_is() -> None:
    text = grub_config(LIVE)
    assert "if linux (tftp,10.66.0.1)/images/live/d/vmlinuz boot=live " in text
    assert "fetch=http://10.66.0.1:8080/images/live/d/filesystem.squashfs" in text
    assert r"'a=b;c' 'd='\''e'\''' '$f'" in text
    assert "initrd (tftp,10.66.0.1)/images/live/d/initrd.img; then boot; fi" in text


def test_an_installed_system_is_started_by_its_own_signed_loader() -> None:
    text = grub_config(LocalBoot())
    assert "search --no-floppy --set=root --file /EFI/debian/shimx64.efi" in text
    assert text.endswith("exit 1\n")


@pytest.mark.parametrize("text", [grub_start(SERVER), grub_config(LIVE), grub_config(LocalBoot())])
def test_grub_itself_accepts_the_syntax(text: str, tmp_path: Path) -> None:
    checker = shutil.which("grub-script-check")
    if checker is None:
        pytest.skip("grub-script-check is not installed")
    (tmp_path / "grub.cfg").write_text(text)
    subprocess.run([checker, tmp_path / "grub.cfg"], check=True, timeout=30)


def test_shim_and_grub_lie_under_the_names_that_they_ask_for() -> None:
    names = {file.name: file.package for file in tftp_files(UefiLoader.SHIM)}
    assert names["shimx64.efi"] == "shim-signed"
    assert names["grubx64.efi"] == "grub-efi-amd64-signed"
    assert "snponly.efi" not in names and "lpxelinux.0" in names
