"""What the firmware and the boot loader of a container machine do.

As on a real machine: DHCP on the first network card names a boot file, the boot file is an iPXE
script, and the script says to start a kernel from the network or to go on with the disk. Since a
container has no kernel of its own, the live system's initrd is played here too.
"""

import http.client
import shutil
import urllib.error
import urllib.request
from pathlib import Path

from ocinstaller.lab import dhcp, ipxe
from ocinstaller.lab.blockdev import Disk
from ocinstaller.lab.command import run
from ocinstaller.lab.errors import BootError, CommandError

CARD = "eth0"
HTTP_TIMEOUT_S = 60.0
FAST_MOUNT = "barrier=0"
"""Writes reach the host's memory at once, its disk later: only a crash of the host loses them."""
Decision = ipxe.NetworkBoot | ipxe.LocalBoot
COPY_BYTES = 1024 * 1024
INIT = Path("usr/lib/systemd/systemd")
SQUASHFS_ARGUMENT = "fetch"
"""live-boot(7): address of the root file system."""


def boot_decision(mac: str) -> Decision:
    """Ask the network what to boot; runs inside the machine's network namespace.

    :raises BootError: no DHCP server, no boot file, or a script that cannot be understood.
    """
    run("ip", "link", "set", CARD, "up")
    lease = dhcp.ask(CARD, mac)
    if not lease.boot_file.startswith("http://"):
        raise BootError(f"DHCP server {lease.server} names no boot file that iPXE can fetch")
    run("ip", "address", "replace", lease.address, "dev", CARD)
    url = lease.boot_file.replace("${net0/mac}", mac).replace("${mac}", mac)
    try:
        with _open(url) as answer:
            return ipxe.parse(answer.read().decode(), url)
    except (urllib.error.URLError, OSError) as error:
        raise BootError(f"boot script {url}: {error}") from error


def fetch_root(boot: ipxe.NetworkBoot, target: Path) -> None:
    """Download the root file system that a network boot names, then forget the address.

    :raises BootError: it is not named or cannot be had completely.
    """
    url = boot.argument(SQUASHFS_ARGUMENT)
    if url is None:
        raise BootError(f"no {SQUASHFS_ARGUMENT}= among {' '.join(boot.arguments)}")
    try:
        with _open(url) as answer, target.open("wb") as file:
            shutil.copyfileobj(answer, file, COPY_BYTES)
            if file.tell() != int(answer.headers["Content-Length"]):
                raise BootError(f"{url} ended after {file.tell()} bytes")
    except (urllib.error.URLError, OSError) as error:
        raise BootError(f"root file system {url}: {error}") from error


def release_address() -> None:
    """Hand the network card over to the operating system as firmware does: without an address."""
    run("ip", "address", "flush", "dev", CARD)
    run("ip", "link", "set", CARD, "down")


def mount_live(squashfs: Path, directory: Path) -> Path:
    """Mount a live root file system with a writable layer that is empty; return its root."""
    shutil.rmtree(directory / "upper", ignore_errors=True)
    return mount_layers(squashfs, directory)


def mount_layers(squashfs: Path, directory: Path) -> Path:
    """Mount an image with the writable layer of a directory; return its root."""
    lower, upper, work, root = (directory / name for name in ("lower", "upper", "work", "root"))
    for path in (lower, upper, work, root):
        path.mkdir(parents=True, exist_ok=True)
    run("mount", "-t", "squashfs", "-o", "loop,ro", str(squashfs), str(lower))
    layers = f"lowerdir={lower},upperdir={upper},workdir={work}"
    run("mount", "-t", "overlay", "-o", layers, "overlay", str(root))
    return root


def mount_installed(disk: Disk, directory: Path) -> Path:
    """Mount the file system that the disk's boot loader would start; return its root.

    :raises BootError: no partition has a system.
    """
    root = directory / "root"
    root.mkdir(parents=True, exist_ok=True)
    for partition in disk.partitions():
        try:
            run("mount", "-t", "ext4", "-o", FAST_MOUNT, str(partition), str(root))
        except CommandError:
            continue
        if (root / INIT).exists() and (root / "etc/fstab").exists():
            return root
        run("umount", str(root))
    raise BootError(f"no bootable system on {disk.device}")


def _open(url: str) -> http.client.HTTPResponse:
    # No proxy: boot files come from the network that the machine is on.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    answer: http.client.HTTPResponse = opener.open(url, timeout=HTTP_TIMEOUT_S)
    return answer
