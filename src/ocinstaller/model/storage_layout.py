"""Which disks an installation writes to, how they are divided, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ocinstaller.model.disk_selection import (
    AUTOMATIC,
    ChosenDisk,
    automatic,
    describe,
    select,
)
from ocinstaller.model.errors import Conflict, InvalidValue
from ocinstaller.model.hardware import BlockDevice, Firmware
from ocinstaller.model.plan import (
    Array,
    DataFileSystem,
    DataGroup,
    DiskPlan,
    DiskRef,
    FileSystem,
    LogicalVolume,
    Partition,
    PartitionKind,
    RaidLevel,
    StoragePlan,
    VolumeGroup,
)
from ocinstaller.model.settings import Value
from ocinstaller.model.swift_disks import file_systems, is_usable
from ocinstaller.model.text import Text, joined

_MIB = 1024 * 1024
_BIOS_BOOT_MIB = 1  # GRUB manual, "BIOS installation": 31 KiB are needed, partitions align at 1 MiB
_ESP_MIB = 512  # room for several boot loaders; FAT32 needs 260 on disks with 4 KiB sectors
_FREE_MIB = 1024
"""Room for packages and logs that a system disk must have beside the image."""

_YES = (True, "yes")

ROOT, SWAP, POOL = "oci-root", "oci-swap", "oci-lvm"
SYSTEM_GROUP = "ocisystem"
"""Volume group of the system; without a hyphen, which device mapper would double."""

ESP_MOUNTPOINTS = ("/boot/efi", "/boot/efi2")
"""Where the partition of the first and of the second disk is mounted, as in the original."""


@dataclass(frozen=True)
class StorageSettings:
    """What the operator chose; the defaults choose nothing."""

    dest_blk: str = AUTOMATIC
    install_on_raid: bool = False
    raid_type: str = RaidLevel.MIRROR.value
    raid_devices: tuple[str, str] = (AUTOMATIC, AUTOMATIC)
    system_on_lvm: bool = False
    swap_mib: int = 0

    @classmethod
    def of(cls, settings: Mapping[str, Value]) -> "StorageSettings":
        """Return a machine's choices from its settings; those that are not set choose nothing."""
        first, second = (str(settings.get(name, AUTOMATIC)) for name in ("raid_dev0", "raid_dev1"))
        return cls(
            dest_blk=str(settings.get("dest_blk", AUTOMATIC)),
            install_on_raid=settings.get("install_on_raid") in _YES,
            raid_type=str(settings.get("raid_type", RaidLevel.MIRROR)),
            raid_devices=(first, second),
            system_on_lvm=settings.get("system_on_lvm") in _YES,
            swap_mib=int(settings.get("swap_mib", 0)),
        )


@dataclass(frozen=True)
class DataUse:
    """What the machine's role does with the disks that the system does not take."""

    role: str
    volume_group: str | None = None
    """Name of a volume group on them; None leaves them alone."""
    swift_seed: str | None = None
    """Makes the UUIDs of file systems for Swift on them (`swift_disks`); None makes none."""
    separate: bool = False
    """A group for each disk: `NAME0`, `NAME1` … instead of one named `NAME0` on all."""


@dataclass(frozen=True)
class DiskDecision:
    """One disk of the machine and what becomes of it."""

    disk: BlockDevice
    use: str
    """`system`, `volume group NAME` or `left alone`."""
    reason: str

    @property
    def is_written(self) -> bool:
        """Whether the installation writes to the disk."""
        return self.use != LEFT_ALONE


LEFT_ALONE = Text("left alone")


@dataclass(frozen=True)
class StorageLayout:
    """The plan and the reason for each disk of the machine."""

    plan: StoragePlan
    disks: tuple[DiskDecision, ...]


