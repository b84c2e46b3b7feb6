"""The answer to a starting machine: the live system, or its own disk."""

from dataclasses import dataclass

from ocinstaller.boot.checks import check_cmdline, check_url


@dataclass(frozen=True)
class LiveBoot:
    """Start the live system; all files come over HTTP.

    :raises BootSettingError: when a value does not fit into a boot configuration.
    """

    kernel_url: str
    initrd_url: str
    squashfs_url: str
    cmdline: str
    """Kernel command line without `fetch=`, which the renderers add from `squashfs_url`."""

    def __post_init__(self) -> None:
        check_url("kernel_url", self.kernel_url)
        check_url("initrd_url", self.initrd_url)
        check_url("squashfs_url", self.squashfs_url)
        check_cmdline("cmdline", self.full_cmdline)

    @property
    def full_cmdline(self) -> str:
        """The kernel command line with the place of the root file system (live-boot(7))."""
        return f"boot=live fetch={self.squashfs_url} {self.cmdline}".rstrip()


@dataclass(frozen=True)
class LocalBoot:
    """Start what is installed on the disk."""


BootDecision = LiveBoot | LocalBoot
