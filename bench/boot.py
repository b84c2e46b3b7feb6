"""How much faster an image installs a system than a package installer: `python bench/boot.py`.

Needs root, an image made by `oci-build-image target`, and Debian's mirror as apt is configured.
Both ways go onto a loop device of the same size through the same installer steps (partitions,
file systems, configuration, boot loader); only one step differs: the image is fetched over HTTP
and unpacked, or the same packages are installed by mmdebstrap from a local cache. Every round
does both, one after the other, so that a busy machine slows both.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

from ocinstaller.agent.install import Machine, marker, mounts
from ocinstaller.agent.install.bootloader import bootloader
from ocinstaller.agent.install.check import check
from ocinstaller.agent.install.configure import configure
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.filesystems import filesystems
from ocinstaller.agent.install.finish import finish
from ocinstaller.agent.install.partition import partition
from ocinstaller.agent.install.unpack import unpack
from ocinstaller.images import ImageKind, ImageSet, current
from ocinstaller.images.base import base_command
from ocinstaller.images.overlay import write_files
from ocinstaller.images.recipe import Recipe
from ocinstaller.images.settings import from_host
from ocinstaller.model.hardware import Firmware
from ocinstaller.model.plan import DiskPlan, ImageRef, InstallPlan, Partition, PartitionKind

DISK_BYTES = 6 * 1024**3
PRIVATE_MOUNTS = "OCI_BENCH_PRIVATE_MOUNTS"
ARCHIVES = "var/cache/apt/archives"


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """Serve a directory over HTTP on this machine; the value is its URL."""
    handler = partial(QuietHandler, directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def loop_disk(directory: Path) -> Iterator[str]:
    """An empty disk; the value is its kernel name."""
    file = directory / "disk"
    with file.open("wb") as opened:
        opened.truncate(DISK_BYTES)
    argv = ["losetup", "--find", "--show", "--partscan", str(file)]
    done = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=30)
    node = done.stdout.strip()
    try:
        yield Path(node).name
    finally:
        subprocess.run(["losetup", "--detach", node], check=True, timeout=30)
        file.unlink()


def make_plan(disk: str, url: str, image: ImageSet) -> InstallPlan:
    """A BIOS machine with one root file system."""
    about = image.files[image.squashfs.name]
    return InstallPlan(
        plan_id=str(uuid4()),
        serial="BENCH-1",
        hostname="bench-1.example.org",
        firmware=Firmware.BIOS,
        disk=DiskPlan(
            name=disk,
            minimum_bytes=0,
            partitions=(
                Partition(kind=PartitionKind.BIOS_BOOT, label="bios-boot", size_mib=1),
                Partition(kind=PartitionKind.ROOT, label="root", filesystem="ext4", mountpoint="/"),
            ),
        ),
        image=ImageRef(
            url=f"{url}/{image.squashfs.name}", sha256=about.sha256, size_bytes=about.size_bytes
        ),
    )


def install(plan: InstallPlan, directory: Path, fill: Callable[[Context], None]) -> float:
    """Carry the plan out with `fill` in the place of unpacking; return the seconds."""
    key = directory / "agent.key"
    key.write_text("k" * 43)
    target = directory / "target"
    machine = Machine(
        serial=plan.serial,
        firmware=plan.firmware,
        disks=frozenset({plan.disk.name}),
        key_file=key,
        target=target,
    )
    context = Context(plan, machine, lambda *_, **__: None, threading.Event())
    begun = time.monotonic()
    try:
        for step in (check, partition, filesystems, fill, configure, bootloader, finish):
            step(context)
    finally:
        mounts.unmount_below(target, context.run)
    return time.monotonic() - begun


class PackageInstaller:
    """Installs the target image's packages from a cache of their files."""

    def __init__(self, recipe: Recipe, directory: Path) -> None:
        self.recipe = recipe
        self.preset = directory / "preset"
        write_files(self.preset, recipe.initramfs_files)
        (self.preset / ARCHIVES).mkdir(parents=True)

    def fill_cache(self) -> None:
        """Get all packages once."""
        self._run(
            Path("/dev/null"),
            "--skip=essential/unlink,cleanup/apt",
            f"--customize-hook=sync-out /{ARCHIVES} {self.preset / ARCHIVES}",
        )

    def __call__(self, context: Context) -> None:
        """Install onto the mounted root file system."""
        marker.remove(context.target)
        self._run(context.target, "--skip=essential/unlink")

    def _run(self, output: Path, *options: str) -> None:
        command, *arguments = base_command(self.recipe, output, self.preset)
        argv = [command, *options, *arguments]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=3600, check=False)
        if done.returncode != 0:
            sys.exit(done.stderr[-4000:])


def measure(image: ImageSet, rounds: int, directory: Path) -> list[tuple[float, float]]:
    """Return the seconds of each round: by image, by packages."""
    settings = from_host(directory, release=image.debian_release, firmware=False)
    packages = PackageInstaller(Recipe(ImageKind.TARGET, settings), directory)
    packages.fill_cache()
    found = []
    with served(image.directory) as url:
        for number in range(1, rounds + 1):
            seconds = []
            for fill in (unpack, packages):
                with loop_disk(directory) as disk:
                    seconds.append(install(make_plan(disk, url, image), directory, fill))
            found.append((seconds[0], seconds[1]))
            print(f"round {number}: image {seconds[0]:.1f} s, packages {seconds[1]:.1f} s")
    return found


def main() -> None:
    """Measure and print the ratio of the medians."""
    if PRIVATE_MOUNTS not in os.environ:
        os.environ[PRIVATE_MOUNTS] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])  # noqa: S606
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True, help="directory of all images")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    image = current(options.images.absolute(), ImageKind.TARGET)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        found = measure(image, options.rounds, Path(directory))
    by_image, by_packages = (statistics.median(column) for column in zip(*found, strict=True))
    print(f"image {by_image:.1f} s, packages {by_packages:.1f} s: {by_packages / by_image:.1f} x")


if __name__ == "__main__":
    main()
