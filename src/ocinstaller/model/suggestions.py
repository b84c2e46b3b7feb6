"""Which role a machine looks fit for, from its hardware. A suggestion: operators know better."""

from dataclasses import dataclass

from ocinstaller.model.hardware import DiskKind, HardwareReport
from ocinstaller.model.text import Text

_STORAGE_DISKS = 8
"""Data disks from which a server is built for storage: chassis with room for that many are."""
_COMPUTE_THREADS = 48
_COMPUTE_GIB = 192
"""Above what controllers use: bought for virtual machines."""
_MIB_PER_GIB = 1024
_COMPUTE = "compute"


@dataclass(frozen=True)
class Suggestion:
    """A role and the facts that speak for it."""

    role: str
    reason: str


def suggested_role(hardware: HardwareReport) -> Suggestion:
    """Return the role that the hardware speaks for."""
    disks = max(0, len(hardware.block_devices) - 1)
    spinning = sum(disk.kind is DiskKind.HDD for disk in hardware.block_devices)
    gib = hardware.memory_mib // _MIB_PER_GIB
    threads = hardware.cpu.threads
    if disks >= _STORAGE_DISKS:
        role = "swiftstore" if spinning * 2 > disks else "cephosd"
        return Suggestion(
            role,
            Text(
                "{disks} disks beside the system's, {spinning} of them spinning",
                disks=disks,
                spinning=spinning,
            ),
        )
    if threads >= _COMPUTE_THREADS or gib >= _COMPUTE_GIB:
        return Suggestion(
            _COMPUTE, Text("{threads} threads, {gib} GiB of memory", threads=threads, gib=gib)
        )
    return Suggestion(
        "controller",
        Text(
            "{threads} threads, {gib} GiB of memory, {disks} disks",
            threads=threads,
            gib=gib,
            disks=disks + 1,
        ),
    )
