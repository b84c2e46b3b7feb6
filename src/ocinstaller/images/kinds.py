"""The kinds of images and what distinguishes them, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ocinstaller.images.packages import FIRMWARE, LIVE, PUPPETSERVER, TARGET, PackageGroup


class ImageKind(StrEnum):
    """What an image is for."""

    LIVE = "live"
    """Started over the network on every machine: inventory and installer."""
    TARGET = "target"
    """Unpacked onto the disk of a machine that is installed."""
    PUPPETSERVER = "puppetserver"
    """Root tree of a container with puppetserver and the Puppet modules."""
    CONTROLLER = "target-controller"
    """A target with the packages of its role, and likewise the following."""
    COMPUTE = "target-compute"
    NETWORK = "target-network"
    VOLUME = "target-volume"
    SWIFTPROXY = "target-swiftproxy"
    SWIFTSTORE = "target-swiftstore"


@dataclass(frozen=True)
class KindTraits:
    """The properties of a kind that the build steps ask for."""

    packages: tuple[PackageGroup, ...]
    role: str = ""
    """The packages of this role's services are in the image too."""
    enabled_units: tuple[str, ...] = ()
    masked_units: tuple[str, ...] = ()
    has_kernel: bool = False
    """The image contains a kernel with its initrd."""
    network_boot: bool = False
    """Kernel and initrd are published beside the squashfs instead of inside."""
    carries_agent: bool = False
    fixed_machine_id: bool = False
    without_documentation: bool = False
    """Leave out manuals and translations: the image lives in the memory of the machine."""
    squashfs_block_bytes: int = 128 * 1024
    """Small blocks for random reads while running; large ones for unpacking as a whole."""

    def package_groups(self, *, firmware: bool) -> tuple[PackageGroup, ...]:
        """The package groups, with those for real hardware when `firmware`."""
        return (*self.packages, FIRMWARE) if firmware and self.has_kernel else self.packages


_LIVE_MASKED = (
    # Nobody may log in at the console: there is no password to give.
    "getty.target",
    "autovt@.service",
    # Housekeeping of a system that lives longer than a boot.
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "lvm2-monitor.service",
    "mdcheck_continue.timer",
    "mdcheck_start.timer",
    "mdmonitor-oneshot.timer",
    "systemd-tmpfiles-clean.timer",
    "xfs_scrub_all.timer",
    "systemd-pstore.service",
    "systemd-random-seed.service",
    "systemd-machine-id-commit.service",
    # Caches and first-boot set-up, finished when the image was built.
    "ldconfig.service",
    "systemd-firstboot.service",
    "systemd-hwdb-update.service",
    "systemd-journal-catalog-update.service",
    "systemd-journal-flush.service",
    "systemd-sysusers.service",
    "systemd-update-done.service",
    "systemd-update-utmp.service",
    "systemd-update-utmp-runlevel.service",
    # Hardware functions without use for inventory and installation.
    "systemd-backlight@.service",
    "systemd-binfmt.service",
    "proc-sys-fs-binfmt_misc.automount",
    "systemd-hibernate-clear.service",
    "systemd-pcrmachine.service",
    "systemd-pcrphase.service",
    "systemd-pcrphase-initrd.service",
    "systemd-pcrphase-sysinit.service",
    "systemd-quotacheck-root.service",
    "systemd-rfkill.service",
    "systemd-rfkill.socket",
    "systemd-tpm2-setup.service",
    "systemd-tpm2-setup-early.service",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "sys-fs-fuse-connections.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "modprobe@drm.service",
    "modprobe@fuse.service",
)

_TARGET = KindTraits(
    packages=TARGET,
    enabled_units=("oci-installed.service", "systemd-networkd.service"),
    has_kernel=True,
    carries_agent=True,
    squashfs_block_bytes=1024 * 1024,
)

PREPARED: Mapping[str, ImageKind] = {
    "controller": ImageKind.CONTROLLER,
    "compute": ImageKind.COMPUTE,
    "network": ImageKind.NETWORK,
    "volume": ImageKind.VOLUME,
    "swiftproxy": ImageKind.SWIFTPROXY,
    "swiftstore": ImageKind.SWIFTSTORE,
}
"""By role: the image that spares its machines the installation of packages."""

TRAITS: dict[ImageKind, KindTraits] = {
    ImageKind.LIVE: KindTraits(
        packages=LIVE,
        enabled_units=(
            "oci-agent.service",
            "systemd-networkd.service",
            "systemd-networkd-wait-online.service",
        ),
        masked_units=_LIVE_MASKED,
        has_kernel=True,
        network_boot=True,
        carries_agent=True,
        fixed_machine_id=True,
        without_documentation=True,
    ),
    ImageKind.TARGET: _TARGET,
    ImageKind.PUPPETSERVER: KindTraits(
        packages=PUPPETSERVER,
        enabled_units=("systemd-networkd.service",),
        squashfs_block_bytes=1024 * 1024,
    ),
    **{kind: replace(_TARGET, role=role) for role, kind in PREPARED.items()},
}
