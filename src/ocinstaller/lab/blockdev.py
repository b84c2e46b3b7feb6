"""The disk of a container machine: a file as block device.

Loop devices belong to the whole host. A `Disk` holds the only handle on a device that the kernel
detaches at its last close, so it goes when its user ends, however that happens.
"""

import errno
import fcntl
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ocinstaller.lab.command import run
from ocinstaller.lab.errors import CommandError, LabError

CONTROL = "/dev/loop-control"
LOOP_CTL_ADD = 0x4C80
LOOP_CTL_REMOVE = 0x4C81
LOOP_CTL_GET_FREE = 0x4C82
LOOP_CONFIGURE = 0x4C0A
"""linux/loop.h; one step from a free device to a complete one, since Linux 5.8."""
LO_FLAGS_AUTOCLEAR = 4
LO_FLAGS_PARTSCAN = 8
LOOP_CONFIG = struct.Struct("=II QQQQQ IIII 64s 64s 32s QQ 8Q")
"""struct loop_config with its struct loop_info64."""
ATTEMPTS = 20
"""Others may take the free device between asking for it and configuring it."""
SYS_BLOCK = Path("/sys/class/block")


class Disk:
    """A file attached to a loop device whose partitions the kernel reads.

    :param number: of the loop device, so that a machine's disk has the same name at every start;
        another free one is taken when it is in use.
    :raises LabError: no loop device can be had.
    """

    def __init__(self, file: Path, number: int) -> None:
        backing = os.open(file, os.O_RDWR | os.O_CLOEXEC)
        try:
            self.name, self._handle = _attach(backing, file, number)
        finally:
            os.close(backing)
        self.device = Path("/dev", self.name)
        read_partition_table(self)

    def partitions(self) -> list[Path]:
        """The device nodes of the partitions, in order."""
        return [Path("/dev", path.name) for path in _partition_entries(self.name)]

    def close(self) -> None:
        """Let the device go."""
        os.close(self._handle)


def _attach(backing: int, file: Path, number: int) -> tuple[str, int]:
    control = os.open(CONTROL, os.O_RDWR | os.O_CLOEXEC)
    try:
        with suppress(FileExistsError):
            fcntl.ioctl(control, LOOP_CTL_ADD, number)
        handle = _configure(backing, file, number)
        for _ in range(ATTEMPTS):
            if handle is not None:
                return f"loop{number}", handle
            number = fcntl.ioctl(control, LOOP_CTL_GET_FREE)
            handle = _configure(backing, file, number)
    finally:
        os.close(control)
    raise LabError(f"no loop device for {file} after {ATTEMPTS} attempts")


def _configure(backing: int, file: Path, number: int) -> int | None:
    """Attach a file to a device and return the handle; None when the device is in use."""
    flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_PARTSCAN
    name = os.fsencode(file)[-63:]
    config = LOOP_CONFIG.pack(
        *(backing, 0, 0, 0, 0, 0, 0, 0, 0, 0, flags, name, b"", b"", 0, 0), *(0,) * 8
    )
    handle = os.open(f"/dev/loop{number}", os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.ioctl(handle, LOOP_CONFIGURE, config)
    except OSError as error:
        os.close(handle)
        if error.errno != errno.EBUSY:
            raise
        return None
    return handle


def forget(number: int) -> None:
    """Remove an unused loop device that `Disk` asked for; one in use stays."""
    control = os.open(CONTROL, os.O_RDWR | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            fcntl.ioctl(control, LOOP_CTL_REMOVE, number)
    finally:
        os.close(control)


def read_partition_table(disk: Disk) -> None:
    """Tell the kernel which partitions the table on the disk has.

    Kernels of some virtual hosts know loop devices but no GPT.
    """
    # A disk without a table is an error for partx and none for us.
    with suppress(CommandError):
        run("partx", "--update", str(disk.device))


def link_by_uuid(devices: Iterable[Path], directory: Path) -> None:
    """Fill a directory with the links that udev makes in /dev/disk/by-uuid; containers have none.

    :param devices: with or without a file system
    """
    directory.mkdir(exist_ok=True)
    for link in directory.iterdir():
        link.unlink()
    for device in devices:
        with suppress(CommandError):  # blkid(8) ends with 2 for a device without a file system
            uuid = run("blkid", "--probe", "--output", "value", "--match-tag", "UUID", str(device))
            if uuid.strip():
                (directory / uuid.strip()).symlink_to(device)


def _partition_entries(name: str) -> list[Path]:
    found = (path for path in (SYS_BLOCK / name).glob(f"{name}p*") if (path / "dev").exists())
    return sorted(found, key=lambda path: int(path.name.rpartition("p")[2]))
