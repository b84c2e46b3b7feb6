import pytest

from ocinstaller.boot import BootSettingError, LiveBoot, LiveOptions, live_cmdline

OPTIONS = {
    "server_url": "https://10.66.0.1",
    "ca_sha256": "ab" * 32,
    "ca_url": "http://10.66.0.1/ca.pem",
    "boot_nonce": "n0-nce_",
    "boot_mac": "52:54:00:00:00:01",
}


def test_the_agent_learns_whom_to_report_to():
    words = live_cmdline(LiveOptions(**OPTIONS)).split()
    assert words[:5] == [
        "oci.url=https://10.66.0.1",
        f"oci.ca={'ab' * 32}",
        "oci.ca_url=http://10.66.0.1/ca.pem",
        "oci.boot=n0-nce_",
        "live-netdev=52:54:00:00:00:01",
    ]


def test_disks_are_only_restricted_when_asked():
    assert "oci.disks" not in live_cmdline(LiveOptions(**OPTIONS))
    restricted = live_cmdline(LiveOptions(**OPTIONS, disks=("loop7", "sda")))
    assert "oci.disks=loop7,sda" in restricted.split()


def test_extra_words_come_last():
    assert live_cmdline(LiveOptions(**OPTIONS, extra_cmdline="console=ttyS0 audit=0")).endswith(
        " console=ttyS0 audit=0"
    )
    bare = live_cmdline(LiveOptions(**OPTIONS, extra_cmdline=""))
    assert bare.endswith(f"live-netdev={OPTIONS['boot_mac']} md_mod.start_ro=1")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("server_url", "https://10.66.0.1 init=/bin/sh"),
        ("ca_url", "file:///etc/passwd"),
        ("ca_sha256", "AB" * 32),
        ("boot_nonce", "a b"),
        ("boot_nonce", ""),
        ("boot_mac", "52-54-00-00-00-01"),
        ("disks", ("sda init=/bin/sh",)),
        ("extra_cmdline", "quiet\nKERNEL http://evil"),
        ("extra_cmdline", "x" * 3000),
    ],
)
def test_values_that_would_add_words_or_lines_are_refused(field, value):
    with pytest.raises(BootSettingError) as caught:
        live_cmdline(LiveOptions(**{**OPTIONS, field: value}))
    assert caught.value.field == field


@pytest.mark.parametrize("field", ["kernel_url", "initrd_url", "squashfs_url"])
def test_image_addresses_must_be_http_urls(field):
    urls = dict.fromkeys(("kernel_url", "initrd_url", "squashfs_url"), "http://10.66.0.1/x")
    with pytest.raises(BootSettingError, match=field):
        LiveBoot(**{**urls, field: "http://10.66.0.1/x\nrm"}, cmdline="")


def test_a_command_line_that_the_kernel_would_cut_is_refused():
    urls = dict.fromkeys(("kernel_url", "initrd_url", "squashfs_url"), "http://10.66.0.1/x")
    with pytest.raises(BootSettingError, match="2047"):
        LiveBoot(**urls, cmdline="x" * 2040)
