"""The installer on a real disk: complete, repeatable after any interruption, careful."""

import hashlib
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import InstallPlan

from .world import (
    BIOS_PARTITIONS,
    DISK_MIB,
    MIB,
    Image,
    Installer,
    LoopDisk,
    make_plan,
    with_disk,
)

pytestmark = pytest.mark.root

MakeDisk = Callable[..., LoopDisk]
MakeInstaller = Callable[[LoopDisk], Installer]

OTHER_PLAN_ID = "00000000-6f0a-4a53-9a52-2f3c1b3a9d10"


def tree(root: Path) -> dict[str, tuple[object, ...]]:
    """Everything that matters of every file below a directory."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(root.rglob("*")):
        state = path.lstat()
        content: object = None
        if stat.S_ISLNK(state.st_mode):
            content = str(path.readlink())
        elif stat.S_ISREG(state.st_mode):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(path.relative_to(root))] = (state.st_mode, state.st_uid, state.st_gid, content)
    return found


def identity(node: str) -> set[str]:
    """What a partition says about itself; nothing when it has no file system."""
    done = subprocess.run(
        ["blkid", "--probe", "--output", "export", node],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    todays = ("DEVNAME=", "PART_ENTRY_DISK=")
    return {line for line in done.stdout.splitlines() if not line.startswith(todays)}


def state_of(installer: Installer) -> tuple[object, ...]:
    """The partition table, the identities of the file systems and the tree of the root."""
    disk = installer.disk
    identities = [identity(f"{disk.node}p{number}") for number in (1, 2)]
    with installer.mounted() as root:
        return disk.table(), identities, tree(root)


@pytest.fixture
def disk(make_disk: MakeDisk) -> LoopDisk:
    return make_disk()


@pytest.fixture
def installer(make_installer: MakeInstaller, disk: LoopDisk) -> Installer:
    return make_installer(disk)


@pytest.fixture
def plan(disk: LoopDisk, image: Image) -> InstallPlan:
    return make_plan(disk.name, image.reference)


def test_a_plan_becomes_a_system(installer: Installer, plan: InstallPlan) -> None:
    status, log = installer.run(plan)

    assert status == 0, log
    with installer.mounted() as root:
        assert (root / "etc/hostname").read_text() == "node-1.lab.example\n"
        assert (root / "etc/oci/agent.key").read_text() == "k" * 43 + "\n"
        assert stat.S_IMODE((root / "etc/oci/agent.key").stat().st_mode) == 0o600
        shadow = (root / "etc/shadow").read_text().splitlines()
        assert shadow == ["root:$2b$05$hash:20000:0:99999:7:::", "puppet:!:20000::::::"]
        assert stat.S_IMODE((root / "etc/shadow").stat().st_mode) == 0o640
        secret = (root / "etc/secret").stat()
        assert (stat.S_IMODE(secret.st_mode), secret.st_gid) == (0o640, 101)
        orphan = (root / "etc/orphan").stat()
        assert (stat.S_IMODE(orphan.st_mode), orphan.st_gid) == (0o600, 0)
        assert (root / "usr/lib/by-link").read_text() == "inside"
        assert (root / "usr/lib/by-link").stat().st_uid == 52
        assert (root / "etc/systemd/system/multi-user.target.wants/first.service").is_symlink()
        assert (root / "etc/fstab").read_text() == "", "a container's manager mounts its root"
        assert not (root / ".oci-image.squashfs").exists()
        owned = (root / "usr/lib/owned").stat()
        assert (owned.st_uid, owned.st_gid, stat.S_IMODE(owned.st_mode)) == (52, 53, 0o2750)
    assert not Path("/usr/lib/by-link").exists(), "a link of the image led into this system"
    assert installer.target.is_mount() is False


def test_the_log_never_shows_secrets(installer: Installer, plan: InstallPlan) -> None:
    _, log = installer.run(plan)

    assert "k" * 43 not in log
    assert "secret" not in log.replace("/etc/secret", "")
    assert "$2b$" not in log


KILL_POINTS = (
    "partition: begins",
    "is wiped",
    "filesystems: begins",
    "ext4",
    "unpack: begins",
    "downloaded and verified",
    "inodes",
    "configure: begins",
    "files of the plan",
    "bootloader: begins",
    "finish: begins",
)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, image: Image) -> tuple[object, ...]:
    """What an installation that nobody interrupts makes."""
    directory = tmp_path_factory.mktemp("undisturbed")
    disk = LoopDisk(directory / "disk.img", DISK_MIB * MIB)
    try:
        installer = Installer(directory, disk)
        try:
            status, log = installer.run(make_plan(disk.name, image.reference))
            assert status == 0, log
            return state_of(installer)
        finally:
            installer.end()
    finally:
        disk.detach()


@pytest.mark.parametrize("point", KILL_POINTS)
def test_a_killed_installation_continues_to_the_same_system(
    installer: Installer,
    plan: InstallPlan,
    undisturbed: tuple[object, ...],
    point: str,
) -> None:
    assert installer.run_until(plan, point), "the installer never came to this point"

    status, log = installer.run(plan)

    assert status == 0, log
    assert state_of(installer) == undisturbed


def test_an_installation_survives_being_killed_again_and_again(
    installer: Installer,
    plan: InstallPlan,
    undisturbed: tuple[object, ...],
) -> None:
    for point in KILL_POINTS:
        installer.run_until(plan, point)

    status, log = installer.run(plan)

    assert status == 0, log
    assert state_of(installer) == undisturbed


@pytest.mark.parametrize("point", ["bootloader: begins", "finish: begins"])
def test_the_system_has_the_key_of_the_start_that_finished_it(
    installer: Installer, plan: InstallPlan, point: str
) -> None:
    assert installer.run_until(plan, point), "the installer never came to this point"
    installer.key_file.write_text("n" * 43 + "\n")

    status, log = installer.run(plan)

    assert status == 0, log
    assert "configure: done before" in log
    with installer.mounted() as system:
        key = system / "etc/oci/agent.key"
        assert (key.read_text(), key.stat().st_mode & 0o777) == ("n" * 43 + "\n", 0o600)


def test_a_finished_installation_is_not_repeated(installer: Installer, plan: InstallPlan) -> None:
    assert installer.run(plan)[0] == 0
    before = state_of(installer)

    status, log = installer.run(plan)

    assert status == 0
    assert "unpack: done before" in log
    assert state_of(installer) == before


def test_another_plan_begins_anew(installer: Installer, disk: LoopDisk, plan: InstallPlan) -> None:
    assert installer.run(plan)[0] == 0
    old = disk.table()

    status, log = installer.run(
        plan.model_copy(update={"plan_id": OTHER_PLAN_ID, "hostname": "other"})
    )

    assert status == 0, log
    assert "done before" not in log
    assert disk.table() != old
    with installer.mounted() as root:
        assert (root / "etc/hostname").read_text() == "other\n"


def test_old_content_is_unusable_before_anything_new_is_written(
    installer: Installer, disk: LoopDisk, plan: InstallPlan
) -> None:
    """Boot code, LVM and file systems of the disk's earlier life."""
    with Path(disk.node).open("r+b") as node:
        node.write(b"\xeb\x63\x90 old boot code")
    subprocess.run(
        ["sfdisk", "--quiet", disk.node],
        input="label: gpt\nsize=100MiB\nsize=100MiB\n\n",
        text=True,
        check=True,
        timeout=30,
    )
    subprocess.run(["partx", "--update", disk.node], check=True, timeout=30)
    subprocess.run(["mkfs.ext4", "-q", f"{disk.node}p1"], check=True, timeout=60)

    assert installer.run_until(plan, "is wiped")

    with Path(disk.node).open("rb") as node:
        assert node.read(440) == bytes(440), "boot code is left"
    probe = subprocess.run(
        ["blkid", "--probe", disk.node], check=False, capture_output=True, text=True, timeout=30
    )
    assert "ext4" not in probe.stdout


