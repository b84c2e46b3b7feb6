"""What a machine is to do next: directives and the installation plan.

The server decides everything; the installer only carries out. One plan is one typed document, the
same for every request of the same installation (`plan_id`), so that an interrupted installer can
tell what it already did.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ocinstaller.model.hardware import Firmware, Serial
from ocinstaller.model.wire import Document, Sha256, Text


class DirectiveKind(StrEnum):
    """The closed set of answers to a report."""

    WAIT = "wait"
    """Report again after the interval."""
    INSTALL = "install"
    """Fetch the plan and carry it out."""
    REBOOT = "reboot"
    """Restart the machine; the boot decision does the rest."""
    ORDER = "order"
    """Fetch an order and carry it out."""


class Directive(Document):
    """The server's answer to a report."""

    kind: DirectiveKind
    interval_s: float = Field(default=30.0, gt=0, le=3600)
    """Seconds until the next report, before jitter."""


class PartitionKind(StrEnum):
    """What a partition is for; the installer knows the GPT type of each."""

    BIOS_BOOT = "bios-boot"
    ESP = "esp"
    ROOT = "root"
    SWAP = "swap"
    RAID = "raid"
    """Member of the array with the partition's label."""
    LVM = "lvm"
    """Physical volume of the volume group on the partition's label."""


class FileSystem(StrEnum):
    """What the installer can make."""

    EXT4 = "ext4"
    VFAT = "vfat"
    SWAP = "swap"


Label = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")]
VolumeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$")]
"""A name that LVM takes (lvm(8)); a hyphen in front would be an option."""


class Content(Document):
    """What a partition, an array or a logical volume holds; nothing when it holds another layer."""

    filesystem: FileSystem | None = None
    mountpoint: Text | None = None


class Partition(Content):
    """One GPT partition. Number = position in the plan, from 1."""

    kind: PartitionKind
    label: Label
    size_mib: int | None = Field(default=None, ge=1)
    """None takes the rest of the disk; only the last partition may."""


class DiskRef(Document):
    """One disk."""

    name: Text
    """Kernel name without `/dev/`, as in the hardware report."""
    by_path: Text = ""
    """When set, decides over `name`: kernel names change between boots."""


class DiskPlan(DiskRef):
    """A disk of the system: how large it must be, what goes on it."""

    minimum_bytes: int = Field(ge=0)
    partitions: tuple[Partition, ...] = Field(min_length=1, max_length=16)


class RaidLevel(StrEnum):
    """How an array survives; GRUB starts from all of these."""

    MIRROR = "1"


class Array(Content):
    """A software RAID of one partition on each disk of the system: those of kind RAID and label."""

    label: Label
    level: RaidLevel = RaidLevel.MIRROR


class LogicalVolume(Content):
    """A volume of a group; None as size takes what the others leave, for the last one."""

    name: VolumeName
    size_mib: int | None = Field(default=None, ge=1)


class VolumeGroup(Document):
    """LVM on the array, or else the partition of the first disk, that has the label."""

    name: VolumeName
    label: Label
    volumes: tuple[LogicalVolume, ...] = Field(min_length=1, max_length=16)


class DataGroup(Document):
    """A volume group on whole disks, without volumes: Cinder or Nova make those.

    A group of this name that is on these disks already is kept with all that it holds.
    """

    name: VolumeName
    disks: tuple[DiskRef, ...] = Field(min_length=1, max_length=512)


class DataFileSystem(DiskRef):
    """An XFS file system on a whole disk, for Swift.

    One with this UUID that is on the disk already is kept with all that it holds.
    """

    label: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,12}$")]
    """Also the name of the directory that it is mounted at (mkfs.xfs(8): 12 characters)."""
    uuid: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]


class StoragePlan(Document):
    """The disks that an installation writes to. It never touches another one."""

    disks: tuple[DiskPlan, ...] = Field(min_length=1, max_length=2)
    """Two are mirrors of each other."""
    arrays: tuple[Array, ...] = Field(default=(), max_length=16)
    groups: tuple[VolumeGroup, ...] = Field(default=(), max_length=4)
    data_groups: tuple[DataGroup, ...] = Field(default=(), max_length=64)
    data_file_systems: tuple[DataFileSystem, ...] = Field(default=(), max_length=512)


class ImageRef(Document):
    """A squashfs file system image, named by its digest."""

    url: str
    sha256: Sha256
    size_bytes: int = Field(gt=0)


class TargetFile(Document):
    """A file to write below the target's root; parents are made with mode 0755."""

    path: Annotated[str, StringConstraints(pattern=r"^/[^\x00]+$", max_length=4096)]
    content: str
    mode: int = Field(default=0o644, ge=0, le=0o7777)
    owner: Text = "root"
    group: Text = "root"


class CertificateFiles(Document):
    """The files of a machine's certificates as they are to be now."""

    files: tuple[TargetFile, ...]


class InstallPlan(Document):
    """Everything that turns an empty disk into this machine's system."""

    plan_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
    serial: Serial
    hostname: Text
    firmware: Firmware
    storage: StoragePlan
    image: ImageRef
    files: tuple[TargetFile, ...] = ()
    enable_units: tuple[Text, ...] = ()
    """systemd units to enable in the target."""
    kernel_cmdline: Annotated[str, StringConstraints(max_length=1024)] = ""
    root_password_hash: Annotated[str, StringConstraints(pattern=r"^[^:\n]*$", max_length=255)] = ""
    """For shadow(5); empty: nobody logs in with a password."""


class InstallEvent(StrEnum):
    """What the installer and the installed system tell the server."""

    STARTED = "install-started"
    INSTALLED = "installed"
    FAILED = "install-failed"
    BOOTED = "booted"
    PUPPET_RUNNING = "puppet-running"
    PUPPET_SUCCESS = "puppet-success"
    PUPPET_FAILURE = "puppet-failure"


class EventReport(Document):
    """One event of a machine, with the reason when something failed."""

    serial: Serial
    event: InstallEvent
    plan_id: Text = ""
    reason: Annotated[str, StringConstraints(max_length=4000)] = ""


class LogLine(Document):
    """One line of the installation log; `seq` grows by one within a `plan_id`."""

    seq: int = Field(ge=0)
    step: Text
    text: Annotated[str, StringConstraints(max_length=4000)]
    level: Literal["info", "warning", "error"] = "info"


class LogBatch(Document):
    """Lines in order; sending the same line twice stores it once."""

    serial: Serial
    plan_id: Text
    lines: tuple[LogLine, ...] = Field(max_length=1000)
