"""Disks of container machines on real loop devices."""

import subprocess
import sys
from pathlib import Path

import pytest

from ocinstaller.lab.blockdev import Disk, forget, link_by_uuid, read_partition_table
from ocinstaller.lab.command import run

pytestmark = pytest.mark.root
NUMBER = 190
TABLE = "label: gpt\nsize=1MiB\nsize=8MiB\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "disk.img"
    with path.open("wb") as content:
        content.truncate(64 * 1024**2)
    yield path
    forget(NUMBER)


def attached(file):
    return run("losetup", "--associated", str(file))


def test_partitions_appear_and_the_device_goes(file):
    disk = Disk(file, NUMBER)
    assert disk.partitions() == []
    run("sfdisk", "--quiet", str(disk.device), stdin=TABLE)
    read_partition_table(disk)
    assert [path.name for path in disk.partitions()] == [f"{disk.name}p1", f"{disk.name}p2"]
    assert all(path.is_block_device() for path in disk.partitions())
    disk.close()
    assert attached(file) == ""


def test_partitions_of_a_written_disk_are_known_at_once(file):
    run("sfdisk", "--quiet", str(file), stdin=TABLE)
    disk = Disk(file, NUMBER)
    assert len(disk.partitions()) == 2
    disk.close()


def test_disk_has_the_same_name_at_every_start(file):
    for _ in range(3):
        disk = Disk(file, NUMBER)
        assert disk.name == f"loop{NUMBER}"
        disk.close()


def test_forgotten_device_is_gone(file):
    Disk(file, NUMBER).close()
    forget(NUMBER)
    assert not Path(f"/dev/loop{NUMBER}").exists()


def test_several_disks_get_several_devices(file, tmp_path):
    other = tmp_path / "other.img"
    other.write_bytes(bytes(1024**2))
    disks = [Disk(file, NUMBER), Disk(other, NUMBER)]
    assert disks[0].name != disks[1].name
    for disk in disks:
        disk.close()


def test_killed_user_leaves_no_device(file):
    program = (
        "import sys, os, signal\n"
        "from pathlib import Path\n"
        "from ocinstaller.lab.blockdev import Disk\n"
        "disk = Disk(Path(sys.argv[1]), 190)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file)], check=False, timeout=60)
    assert done.returncode == -9
    assert attached(file) == ""


def test_missing_file_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        Disk(tmp_path / "none.img", NUMBER)


def test_file_systems_are_found_by_uuid(tmp_path: Path) -> None:
    made, empty = tmp_path / "made", tmp_path / "empty"
    for file in (made, empty):
        with file.open("wb") as content:
            content.truncate(2**20)
    uuid = "0c1a91e0-0000-4000-8000-000000000001"
    run("mke2fs", "-q", "-U", uuid, str(made))
    links = tmp_path / "by-uuid"
    links.mkdir()
    (links / "of-a-former-start").symlink_to(empty)
    link_by_uuid([made, empty], links)
    assert {link.name: link.readlink() for link in links.iterdir()} == {uuid: made}