def storage_layout(
    disks: Sequence[BlockDevice],
    firmware: Firmware,
    settings: StorageSettings,
    data: DataUse,
    image_bytes: int,
    unpacked_bytes: int,
) -> StorageLayout:
    """Return what becomes of each disk.

    :param image_bytes: size of the image file, which lies on the disk while it is unpacked
    :param unpacked_bytes: size of the image's content
    :raises InvalidValue: a setting is malformed, or its RAID type cannot be made
    :raises Conflict: the machine lacks a disk that the settings need
    """
    partitions = system_partitions(firmware, settings)
    fixed_mib = sum(partition.size_mib or 0 for partition in partitions)
    volumes_mib = settings.swap_mib if settings.system_on_lvm else 0
    needed = image_bytes + unpacked_bytes + (fixed_mib + volumes_mib + _FREE_MIB) * _MIB
    chosen = _system_disks(disks, settings, needed)
    groups, decisions = _data(disks, chosen, data)
    stores, decisions = _stores(decisions, data)
    plan = StoragePlan(
        disks=tuple(
            DiskPlan(
                name=choice.disk.name,
                by_path=choice.disk.by_path,
                minimum_bytes=needed,
                partitions=_of_disk(partitions, index),
            )
            for index, choice in enumerate(chosen)
        ),
        arrays=_arrays(settings) if settings.install_on_raid else (),
        groups=_system_group(settings) if settings.system_on_lvm else (),
        data_groups=groups,
        data_file_systems=stores,
    )
    return StorageLayout(plan, (*_system_decisions(chosen, settings), *decisions))


def _system_disks(
    disks: Sequence[BlockDevice], settings: StorageSettings, needed: int
) -> tuple[ChosenDisk, ...]:
    if not settings.install_on_raid:
        return (_choose("dest_blk", settings.dest_blk, disks, needed, ()),)
    if settings.raid_type != RaidLevel.MIRROR:
        raise InvalidValue(
            "raid_type",
            settings.raid_type,
            Text("1: the system starts from either disk alone, which no other type offers"),
        )
    first = _choose("raid_dev0", settings.raid_devices[0], disks, needed, ())
    second = _choose("raid_dev1", settings.raid_devices[1], disks, needed, (first.disk.name,))
    return first, second


def _choose(
    field: str, selector: str, disks: Sequence[BlockDevice], needed: int, taken: Sequence[str]
) -> ChosenDisk:
    if selector == AUTOMATIC:
        return automatic(field, disks, needed, taken)
    choice = select(field, selector, disks, taken)
    if choice.disk.read_only or choice.disk.size_bytes < needed:
        why = Text("is read-only") if choice.disk.read_only else Text("is too small")
        raise Conflict(
            Text("{field}: disk {disk} {why}", field=field, disk=describe(choice.disk), why=why),
            field=field,
            value=selector,
            allowed=Text("a writable disk of at least {needed} bytes", needed=needed),
        )
    return choice


def system_partitions(firmware: Firmware, settings: StorageSettings) -> tuple[Partition, ...]:
    """Return the partitions of the first disk: what starts, swap, and the rest for the root."""
    start = (
        Partition(
            kind=PartitionKind.ESP,
            label="oci-esp",
            size_mib=_ESP_MIB,
            filesystem=FileSystem.VFAT,
            mountpoint=ESP_MOUNTPOINTS[0],
        )
        if firmware is Firmware.UEFI
        else Partition(kind=PartitionKind.BIOS_BOOT, label="bios-boot", size_mib=_BIOS_BOOT_MIB)
    )
    if settings.system_on_lvm:
        kind = PartitionKind.RAID if settings.install_on_raid else PartitionKind.LVM
        return start, Partition(kind=kind, label=POOL)
    if settings.install_on_raid:
        swap = Partition(kind=PartitionKind.RAID, label=SWAP, size_mib=settings.swap_mib or None)
        root = Partition(kind=PartitionKind.RAID, label=ROOT)
    else:
        swap = Partition(
            kind=PartitionKind.SWAP,
            label=SWAP,
            size_mib=settings.swap_mib or None,
            filesystem=FileSystem.SWAP,
        )
        root = Partition(
            kind=PartitionKind.ROOT, label=ROOT, filesystem=FileSystem.EXT4, mountpoint="/"
        )
    return (start, swap, root) if settings.swap_mib else (start, root)


