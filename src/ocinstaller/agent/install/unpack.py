"""Step: fetch the image and unpack it into the root file system."""

import os
import shutil
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from ocinstaller.agent.backoff import delays
from ocinstaller.agent.errors import InstallError, Unreachable
from ocinstaller.agent.install import marker
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.download import CorruptImage, fetch
from ocinstaller.agent.install.layout import MIB

IMAGE_NAME = ".oci-image.squashfs"
TIMEOUT_S = 3600.0
ATTEMPTS = 5

_QUEUE_MIB = 64
"""Limits unsquashfs's caches; its defaults take half a gigabyte of a small machine's memory."""

_KEPT = frozenset({marker.NAME, "lost+found"})


def unpack(context: Context) -> None:
    """Replace the content of the root file system by the image's.

    :raises CorruptImage: the image is not the plan's; the file systems will be made anew
    """
    _clear(context.target)
    file = context.target / IMAGE_NAME
    try:
        _download(context, file)
    except CorruptImage:
        file.unlink(missing_ok=True)
        marker.remove(context.target)
        raise
    _unsquash(context, file)
    file.unlink()


def _clear(target: Path) -> None:
    """Remove what an interrupted attempt unpacked: the result must not depend on it."""
    for entry in target.iterdir():
        if entry.name in _KEPT:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _download(context: Context, file: Path) -> None:
    image = context.plan.image
    free = shutil.disk_usage(context.target).free
    if free < image.size_bytes:
        raise InstallError(
            f"the root file system has {free} bytes free, the image alone has {image.size_bytes}"
        )

    def progress(size: int) -> None:
        context.log(f"downloaded {size // MIB} of {image.size_bytes // MIB} MiB")

    context.log(f"downloading {image.url}")
    for attempt, seconds in enumerate(islice(delays(), ATTEMPTS), 1):
        try:
            fetch(image, file, context.machine.tls, progress, context.go_on)
        except Unreachable as error:
            if attempt == ATTEMPTS:
                raise
            context.log(f"{error}; trying again in {seconds:.0f} s", "warning")
            context.stop.wait(seconds)
            context.go_on()
        else:
            context.log(f"downloaded and verified {image.size_bytes // MIB} MiB")
            return


def _unsquash(context: Context, file: Path) -> None:
    argv = (
        "unsquashfs",
        "-force",
        "-no-progress",
        "-data-queue",
        str(_QUEUE_MIB),
        "-frag-queue",
        str(_QUEUE_MIB),
        "-dest",
        str(context.target),
        str(file),
    )
    context.stream(argv, TIMEOUT_S, tick=_unpacked(context))


def _unpacked(context: Context) -> Callable[[], None]:
    """Return a function that logs how much was unpacked since now."""
    before = _used_bytes(context.target)

    def tick() -> None:
        context.log(f"unpacked {(_used_bytes(context.target) - before) // MIB} MiB")

    return tick


def _used_bytes(target: Path) -> int:
    state = os.statvfs(target)
    return (state.f_blocks - state.f_bfree) * state.f_frsize
