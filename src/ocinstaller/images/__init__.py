"""Builds the file system images that machines start from and are installed with.

`build` turns a kind (live, target, puppetserver) and settings into an `ImageSet` on disk; nothing
is built when an image of the same inputs exists already.
"""

from ocinstaller.images.build import build
from ocinstaller.images.errors import CommandError, ImageError, SettingError
from ocinstaller.images.imageset import ImageFile, ImageSet, current
from ocinstaller.images.kinds import ImageKind
from ocinstaller.images.settings import BuildSettings, InitrdModules

__all__ = [
    "BuildSettings",
    "CommandError",
    "ImageError",
    "ImageFile",
    "ImageKind",
    "ImageSet",
    "InitrdModules",
    "SettingError",
    "build",
    "current",
]
