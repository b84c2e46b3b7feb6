"""Turns a base system into an image: OCI's files, units, identity, access."""

import os
import shutil
from pathlib import Path

from ocinstaller.images.overlay import copy_file, copy_tree, write_file
from ocinstaller.images.recipe import AGENT_PARTS, OVERLAYS, PACKAGE_ROOT, Recipe, source_files
from ocinstaller.images.run import run

DIST_PACKAGES = "usr/lib/python3/dist-packages"
"""Where Debian's Python finds packages (Debian Python Policy, section 2.5)."""

LIVE_MACHINE_ID = "0c1a91e00c1a91e00c1a91e00c1a91e0"
"""The same on every live system, so that no start is a first one (machine-id(5))."""

_STEP_TIMEOUT_S = 300.0

_BUILD_HOST_LEFTOVERS = (
    "etc/apt/sources.list",
    "etc/apt/apt.conf.d/99mmdebstrap",
    "etc/hostname",
    "etc/resolv.conf",
    "var/lib/dbus/machine-id",
)
"""Files that describe the host of the build or its way to the mirror."""


def customise(root: Path, recipe: Recipe) -> None:
    """Change the base system in `root` into the recipe's image."""
    remove_leftovers(root)
    write_apt_sources(root, recipe)
    copy_tree(OVERLAYS / "common", root)
    copy_tree(OVERLAYS / recipe.overlay, root)
    if recipe.traits.carries_agent:
        install_agent(root)
    install_keys(root, recipe.settings.authorized_keys)
    set_units(root, recipe)
    set_machine_id(root, LIVE_MACHINE_ID + "\n" if recipe.traits.fixed_machine_id else "")
    mark_updated(root)


def remove_leftovers(root: Path) -> None:
    """Remove what belongs to the build host or must be each machine's own."""
    for name in _BUILD_HOST_LEFTOVERS:
        (root / name).unlink(missing_ok=True)
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    for logs in (root / "var/log").rglob("*"):
        if logs.is_file():
            logs.unlink()


def write_apt_sources(root: Path, recipe: Recipe) -> None:
    """Give the image the mirrors it was built from; an installation replaces the file."""
    settings = recipe.settings
    components = " ".join(settings.components if recipe.firmware else ("main",))
    stanzas = (
        (settings.mirror, f"{settings.release} {settings.release}-updates"),
        (settings.security_mirror, f"{settings.release}-security"),
    )
    text = "\n".join(
        f"Types: deb\nURIs: {uri}\nSuites: {suites}\nComponents: {components}\n"
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
        for uri, suites in stanzas
    )
    write_file(root, "etc/apt/sources.list.d/debian.sources", text)


def install_agent(root: Path) -> None:
    """Install the agent's part of this package, compiled, as the image's Python needs it."""
    package = root / DIST_PACKAGES / "ocinstaller"
    for file in source_files(PACKAGE_ROOT, AGENT_PARTS):
        copy_file(file, root, package / file.relative_to(PACKAGE_ROOT))
    compiler = ["python3", "-m", "compileall", "-q", f"/{DIST_PACKAGES}/ocinstaller"]
    run(["chroot", str(root), *compiler], timeout_s=_STEP_TIMEOUT_S)


def install_keys(root: Path, keys: tuple[str, ...]) -> None:
    """Let the holders of these SSH keys in as root."""
    if not keys:
        return
    directory = root / "root/.ssh"
    directory.mkdir(mode=0o700, exist_ok=True)
    write_file(root, "root/.ssh/authorized_keys", "\n".join(keys) + "\n", mode=0o600)


def set_units(root: Path, recipe: Recipe) -> None:
    """Enable and mask units as the recipe says."""
    for unit in recipe.traits.masked_units:
        link = root / "etc/systemd/system" / unit
        link.unlink(missing_ok=True)
        link.symlink_to("/dev/null")
    if recipe.traits.enabled_units:
        run(
            ["systemctl", f"--root={root}", "--quiet", "enable", *recipe.traits.enabled_units],
            timeout_s=_STEP_TIMEOUT_S,
        )


def set_machine_id(root: Path, text: str) -> None:
    """Write machine-id(5); an empty one is filled by each machine without a "first boot"."""
    write_file(root, "etc/machine-id", text, mode=0o444)


def mark_updated(root: Path) -> None:
    """Stamp /etc and /var newer than /usr: `ConditionNeedsUpdate=` of systemd.unit(5) is false.

    The packages' scripts have made all caches already; without the stamps every machine would
    make them again at its first start.
    """
    stamp = (root / "usr").stat().st_mtime_ns + 1_000_000_000
    for name in ("etc/.updated", "var/.updated"):
        write_file(root, name, f"TIMESTAMP_NSEC={stamp}\n")
        os.utime(root / name, ns=(stamp, stamp))


def take_boot_files(root: Path, output: Path) -> None:
    """Move kernel and initrd out of a tree that starts over the network.

    The tree keeps no copy: the root file system of a live system lies in the machine's memory.
    """
    boot = root / "boot"
    for pattern, name in (("vmlinuz-*", "vmlinuz"), ("initrd.img-*", "initrd.img")):
        (found,) = boot.glob(pattern)
        shutil.move(found, output / name)
        (output / name).chmod(0o644)
    for leftover in (*boot.iterdir(), root / "vmlinuz", root / "initrd.img"):
        leftover.unlink(missing_ok=True)
