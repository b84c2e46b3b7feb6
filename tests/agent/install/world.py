"""A real disk (loop device), a real image (squashfs) and the installer as a process."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import (
    DiskPlan,
    ImageRef,
    InstallPlan,
    Partition,
    PartitionKind,
    StoragePlan,
    TargetFile,
)

MIB = 1024 * 1024
DISK_MIB = 512
DRIVER = Path(__file__).with_name("driver.py")
PLAN_ID = "3f1d6d1a-6f0a-4a53-9a52-2f3c1b3a9d10"


class LoopDisk:
    """A loop device with partitions on a sparse file."""

    def __init__(self, file: Path, size_bytes: int, *options: str) -> None:
        with file.open("wb") as opened:
            opened.truncate(size_bytes)
        self.file = file
        argv = ["losetup", "--find", "--show", "--partscan", *options, str(file)]
        self.node = subprocess.run(
            argv, check=True, capture_output=True, text=True, timeout=30
        ).stdout.strip()
        self.name = Path(self.node).name

    def table(self) -> object:
        """The partition table, without the names of today's device."""
        argv = ["sfdisk", "--json", self.node]
        done = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=30)
        return json.loads(done.stdout.replace(self.name, "DISK"))

    def detach(self) -> None:
        subprocess.run(["losetup", "--detach", self.node], check=True, timeout=30)


class Image:
    """A squashfs file of a small system, served over HTTP from this machine."""

    def __init__(self, url: str, file: Path) -> None:
        self.file = file
        self.reference = ImageRef(
            url=url,
            sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
            size_bytes=file.stat().st_size,
        )


def small_system(root: Path) -> None:
    for directory in ("etc/systemd/system", "usr/lib", "run", "dev", "proc", "sys", "boot"):
        (root / directory).mkdir(parents=True)
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\npuppet:x:52:53::/:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\npuppet:x:53:\nssl-cert:x:101:\n")
    (root / "etc/shadow").write_text("root:*:20000:0:99999:7:::\npuppet:!:20000::::::\n")
    (root / "etc/shadow").chmod(0o640)
    (root / "etc/systemd/system/first.service").write_text(
        "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n"
    )
    (root / "lib").symlink_to("usr/lib")
    (root / "etc/absolute").symlink_to("/usr/lib")
    owned = root / "usr/lib/owned"
    owned.write_text("by another")
    os.chown(owned, 52, 53)
    owned.chmod(0o2750)
    (root / "usr/lib/hard").hardlink_to(owned)
    for number in range(400):
        (root / f"usr/lib/data-{number}").write_bytes(os.urandom(64 * 1024))


BIOS_PARTITIONS = (
    Partition(kind=PartitionKind.BIOS_BOOT, label="bios-boot", size_mib=1),
    Partition(kind=PartitionKind.ROOT, label="root", filesystem="ext4", mountpoint="/"),
)
UEFI_PARTITIONS = (
    Partition(
        kind=PartitionKind.ESP,
        label="esp",
        size_mib=64,
        filesystem="vfat",
        mountpoint="/boot/efi",
    ),
    Partition(kind=PartitionKind.ROOT, label="root", filesystem="ext4", mountpoint="/"),
)


def one_disk(name: str, *partitions: Partition, minimum_bytes: int = 0) -> StoragePlan:
    """A system on one disk, as most have it."""
    disk = DiskPlan(name=name, minimum_bytes=minimum_bytes, partitions=partitions)
    return StoragePlan(disks=(disk,))


def with_disk(plan: InstallPlan, **changes: object) -> InstallPlan:
    """The plan with changes of its first disk."""
    first, *others = plan.storage.disks
    disks = (first.model_copy(update=changes), *others)
    return plan.model_copy(update={"storage": plan.storage.model_copy(update={"disks": disks})})


