"""What a killed build left is removed; what is mounted there belongs to the host."""

import subprocess
from pathlib import Path

import pytest

from ocinstaller.images.removal import remove_tree


@pytest.mark.root
def test_what_is_mounted_below_stays(tmp_path: Path) -> None:
    kept, left = tmp_path / "kept", tmp_path / "left by a build"
    inner = left / "root" / "proc"
    for directory in (kept / "sub", inner):
        directory.mkdir(parents=True)
    (kept / "file").write_text("of the host")
    mounts = [(kept, inner), (kept / "file", inner / "file")]
    for source, target in mounts:
        subprocess.run(["mount", "--bind", str(source), str(target)], check=True)
    try:
        remove_tree(left)
    finally:
        for _, target in reversed(mounts):
            subprocess.run(["umount", str(target)], check=False, capture_output=True)
    assert not left.exists()
    assert (kept / "file").read_text() == "of the host"
    assert (kept / "sub").is_dir()
