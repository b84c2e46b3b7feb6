"""Erasing disks, with real programs on real block devices."""

import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ocinstaller.agent.errors import InstallError, Stopped
from ocinstaller.agent.install.device import Disk, partition_nodes
from ocinstaller.agent.wipe import wipe
from ocinstaller.model.hardware import BlockDevice, DiskKind

from .install.world import MIB, LoopDisk

pytestmark = pytest.mark.root

SECRET = b"the data of the tenant before"
MakeDisk = Callable[..., LoopDisk]


def device(disk: LoopDisk) -> BlockDevice:
    return BlockDevice(name=disk.name, size_bytes=0, kind=DiskKind.VIRTUAL)


def run(*argv: str, script: str = "") -> str:
    done = subprocess.run(
        argv, input=script, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, (argv, done.stderr)
    return done.stdout


def erase(*disks: LoopDisk) -> list[str]:
    said: list[str] = []
    wipe([device(disk) for disk in disks], said.append, threading.Event())
    return said


def signatures(disk: LoopDisk) -> str:
    return run("wipefs", "--json", disk.node) if run("wipefs", disk.node) else ""


def fill(disk: LoopDisk) -> None:
    """Put a partition table, a file system and data in the middle on the disk."""
    run("sfdisk", disk.node, script="label: gpt\n,100M\n,\n")
    # Containers have no udev that would make the nodes.
    nodes = partition_nodes(Disk(disk.name), 2, lambda argv, _timeout_s: run(*argv))
    run("mkfs.ext4", "-q", str(nodes[1]))
    with Path(disk.node).open("r+b") as opened:
        opened.seek(300 * MIB)
        opened.write(SECRET)


def test_a_disk_that_can_discard_forgets_everything(make_disk: MakeDisk) -> None:
    disk = make_disk()
    fill(disk)
    said = erase(disk)
    assert signatures(disk) == ""
    assert not any(disk.file.read_bytes()), "something is left"
    assert not Path(f"/sys/class/block/{disk.name}/{disk.name}p1").exists()
    assert "all blocks discarded" in said[-2] and said[-1] == "1 disks are erased"
    erase(disk)  # again: nothing is there to erase


def test_a_disk_that_cannot_discard_is_overwritten_at_both_ends(
    make_disk: MakeDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = make_disk()
    fill(disk)
    monkeypatch.setattr("ocinstaller.agent.wipe._discard", lambda _work, _disk: False)
    said = erase(disk)
    content = disk.file.read_bytes()
    assert not any(content[: 100 * MIB]) and not any(content[-100 * MIB :])
    assert signatures(disk) == ""
    assert "100 MiB at both ends" in said[-2]


@pytest.mark.parametrize("level", ["raid", "lvm"])
def test_what_lies_on_the_disks_is_stopped(make_disk: MakeDisk, level: str) -> None:
    disks = [make_disk(), make_disk()]
    nodes = [disk.node for disk in disks]
    if shutil.which("mdadm" if level == "raid" else "vgcreate") is None:
        pytest.skip("its programs are not installed here")
    if level == "raid":
        argv = (
            "mdadm",
            "--create",
            "/dev/md/oci-wipe-test",
            "--run",
            "--level=1",
            "--metadata=1.2",
        )
        done = subprocess.run(
            [*argv, "--raid-devices=2", *nodes],
            input="yes\n", capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            pytest.skip(f"this kernel makes no arrays: {done.stderr}")
    else:
        made = subprocess.run(
            ["sh", "-c", f"vgcreate oci-wipe {' '.join(nodes)} && lvcreate -Zn -L 32M oci-wipe -n v"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        if made.returncode != 0:
            pytest.skip(f"this kernel makes no volumes: {made.stderr}")
    erase(*disks)
    assert [signatures(disk) for disk in disks] == ["", ""]


def test_a_disk_in_use_is_named_and_the_others_are_erased(
    make_disk: MakeDisk, tmp_path: Path
) -> None:
    used, free = make_disk(), make_disk()
    fill(used)
    fill(free)
    place = tmp_path / "mounted"
    place.mkdir()
    run("mount", f"{used.node}p1", str(place))
    try:
        with pytest.raises(InstallError, match=f"1 of 2 disks: {used.name}: .*mounted at"):
            erase(used, free)
    finally:
        run("umount", str(place))
    assert signatures(used) != ""
    assert signatures(free) == ""


def test_a_read_only_disk_is_named(make_disk: MakeDisk) -> None:
    disk = make_disk("--read-only")
    with pytest.raises(InstallError, match="read-only"):
        erase(disk)


def test_it_can_be_stopped(make_disk: MakeDisk) -> None:
    stop = threading.Event()
    stop.set()
    disk = make_disk()
    with pytest.raises(Stopped):
        wipe([device(disk)], lambda _line: None, stop)
