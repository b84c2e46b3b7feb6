"""Swift's file systems on real disks: made, kept, and never where they are not asked for."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ocinstaller.agent.install import configure, stores
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import DataFileSystem, ImageRef, InstallPlan

from .world import MIB, Image, Installer, LoopDisk, make_plan

pytestmark = pytest.mark.root
OURS = "9e107d9d-372b-5b6a-8f3e-2a1b4c5d6e7f"
THEIRS = "1b9d6bcd-bbfd-5b2d-9b5d-ab8dfbbd4bed"


def of(disk: LoopDisk, uuid: str = OURS) -> DataFileSystem:
    return DataFileSystem(name=disk.name, label="oci-N0000001", uuid=uuid)


def storing(plan: InstallPlan, *wanted: DataFileSystem) -> InstallPlan:
    storage = plan.storage.model_copy(update={"data_file_systems": wanted})
    return plan.model_copy(update={"storage": storage})


def probe(disk: LoopDisk) -> dict[str, str]:
    argv = ["blkid", "--probe", "--output", "export", disk.node]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


@pytest.fixture
def data(make_disk: Callable[..., LoopDisk], tmp_path: Path) -> LoopDisk:
    disk = make_disk()
    subprocess.run(["mkfs.ext4", "-q", disk.node], check=True, timeout=60)
    return disk


@pytest.fixture
def installer(
    make_disk: Callable[..., LoopDisk],
    make_installer: Callable[[LoopDisk], Installer],
    data: LoopDisk,
) -> Installer:
    made = make_installer(make_disk())
    made.others.append(data)
    return made


def test_an_old_disk_becomes_a_store_and_a_store_is_kept(
    installer: Installer, data: LoopDisk, image: Image
) -> None:
    plan = make_plan(installer.disk.name, image.reference)
    status, log = installer.run(plan)
    assert status == 0, log
    assert probe(data)["TYPE"] == "ext4", "a disk that the plan does not name was touched"

    again = plan.model_copy(update={"plan_id": OURS})
    status, log = installer.run(storing(again, of(data)))
    assert status == 0, log
    found = probe(data)
    assert (found["TYPE"], found["LABEL"], found["UUID"]) == ("xfs", "oci-N0000001", OURS)
    with installer.mounted() as root:
        unit = (root / "etc/systemd/system/srv-node-oci\\x2dN0000001.mount").read_text()
        wants = root / "etc/systemd/system/multi-user.target.wants"
        assert (wants / "srv-node-oci\\x2dN0000001.mount").is_symlink()
    assert f"What=UUID={OURS}" in unit
    assert "Where=/srv/node/oci-N0000001" in unit

    place = installer.directory / "data"
    place.mkdir()
    installer.command("mount", data.node, str(place))
    installer.command("touch", str(place / "object"))
    status, log = installer.run(storing(plan.model_copy(update={"plan_id": THEIRS}), of(data)))
    assert status == 1 and "is mounted at" in log
    installer.command("umount", str(place))
    status, log = installer.run(storing(plan.model_copy(update={"plan_id": THEIRS}), of(data)))
    assert status == 0 and "oci-N0000001 is kept" in log
    installer.command("mount", data.node, str(place))
    installer.command("test", "-e", str(place / "object"))
    installer.command("umount", str(place))

    others = make_plan(installer.disk.name, image.reference)
    status, log = installer.run(storing(others, of(data, THEIRS)))
    assert status == 0, log
    assert probe(data)["UUID"] == THEIRS, "another cluster's objects were kept"


def test_an_installed_machine_mounts_by_uuid_and_starts_without_a_broken_disk() -> None:
    image = ImageRef(url="http://x/i", sha256="0" * 64, size_bytes=MIB)
    plan = make_plan("vda", image).model_copy(update={"firmware": Firmware.BIOS})
    store = DataFileSystem(name="vdb", label="oci-N0000001", uuid=OURS)
    lines = configure.fstab(storing(plan, store)).splitlines()
    assert lines[-1] == (
        f"UUID={OURS} /srv/node/oci-N0000001 xfs noatime,nodiratime,logbufs=8,nofail 0 0"
    )
    assert stores.units(storing(plan, store)) == ()