def make_plan(disk_name: str, image: ImageRef, **changes: object) -> InstallPlan:
    """A plan for a container: everything but a boot loader."""
    plan = InstallPlan(
        plan_id=PLAN_ID,
        serial="TEST-1",
        hostname="node-1.lab.example",
        firmware=Firmware.CONTAINER,
        storage=one_disk(disk_name, *BIOS_PARTITIONS, minimum_bytes=200 * MIB),
        image=image,
        files=(
            TargetFile(path="/etc/oci/agent.json", content='{"url": "https://server"}'),
            TargetFile(path="/etc/secret", content="secret", mode=0o640, group="ssl-cert"),
            TargetFile(path="/etc/orphan", content="secret", mode=0o640, group="no-such-group"),
            TargetFile(path="/etc/absolute/by-link", content="inside", owner="puppet"),
        ),
        enable_units=("first.service",),
        kernel_cmdline="console=ttyS0",
        root_password_hash="$2b$05$hash",
    )
    return plan.model_copy(update=changes)


class Installer:
    """Starts the installer in processes of its own.

    They share a mount namespace: what one leaves mounted the next one finds, and nobody else on
    this machine gets copies of the mounts, which would keep the disk busy.
    """

    def __init__(self, directory: Path, disk: LoopDisk) -> None:
        self.directory = directory
        self.disk = disk
        self.others: list[LoopDisk] = []
        """Disks of the machine beside the system's."""
        self.target = directory / "target"
        self.key_file = directory / "agent.key"
        self.key_file.write_text("k" * 43 + "\n")
        self._namespace = subprocess.Popen(
            ["unshare", "--mount", "--propagation=private", "cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        # An answer means that the namespace is there.
        assert self._namespace.stdin is not None and self._namespace.stdout is not None
        self._namespace.stdin.write(b"ready\n")
        self._namespace.stdin.flush()
        self._namespace.stdout.readline()

    def command(self, *argv: str) -> None:
        """Run a command where the installer runs."""
        subprocess.run([*self._enter(), *argv], check=True, timeout=60)

    @contextmanager
    def mounted(self, number: int = 2, how: str = "ro") -> Iterator[Path]:
        """Look at a partition, where nobody else gets a copy of the mount."""
        place = self.directory / "look"
        place.mkdir(exist_ok=True)
        self.command("mount", "-o", how, f"{self.disk.node}p{number}", str(place))
        try:
            yield Path(f"/proc/{self._namespace.pid}/root{place}")
        finally:
            self.command("umount", str(place))

    def _enter(self) -> list[str]:
        return ["nsenter", f"--mount=/proc/{self._namespace.pid}/ns/mnt"]

    def end(self) -> None:
        """Let go of the namespace and with it of all that is still mounted."""
        self._namespace.communicate(timeout=60)

    def start(self, plan: InstallPlan, firmware: Firmware | None = None) -> subprocess.Popen[str]:
        """Start on a machine with the plan's firmware, or another."""
        plan_file = self.directory / "plan.json"
        plan_file.write_text(plan.model_dump_json())
        started_by = (firmware or plan.firmware).value
        argv = [*self._enter(), sys.executable]
        names = ",".join(disk.name for disk in (self.disk, *self.others))
        argv += [str(DRIVER), str(plan_file), started_by, names]
        return subprocess.Popen(
            [*argv, str(self.key_file), str(self.target)], stdout=subprocess.PIPE, text=True
        )

    def run(
        self, plan: InstallPlan, firmware: Firmware | None = None, timeout_s: float = 120
    ) -> tuple[int, str]:
        """Run to the end; returns exit status and log."""
        with self.start(plan, firmware) as process:
            output, _ = process.communicate(timeout=timeout_s)
        return process.returncode, output

    def run_until(self, plan: InstallPlan, text: str) -> bool:
        """Kill the installer, and what it started, at the first line that contains `text`.

        Returns False when it came to its end without that line.
        """
        with self.start(plan) as process:
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    if text in line:
                        return True
            finally:
                _kill_with_children(process.pid)
        return False


def _kill_with_children(pid: int) -> None:
    """Like a power cut: nothing of the installer goes on."""
    os.kill(pid, signal.SIGSTOP)
    children = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _parent(entry) == pid
    ]
    for victim in (*children, pid):
        os.kill(victim, signal.SIGKILL)


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return 0
