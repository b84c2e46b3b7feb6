"""Erases all disks of the machine: what lies on them is stopped, signatures go, then the data.

A disk that can forget its blocks (discard) is told to forget all of them. On any other, both ends
are overwritten: tables, superblocks and boot code. Data in the middle of such a disk could still be
read with a disk editor; who needs more destroys the disk.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from ocinstaller.agent.errors import AgentError, CommandError, InstallError, Stopped
from ocinstaller.agent.install.check import check_disk
from ocinstaller.agent.install.context import Work
from ocinstaller.agent.install.device import SYS, Disk, ensure_node
from ocinstaller.agent.install.layout import MIB
from ocinstaller.agent.install.partition import overwrite
from ocinstaller.agent.install.partition import wipe as erase_signatures
from ocinstaller.agent.orders import Log
from ocinstaller.model.hardware import BlockDevice

END_MIB = 100
"""Of each end of a disk that cannot discard, so much is overwritten."""

_DISCARD_TIMEOUT_S = 4 * 3600.0
_TABLE_TIMEOUT_S = 60.0


def wipe(devices: Sequence[BlockDevice], log: Log, stop: Event) -> None:
    """Erase disks; one that cannot be erased does not keep the others.

    :raises InstallError: naming each disk that was not erased, and why
    :raises Stopped: the agent was asked to stop
    """

    work = Work(lambda _step, text, _level="info": log(text), stop)
    failures = []
    for number, device in enumerate(devices, 1):
        work.go_on()
        log(f"disk {number} of {len(devices)}: {device.name} {device.model} {device.serial}")
        try:
            _erase(work, Disk(device.name))
        except Stopped:
            raise
        except (AgentError, OSError) as error:
            failures.append(f"{device.name}: {error}")
            log(f"disk {device.name} was not erased: {error}")
    if failures:
        raise InstallError(f"{len(failures)} of {len(devices)} disks: {'; '.join(failures)}")
    log(f"{len(devices)} disks are erased")


def _erase(work: Work, disk: Disk) -> None:
    ensure_node(disk.node, disk.name)
    check_disk(work, disk, 0)
    discarded = _discard(work, disk)
    erase_signatures(work, disk)
    if not discarded:
        size = min(END_MIB * MIB, disk.size_bytes)
        _overwrite(work, disk.node, 0, size)
        _overwrite(work, disk.node, disk.size_bytes - size, size)
    _forget_partitions(work, disk)
    how = "all blocks discarded" if discarded else f"{END_MIB} MiB at both ends overwritten"
    work.log(f"disk {disk.name} is erased: {how}")


def _discard(work: Work, disk: Disk) -> bool:
    """Have the disk forget all of its blocks; tell whether it did."""
    limit = SYS / disk.name / "queue/discard_max_bytes"
    if not limit.exists() or int(limit.read_text()) == 0:
        return False
    began = time.monotonic()
    try:
        work.stream(
            ("blkdiscard", "--force", str(disk.node)),
            _DISCARD_TIMEOUT_S,
            tick=lambda: work.log(f"disk {disk.name}: {time.monotonic() - began:.0f} s"),
        )
    except CommandError as error:
        work.log(f"disk {disk.name} does not discard: {error}")
        return False
    return True


def _overwrite(work: Work, node: Path, start: int, length: int) -> None:
    step = 16 * MIB
    for done in range(0, length, step):
        work.go_on()
        overwrite(node, start + done, min(step, length - done))


def _forget_partitions(work: Work, disk: Disk) -> None:
    """Let the kernel see that there are none left."""
    if disk.partitions():
        work.run(("partx", "--delete", str(disk.node)), _TABLE_TIMEOUT_S)
