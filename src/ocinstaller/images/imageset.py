"""A finished image on disk: its files, its manifest, and which one is current.

Layout below the directory of all images::

    <kind>/<digest>/filesystem.squashfs
    <kind>/<digest>/vmlinuz, initrd.img      only images that start over the network
    <kind>/<digest>/manifest.json
    <kind>/current -> <digest>
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocinstaller.images.errors import BrokenImageError
from ocinstaller.images.kinds import ImageKind

MANIFEST = "manifest.json"
SQUASHFS = "filesystem.squashfs"
KERNEL = "vmlinuz"
INITRD = "initrd.img"
CURRENT = "current"


@dataclass(frozen=True)
class ImageFile:
    """A file of an image as its manifest describes it."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class ImageSet:
    """A finished image."""

    kind: ImageKind
    digest: str
    directory: Path
    debian_release: str
    files: dict[str, ImageFile]
    unpacked_bytes: int
    """Disk space that the unpacked file system takes."""

    @property
    def squashfs(self) -> Path:
        """The root file system."""
        return self.directory / SQUASHFS


def load(directory: Path) -> ImageSet:
    """Read the manifest of an image directory.

    :raises BrokenImageError: when it is missing or contradicts the files beside it.
    """
    try:
        document: dict[str, Any] = json.loads((directory / MANIFEST).read_text())
        image = ImageSet(
            kind=ImageKind(document["kind"]),
            digest=document["digest"],
            directory=directory,
            debian_release=document["debian_release"],
            files={name: ImageFile(**about) for name, about in document["files"].items()},
            unpacked_bytes=document["unpacked_bytes"],
        )
        for name, about in image.files.items():
            size = (directory / name).stat().st_size
            if size != about.size_bytes:
                raise BrokenImageError(
                    f"{directory / name}: {size} bytes, manifest says {about.size_bytes}"
                )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenImageError(f"{directory}: not an image ({error})") from error
    return image


def current(images: Path, kind: ImageKind) -> ImageSet:
    """The image of a kind that new work uses.

    :raises BrokenImageError: when none was built.
    """
    link = images / kind / CURRENT
    return load(link.parent / link.readlink()) if link.is_symlink() else load(link)


def was_built(images: Path, kind: ImageKind) -> bool:
    """Tell whether there is an image of a kind, whole or not."""
    return (images / kind / CURRENT).is_symlink()


def describe(kind: ImageKind, digest: str, release: str, directory: Path, unpacked: int) -> None:
    """Write the manifest for the files in `directory`."""
    files = {file.name: _describe_file(file) for file in sorted(directory.iterdir())}
    document = {
        "kind": kind.value,
        "digest": digest,
        "debian_release": release,
        "files": files,
        "unpacked_bytes": unpacked,
    }
    (directory / MANIFEST).write_text(json.dumps(document, indent=2) + "\n")


def _describe_file(file: Path) -> dict[str, str | int]:
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"sha256": sha256, "size_bytes": file.stat().st_size}


def publish(finished: Path, target: Path) -> None:
    """Move a finished directory to its place, durably: all or nothing."""
    for file in finished.iterdir():
        _sync(file)
    _sync(finished)
    finished.rename(target)
    _sync(target.parent)


def make_current(image: ImageSet) -> None:
    """Let `current` of the image's kind point to it; readers see the old or the new one."""
    link = image.directory.parent / CURRENT
    if link.is_symlink() and str(link.readlink()) == image.digest:
        return
    temporary = link.with_name(f".{CURRENT}.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(image.digest)
    temporary.rename(link)
    _sync(link.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
