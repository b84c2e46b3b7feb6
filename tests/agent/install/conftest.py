"""Fixtures of the installer's tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .world import Installer, LoopDisk


@pytest.fixture
def make_installer(tmp_path: Path) -> Iterator[Callable[[LoopDisk], Installer]]:
    made: list[Installer] = []

    def make(disk: LoopDisk) -> Installer:
        directory = tmp_path / f"installer-{len(made)}"
        directory.mkdir()
        made.append(Installer(directory, disk))
        return made[-1]

    try:
        yield make
    finally:
        for installer in made:
            installer.end()
