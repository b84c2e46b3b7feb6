"""Puts OCI's own files into an image's root tree, with owners and modes of a system."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

DIRECTORY_MODE = 0o755
FILE_MODE = 0o644


def write_files(root: Path, files: Mapping[str, str]) -> None:
    """Write texts to paths relative to `root`; parents are made."""
    root.mkdir(mode=DIRECTORY_MODE, exist_ok=True)
    for name, text in files.items():
        write_file(root, name, text)


def write_file(root: Path, name: str, text: str, mode: int = FILE_MODE) -> None:
    """Write one text, replacing what was there (a symbolic link is replaced, not followed)."""
    path = root / name
    make_parents(root, path)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
    path.chmod(mode)


def copy_tree(source: Path, root: Path) -> None:
    """Copy the files below `source` to the same places below `root`, owned by root."""
    for file in sorted(source.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            copy_file(file, root, root / file.relative_to(source))


def copy_file(source: Path, root: Path, target: Path) -> None:
    """Copy one file's contents with the mode of a public file."""
    make_parents(root, target)
    target.unlink(missing_ok=True)
    shutil.copyfile(source, target)
    os.chown(target, 0, 0)
    target.chmod(FILE_MODE)


def make_parents(root: Path, path: Path) -> None:
    """Make the missing directories between `root` and `path`, readable by all."""
    missing = []
    for parent in path.parents:
        if parent == root or parent.exists():
            break
        missing.append(parent)
    for parent in reversed(missing):
        parent.mkdir()
        parent.chmod(DIRECTORY_MODE)