def test_a_corrupt_image_is_refused_and_never_starts(
    installer: Installer, disk: LoopDisk, plan: InstallPlan, image: Image
) -> None:
    wrong = image.reference.model_copy(update={"sha256": "0" * 64})

    status, log = installer.run(plan.model_copy(update={"image": wrong}))

    assert status == 1
    assert "the image has the SHA-256" in log
    with installer.mounted() as root:
        assert [entry.name for entry in root.iterdir()] == ["lost+found"]
    with Path(disk.node).open("rb") as node:
        assert node.read(440) == bytes(440)
    status, log = installer.run(plan)
    assert status == 0, log


def test_an_image_of_another_size_is_refused(
    installer: Installer, plan: InstallPlan, image: Image
) -> None:
    smaller = image.reference.model_copy(update={"size_bytes": image.reference.size_bytes - 1})

    status, log = installer.run(plan.model_copy(update={"image": smaller}))

    assert status == 1
    assert "larger than the plan's" in log


def head(disk: LoopDisk) -> bytes:
    with Path(disk.node).open("rb") as node:
        return node.read(MIB)


def scribble(disk: LoopDisk) -> bytes:
    """Fill the first MiB with something that must survive a refusal."""
    with disk.file.open("r+b") as file:
        file.write(os.urandom(MIB))
        file.flush()
        os.fsync(file.fileno())
    subprocess.run(["blockdev", "--flushbufs", disk.node], check=True, timeout=30)
    return head(disk)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"serial": "OTHER"}, "the plan is for OTHER", id="another machine"),
        pytest.param({"minimum_bytes": 10**12}, "at least 1000000000000", id="too small"),
        pytest.param({"name": "loop999"}, "loop999 may not be touched", id="not allowed"),
        pytest.param({"name": "../vda"}, "must be a kernel name", id="not a name"),
        pytest.param({"by_path": "pci-1"}, "'pci-1' does not exist", id="missing by path"),
        pytest.param({"partitions": BIOS_PARTITIONS[:1]}, "mounted at /", id="no root"),
    ],
)
def test_an_unfit_machine_is_refused_before_anything_is_erased(
    installer: Installer,
    disk: LoopDisk,
    plan: InstallPlan,
    changes: dict[str, object],
    reason: str,
) -> None:
    before = scribble(disk)
    of_plan = "serial" in changes
    unfit = plan.model_copy(update=changes) if of_plan else with_disk(plan, **changes)

    status, log = installer.run(unfit)

    assert status == 1
    assert reason in log
    assert head(disk) == before


