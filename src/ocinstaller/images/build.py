"""Builds images: at most once per digest, all or nothing, safe to interrupt and to repeat."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from ocinstaller.images import imageset
from ocinstaller.images.base import build_base
from ocinstaller.images.customise import customise, take_boot_files
from ocinstaller.images.errors import BrokenImageError, ImageError
from ocinstaller.images.imageset import ImageSet
from ocinstaller.images.kinds import ImageKind
from ocinstaller.images.progress import Progress, silent, stage
from ocinstaller.images.recipe import Recipe
from ocinstaller.images.run import run
from ocinstaller.images.settings import BuildSettings
from ocinstaller.images.squash import pack, unpacked_bytes

UNPACK_TIMEOUT_S = 900.0


def build(kind: ImageKind, settings: BuildSettings, progress: Progress = silent) -> ImageSet:
    """Build the image of a kind unless one of the same inputs exists, and make it current.

    :raises ImageError: when not run as root, or when a step failed; nothing half-made stays.
    """
    recipe = Recipe(ImageKind(kind), settings)
    directory = settings.output / recipe.kind / recipe.digest()
    with _locked(settings.output, recipe.kind):
        if not _is_complete(directory):
            _build(recipe, directory, progress)
        image = imageset.load(directory)
        imageset.make_current(image)
    return image


def _build(recipe: Recipe, directory: Path, progress: Progress) -> None:
    if os.geteuid() != 0:
        raise ImageError("an image build needs root: it makes a whole system's files")
    with _scratch(recipe) as scratch:
        base = _base(recipe, scratch, progress)
        root, result = scratch / "root", scratch / "result"
        root.mkdir()
        result.mkdir()
        with stage(progress, f"{recipe.kind}: unpack base system"):
            _unpack(base, root)
        with stage(progress, f"{recipe.kind}: customise"):
            customise(root, recipe)
            if recipe.traits.network_boot:
                take_boot_files(root, result)
        with stage(progress, f"{recipe.kind}: pack"):
            squashfs = result / imageset.SQUASHFS
            pack(root, squashfs, recipe.traits.squashfs_block_bytes)
            size = unpacked_bytes(root)
        release = recipe.settings.release
        imageset.describe(recipe.kind, directory.name, release, result, size)
        result.chmod(0o755)
        imageset.publish(result, directory)


def _base(recipe: Recipe, scratch: Path, progress: Progress) -> Path:
    """The archive of the recipe's base system, from the cache or built now."""
    cache = recipe.settings.output / ".base"
    archive = cache / f"{recipe.kind}-{recipe.base_digest()}.tar.zst"
    if archive.exists():
        return archive
    cache.mkdir(exist_ok=True)
    with stage(progress, f"{recipe.kind}: base system (mmdebstrap)"):
        fresh = scratch / "base.tar.zst"
        build_base(recipe, fresh, scratch)
    for outdated in cache.glob(f"{recipe.kind}-*"):
        outdated.unlink()
    fresh.rename(archive)
    return archive


def _unpack(archive: Path, root: Path) -> None:
    run(
        [
            "tar",
            "--extract",
            "--numeric-owner",
            "--preserve-permissions",
            "--xattrs",
            "--xattrs-include=*",
            f"--file={archive}",
            f"--directory={root}",
        ],
        timeout_s=UNPACK_TIMEOUT_S,
    )


def _is_complete(directory: Path) -> bool:
    try:
        imageset.load(directory)
    except BrokenImageError:
        shutil.rmtree(directory, ignore_errors=True)
        return False
    return True


@contextmanager
def _locked(output: Path, kind: ImageKind) -> Iterator[None]:
    """Only one build of a kind at a time; the second finds the first one's result."""
    (output / kind).mkdir(parents=True, exist_ok=True)
    with (output / f".{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _scratch(recipe: Recipe) -> Iterator[Path]:
    """A temporary directory beside the result; those of interrupted builds are removed."""
    prefix = f".{recipe.kind}.build-"
    for stale in recipe.settings.output.glob(f"{prefix}*"):
        shutil.rmtree(stale)
    scratch = Path(mkdtemp(prefix=prefix, dir=recipe.settings.output))
    scratch.chmod(0o755)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch)
