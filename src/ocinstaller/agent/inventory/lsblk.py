"""Disks from `lsblk`, with their persistent names from `/dev/disk/by-path`."""

import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from ocinstaller.agent.inventory.source import Source, clip, understand
from ocinstaller.model.hardware import BlockDevice, DiskKind

COLUMNS = "NAME,TYPE,SIZE,ROTA,RO,RM,TRAN,MODEL,SERIAL,MOUNTPOINTS"
ARGV = ("lsblk", "--json", "--bytes", "--output", COLUMNS)
TIMEOUT_S = 30.0

BY_PATH = "dev/disk/by-path"

_NOT_A_DISK = re.compile(r"(ram|zram|loop|fd|sr|nbd|dm-|md)\d+|mmcblk\d+(boot\d+|rpmb)")
"""Block devices of the kernel that lsblk may call disks and that hold no system."""

_LIVE_MEDIUM = ("/", "/run/live/", "/usr/lib/live/mount/")
"""Where live-boot mounts what the live system runs from."""

_VIRTUAL_NAME = re.compile(r"(vd[a-z]+|xvd[a-z]+|loop\d+)")
_VIRTUAL_MODELS = ("qemu", "vbox", "vmware", "virtual disk", "msft")
_PARTITION_SUFFIX = re.compile(r"-part\d+$")


class _Device(BaseModel):
    name: str
    type: str
    size: int = 0
    rota: bool = False
    ro: bool = False
    rm: bool = False
    tran: str | None = None
    model: str | None = None
    serial: str | None = None
    mountpoints: list[str | None] = []
    children: list["_Device"] = []


class _Answer(BaseModel):
    blockdevices: list[_Device]


@understand
def parse(
    text: str,
    by_path: Mapping[str, str] | None = None,
    only: frozenset[str] | None = None,
) -> tuple[BlockDevice, ...]:
    """Understand lsblk's tree and return the disks that a system may be installed on.

    :param by_path: persistent name per kernel name
    :param only: names of the only disks that may be seen; these also when they are loop devices
        or removable
    :raises CollectorError: not lsblk's JSON
    """
    return tuple(
        BlockDevice(
            name=device.name,
            size_bytes=device.size,
            kind=_kind(device),
            by_path=clip((by_path or {}).get(device.name)),
            model=clip(device.model),
            serial=clip(device.serial),
            read_only=device.ro,
        )
        for device in _Answer.model_validate_json(text).blockdevices
        if _is_candidate(device, only)
    )


def collect(source: Source) -> tuple[BlockDevice, ...]:
    """Run lsblk and read the links of udev."""
    if source.disks is not None and not source.disks:
        return ()
    return parse(source.run(ARGV, TIMEOUT_S), _by_path(source), source.disks)


def _is_candidate(device: _Device, only: frozenset[str] | None) -> bool:
    if any(_is_live_medium(mountpoint) for mountpoint in _mountpoints(device)):
        return False
    if only is not None:
        return device.name in only
    return (
        device.type == "disk"
        and device.size > 0
        and not device.rm
        and not _NOT_A_DISK.fullmatch(device.name)
    )


def _mountpoints(device: _Device) -> Iterator[str]:
    yield from (mountpoint for mountpoint in device.mountpoints if mountpoint)
    for child in device.children:
        yield from _mountpoints(child)


def _is_live_medium(mountpoint: str) -> bool:
    root, *below = _LIVE_MEDIUM
    return mountpoint == root or mountpoint.startswith(tuple(below))


def _kind(device: _Device) -> DiskKind:
    model = (device.model or "").lower()
    if _VIRTUAL_NAME.fullmatch(device.name) or model.startswith(_VIRTUAL_MODELS):
        return DiskKind.VIRTUAL
    if device.tran == "nvme" or device.name.startswith("nvme"):
        return DiskKind.NVME
    return DiskKind.HDD if device.rota else DiskKind.SSD


def _by_path(source: Source) -> dict[str, str]:
    """Return the first persistent name, in the order of the alphabet, of each disk."""
    found: dict[str, str] = {}
    try:
        links = sorted((source.root / BY_PATH).iterdir())
    except OSError:
        return found
    for link in links:
        if not _PARTITION_SUFFIX.search(link.name) and link.is_symlink():
            found.setdefault(link.readlink().name, link.name)
    return found