def test_a_read_only_disk_is_refused(
    make_disk: MakeDisk, make_installer: MakeInstaller, image: Image
) -> None:
    disk = make_disk("--read-only")

    status, log = make_installer(disk).run(make_plan(disk.name, image.reference))

    assert status == 1
    assert f"disk {disk.name} is read-only" in log


def test_a_mounted_disk_is_refused(
    installer: Installer, disk: LoopDisk, plan: InstallPlan, tmp_path: Path
) -> None:
    assert installer.run(plan)[0] == 0
    place = tmp_path / "in-use"
    place.mkdir()
    installer.command("mount", f"{disk.node}p2", str(place))

    status, log = installer.run(plan.model_copy(update={"plan_id": OTHER_PLAN_ID}))

    assert status == 1
    assert f"is mounted at {place}" in log


def test_a_disk_that_another_namespace_uses_is_refused(
    installer: Installer, disk: LoopDisk, plan: InstallPlan, tmp_path: Path
) -> None:
    assert installer.run(plan)[0] == 0
    place = tmp_path / "in-use"
    place.mkdir()
    subprocess.run(["mount", f"{disk.node}p2", str(place)], check=True, timeout=30)
    try:
        status, log = installer.run(plan.model_copy(update={"plan_id": OTHER_PLAN_ID}))
    finally:
        subprocess.run(["umount", str(place)], check=True, timeout=30)

    assert status == 1
    assert f"disk {disk.name} is in use by another mount" in log


def test_a_plan_for_other_firmware_is_refused(
    installer: Installer, disk: LoopDisk, plan: InstallPlan
) -> None:
    before = scribble(disk)
    other = plan.model_copy(update={"firmware": Firmware.BIOS})

    status, log = installer.run(other, firmware=Firmware.UEFI)

    assert status == 1
    assert "the plan is for bios, this machine was started by uefi" in log
    assert head(disk) == before
