"""A lab of its own for each test, in a temporary directory."""

import os
from pathlib import Path

import pytest

from ocinstaller.lab.layout import Lab


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(f"oci-t{os.getpid() % 100000}", tmp_path / "lab", tmp_path / "shared")