def _of_disk(partitions: Sequence[Partition], index: int) -> tuple[Partition, ...]:
    """Return the partitions of one disk: the same on all, but mounted at places of their own."""
    return tuple(
        partition.model_copy(update={"mountpoint": ESP_MOUNTPOINTS[index]})
        if partition.kind is PartitionKind.ESP
        else partition
        for partition in partitions
    )


def _arrays(settings: StorageSettings) -> tuple[Array, ...]:
    if settings.system_on_lvm:
        return (Array(label=POOL),)
    root = Array(label=ROOT, filesystem=FileSystem.EXT4, mountpoint="/")
    # Swap is mirrored too: programs would end with the disk that holds their memory.
    swap = Array(label=SWAP, filesystem=FileSystem.SWAP)
    return (swap, root) if settings.swap_mib else (root,)


def _system_group(settings: StorageSettings) -> tuple[VolumeGroup, ...]:
    root = LogicalVolume(name="root", filesystem=FileSystem.EXT4, mountpoint="/")
    swap = LogicalVolume(
        name="swap", size_mib=settings.swap_mib or None, filesystem=FileSystem.SWAP
    )
    volumes = (swap, root) if settings.swap_mib else (root,)
    return (VolumeGroup(name=SYSTEM_GROUP, label=POOL, volumes=volumes),)


def _system_decisions(
    chosen: Sequence[ChosenDisk], settings: StorageSettings
) -> list[DiskDecision]:
    raid = Text("install_on_raid is yes; ") if settings.install_on_raid else ""
    return [
        DiskDecision(choice.disk, Text("system"), joined("", (raid, choice.reason)))
        for choice in chosen
    ]


def _data(
    disks: Sequence[BlockDevice], chosen: Sequence[ChosenDisk], data: DataUse
) -> tuple[tuple[DataGroup, ...], list[DiskDecision]]:
    """Return the volume groups on the other disks, and what becomes of each of those."""
    system = {choice.disk.name for choice in chosen}
    others = [disk for disk in disks if disk.name not in system]
    usable = [disk for disk in others if not disk.read_only]
    if data.volume_group is None or not usable:
        reason = Text(
            "the installation of role {role} does not use it", role=data.role or Text("none")
        )
        return (), [DiskDecision(disk, LEFT_ALONE, reason) for disk in others]
    shares = [[disk] for disk in usable] if data.separate else [usable]
    groups = tuple(
        DataGroup(
            name=f"{data.volume_group}{number}",
            disks=tuple(DiskRef(name=disk.name, by_path=disk.by_path) for disk in share),
        )
        for number, share in enumerate(shares)
    )
    of_disk = {disk.name: group.name for group in groups for disk in group.disks}
    return groups, [
        DiskDecision(
            disk,
            Text("volume group {of_disk}", of_disk=of_disk[disk.name]),
            Text(
                "data of role {role}; kept when it is in this volume group already", role=data.role
            ),
        )
        if disk.name in of_disk
        else DiskDecision(disk, LEFT_ALONE, Text("it is read-only"))
        for disk in others
    ]


def _stores(
    decisions: list[DiskDecision], data: DataUse
) -> tuple[tuple[DataFileSystem, ...], list[DiskDecision]]:
    """Return Swift's file systems on disks that nothing else uses, and what that changes."""
    if data.swift_seed is None:
        return (), decisions
    free = [d.disk for d in decisions if not d.is_written and is_usable(d.disk)]
    stores = file_systems(free, data.swift_seed)
    of_disk = {store.name: store.label for store in stores}
    return stores, [
        DiskDecision(
            decision.disk,
            Text("Swift as {of_disk}", of_disk=of_disk[decision.disk.name]),
            Text("data of role {role}; kept when it is this cluster's already", role=data.role),
        )
        if decision.disk.name in of_disk
        else decision
        for decision in decisions
    ]
