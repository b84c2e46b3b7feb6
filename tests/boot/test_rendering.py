import pytest

from ocinstaller.boot import BootSettingError, LiveBoot, LocalBoot, ipxe_script, pxelinux_config

LIVE = LiveBoot(
    kernel_url="http://10.66.0.1/images/live/d/vmlinuz",
    initrd_url="http://10.66.0.1/images/live/d/initrd.img",
    squashfs_url="http://10.66.0.1/images/live/d/filesystem.squashfs",
    cmdline="oci.url=https://10.66.0.1",
)
FETCH = "boot=live fetch=http://10.66.0.1/images/live/d/filesystem.squashfs"
RETRY = "http://10.66.0.1/boot/ipxe?mac=52:54:00:00:00:01"


def directives(config, label):
    """The directives of one label of a PXELINUX configuration."""
    lines = iter(config.splitlines())
    for line in lines:
        if line == f"LABEL {label}":
            break
    found = {}
    for line in lines:
        if not line.startswith("  "):
            break
        name, _, value = line.strip().partition(" ")
        found[name] = value
    return found


def test_pxelinux_starts_the_live_system_over_http():
    config = pxelinux_config(LIVE)
    assert "DEFAULT live" in config.splitlines()
    assert directives(config, "live") == {
        "KERNEL": LIVE.kernel_url,
        "INITRD": LIVE.initrd_url,
        "APPEND": f"{FETCH} oci.url=https://10.66.0.1",
    }


def test_pxelinux_starts_over_when_the_files_do_not_come():
    config = pxelinux_config(LIVE)
    assert "ONTIMEOUT restart" in config.splitlines()
    assert "TOTALTIMEOUT 100" in config.splitlines()
    assert directives(config, "restart") == {"COM32": "reboot.c32"}


def test_pxelinux_hands_over_to_the_first_disk():
    config = pxelinux_config(LocalBoot())
    assert "DEFAULT local" in config.splitlines()
    assert directives(config, "local") == {"COM32": "chain.c32", "APPEND": "hd0"}
    assert "http" not in config


def test_ipxe_starts_the_live_system():
    lines = ipxe_script(LIVE, RETRY).splitlines()
    assert lines[0] == "#!ipxe"
    assert lines[1] == (
        f"kernel {LIVE.kernel_url} initrd=initrd.img {FETCH} oci.url=https://10.66.0.1"
        " || goto failed"
    )
    assert lines[2] == f"initrd --name initrd.img {LIVE.initrd_url} || goto failed"


def test_ipxe_asks_again_for_a_decision_after_every_failure():
    lines = ipxe_script(LIVE, RETRY).splitlines()
    steps = [line for line in lines if line.startswith(("kernel", "initrd", "boot", "chain"))]
    assert all(line.endswith("|| goto failed") for line in steps)
    after = lines[lines.index(":failed") :]
    assert f"chain --replace {RETRY} || goto failed" in after
    assert any(line.startswith("sleep ") for line in after)


def test_ipxe_starts_the_disk_or_leaves_to_the_next_boot_entry():
    lines = ipxe_script(LocalBoot(), RETRY).splitlines()
    assert lines[0] == "#!ipxe"
    assert lines[-1] == (
        r"sanboot --no-describe --drive 0 --filename \EFI\debian\shimx64.efi || exit 1"
    )


def test_the_retry_address_must_be_a_url():
    with pytest.raises(BootSettingError, match="retry_url"):
        ipxe_script(LIVE, "http://10.66.0.1/ && exit")
