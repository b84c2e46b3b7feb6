"""Understanding boot scripts, among them those that the product itself writes."""

import pytest

from ocinstaller import boot
from ocinstaller.lab import ipxe
from ocinstaller.lab.errors import BootError
from ocinstaller.lab.ipxe import LocalBoot, NetworkBoot

URL = "http://10.66.0.1/boot/ipxe?mac=52:54:00:66:00:03"


def test_script_of_a_live_boot():
    decision = boot.LiveBoot(
        kernel_url="http://10.66.0.1/images/live/d/vmlinuz",
        initrd_url="http://10.66.0.1/images/live/d/initrd.img",
        squashfs_url="http://10.66.0.1/images/live/d/filesystem.squashfs",
        cmdline="oci.url=https://10.66.0.1 console=ttyS0",
    )
    found = ipxe.parse(boot.ipxe_script(decision, URL), URL)
    assert isinstance(found, NetworkBoot)
    assert found.kernel == decision.kernel_url
    assert found.argument("fetch") == decision.squashfs_url
    assert found.argument("oci.url") == "https://10.66.0.1"
    assert found.argument("absent") is None
    assert "||" not in found.arguments


def test_script_of_a_local_boot():
    assert ipxe.parse(boot.ipxe_script(boot.LocalBoot(), URL), URL) == LocalBoot()


def test_relative_kernel_counts_from_the_script():
    found = ipxe.parse("#!ipxe\nkernel /images/vmlinuz a=1\nboot\n", URL)
    assert found == NetworkBoot("http://10.66.0.1/images/vmlinuz", ("a=1",))


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("", "is not an iPXE script"),
        ("<html>404</html>", "is not an iPXE script"),
        ("#!ipxe\necho hello\n", "boots nothing"),
        ("#!ipxe\nkernel\n", "without a kernel"),
    ],
)
def test_unusable_scripts_are_refused_with_the_reason(script, why):
    with pytest.raises(BootError, match=why):
        ipxe.parse(script, URL)
