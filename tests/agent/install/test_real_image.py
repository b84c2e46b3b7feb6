"""The real target image on a real disk: boot loader, certificates, identities.

Needs the image below `.state/images/target/current`, as `ocinstaller.images` builds it.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ocinstaller.agent.install.layout import root
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import ImageRef, TargetFile

from ..server import Authority
from .world import BIOS_PARTITIONS, MIB, Installer, LoopDisk, make_plan, one_disk

IMAGE = Path(__file__).parents[3] / ".state/images/target/current"
DISK_BYTES = 4096 * MIB

pytestmark = [pytest.mark.root, pytest.mark.images]


@pytest.fixture(autouse=True)
def image_is_built() -> None:
    """Skip without the image; in a run of all tests those of the line have built it before."""
    if not (IMAGE / "manifest.json").exists():
        pytest.skip("no target image is built")


def certificates(system: Path) -> dict[str, str]:
    """What programs of a system find when they look for authorities."""
    store = system / "etc/ssl/certs"
    bundle = {"bundle": (store / "ca-certificates.crt").read_text()}
    return bundle | {p.name: str(p.readlink()) for p in store.iterdir() if p.is_symlink()}


def test_a_bios_machine_gets_a_disk_that_starts(
    make_disk: Callable[..., LoopDisk],
    make_installer: Callable[[LoopDisk], Installer],
    serve: Callable[[Path], str],
    authority: Authority,
) -> None:
    disk = make_disk(size_bytes=DISK_BYTES)
    file = json.loads((IMAGE / "manifest.json").read_text())["files"]["filesystem.squashfs"]
    plan = make_plan(
        disk.name,
        ImageRef(url=f"{serve(IMAGE)}/filesystem.squashfs", **file),
        firmware=Firmware.BIOS,
        storage=one_disk(disk.name, *BIOS_PARTITIONS),
        enable_units=("ssh.service",),
        files=(
            TargetFile(
                path="/usr/local/share/ca-certificates/oci-root-ca.crt",
                content=authority.pem.decode(),
            ),
        ),
    )

    installer = make_installer(disk)

    status, log = installer.run(plan, timeout_s=600)

    assert status == 0, log
    uuid = root(plan).uuid
    with installer.mounted() as system:
        menu = (system / "boot/grub/grub.cfg").read_text()
        assert f"root=UUID={uuid} ro console=ttyS0" in menu
        assert (system / "etc/fstab").read_text().startswith(f"UUID={uuid} / ext4 ")
        assert (system / "etc/ssh/ssh_host_ed25519_key").exists()
        assert len((system / "etc/machine-id").read_text()) == len("0" * 32 + "\n")
        assert not list((system / "dev").glob("loop*"))
    with Path(disk.node).open("rb") as node:
        assert b"GRUB" in node.read(440), "no boot code"
    core = subprocess.run(
        ["dd", f"if={disk.node}p1", "bs=1M", "count=1", "status=none"],
        check=True,
        capture_output=True,
        timeout=30,
    ).stdout
    assert core.strip(b"\0"), "the second stage is missing"
    with installer.mounted(how="rw") as system:
        before = certificates(system)
        subprocess.run(["chroot", system, "update-ca-certificates"], check=True, timeout=120)
        assert before == certificates(system), "Debian's own program would do something else"
        assert before["oci-root-ca.pem"].startswith("/usr/local/share/ca-certificates/")
