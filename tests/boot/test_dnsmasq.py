import shutil
import subprocess
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from pathlib import Path

import pytest

from ocinstaller.boot import (
    BootSettingError,
    DnsmasqSettings,
    RouterAdvertisements,
    dnsmasq_config,
    http_files,
    tftp_files,
)
from ocinstaller.boot.files import UefiLoader

SETTINGS = {
    "interface": "br-int",
    "network": IPv4Network("10.66.0.0/24"),
    "address": IPv4Address("10.66.0.1"),
    "range_start": IPv4Address("10.66.0.200"),
    "range_end": IPv4Address("10.66.0.250"),
    "tftp_root": Path("/srv/tftp"),
    "http_url": "http://10.66.0.1",
    "lease_file": Path("/run/oci/leases"),
    "pid_file": Path("/run/oci/dnsmasq.pid"),
}


def config(**changes):
    return dnsmasq_config(DnsmasqSettings(**{**SETTINGS, **changes})).splitlines()


def test_bios_machines_get_lpxelinux_and_their_files_over_http():
    lines = config()
    assert "dhcp-boot=tag:bios,lpxelinux.0" in lines
    assert "dhcp-option-force=tag:bios,210,http://10.66.0.1/boot/pxelinux/" in lines


def test_uefi_machines_get_ipxe_and_ipxe_gets_the_script_of_the_machine():
    lines = config()
    assert "dhcp-boot=tag:uefi,tag:!ipxe,snponly.efi" in lines
    assert "dhcp-boot=tag:!bios,tag:ipxe,http://10.66.0.1/boot/ipxe?mac=${mac}" in lines


def test_with_secure_boot_uefi_machines_get_shim_and_the_server_itself_answers_by_tftp():
    lines = config(uefi_loader=UefiLoader.SHIM)
    assert "dhcp-boot=tag:uefi,tag:!ipxe,shimx64.efi" in lines
    assert not any("tftp" in line for line in lines)


def test_uefi_http_boot_is_answered_as_http_client():
    lines = config()
    assert "dhcp-match=set:uefihttp,option:client-arch,16" in lines
    assert "dhcp-option-force=tag:uefihttp,tag:!ipxe,60,HTTPClient" in lines
    assert "dhcp-boot=tag:uefihttp,tag:!ipxe,http://10.66.0.1/boot/pxelinux/snponly.efi" in lines


def test_only_the_given_interface_and_range_are_served():
    lines = config()
    assert "interface=br-int" in lines
    assert "bind-interfaces" in lines
    assert "dhcp-range=10.66.0.200,10.66.0.250,255.255.255.0,12h" in lines
    assert "port=0" in lines


def test_router_advertisements_and_router_are_options():
    assert "enable-ra" not in config()
    lines = config(
        router_advertisements=RouterAdvertisements(IPv6Network("fd66::/64")),
        router=IPv4Address("10.66.0.254"),
        domain="lab.oci.internal",
    )
    assert "enable-ra" in lines
    assert "dhcp-range=fd66::,ra-only,12h" in lines
    assert "ra-param=br-int,4,60" in lines
    assert "dhcp-option=option:router,10.66.0.254" in lines
    assert "domain=lab.oci.internal" in lines


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("interface", "br-int\ndhcp-script=/tmp/x"),
        ("address", IPv4Address("10.67.0.1")),
        ("address", IPv4Address("10.66.0.210")),
        ("range_start", IPv4Address("192.0.2.1")),
        ("range_end", IPv4Address("10.66.0.100")),
        ("router", IPv4Address("192.0.2.1")),
        ("tftp_root", Path("relative")),
        ("lease_file", Path("/run/x\ny")),
        ("domain", "Lab;"),
        ("http_url", "ftp://10.66.0.1"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(field, value):
    with pytest.raises(BootSettingError) as caught:
        DnsmasqSettings(**{**SETTINGS, field: value})
    assert caught.value.field == field


@pytest.mark.skipif(shutil.which("dnsmasq") is None, reason="needs dnsmasq")
def test_dnsmasq_accepts_the_configuration(tmp_path):
    (tmp_path / "tftp").mkdir()
    settings = DnsmasqSettings(
        **{
            **SETTINGS,
            "tftp_root": tmp_path / "tftp",
            "router": IPv4Address("10.66.0.254"),
            "router_advertisements": RouterAdvertisements(IPv6Network("fd66::/64")),
        }
    )
    file = tmp_path / "dnsmasq.conf"
    file.write_text(dnsmasq_config(settings))
    result = subprocess.run(
        ["dnsmasq", "--test", f"--conf-file={file}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_every_loader_that_dhcp_names_is_offered():
    assert {file.name for file in tftp_files()} == {"lpxelinux.0", "snponly.efi"}
    assert {"ldlinux.c32", "snponly.efi"} <= {file.name for file in http_files()}


@pytest.mark.parametrize("file", [*tftp_files(), *http_files()], ids=lambda file: file.name)
def test_boot_files_are_where_debian_puts_them(file):
    if not Path("/usr/share/doc", file.package).exists():
        pytest.skip(f"needs the package {file.package}")
    assert Path(file.source).is_file()
