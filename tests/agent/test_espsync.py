"""EFI system partitions of a mirror: equal after each call, left alone when one is missing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.agent import espsync

PATHS = st.sampled_from(
    ["EFI/BOOT/BOOTX64.EFI", "EFI/debian/shimx64.efi", "EFI/debian/grub.cfg", "EFI", "extra/a"]
)
FILES = st.dictionaries(PATHS, st.binary(max_size=8), max_size=4)


def fill(root: Path, files: dict[str, bytes]) -> None:
    root.mkdir()
    for name in sorted(files):
        path = root / name
        if any((root / parent).is_file() for parent in Path(name).parents):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_dir():
            path.write_bytes(files[name])


def content(root: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else None
        for path in root.rglob("*")
    }


@given(source=FILES, mirror=FILES)
def test_the_mirror_becomes_equal(
    tmp_path_factory: pytest.TempPathFactory, source: dict[str, bytes], mirror: dict[str, bytes]
) -> None:
    root = tmp_path_factory.mktemp("esp")
    first, second = root / "efi", root / "efi2"
    fill(first, source)
    fill(second, mirror)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "is_mount", lambda path: path in {first, second})

        assert espsync.sync(first, second)

    assert content(second) == content(first)


def test_a_partition_that_is_not_mounted_is_left_alone(tmp_path: Path) -> None:
    first, second = tmp_path / "efi", tmp_path / "efi2"
    fill(first, {"EFI/a": b"new"})
    fill(second, {"EFI/a": b"old"})

    assert not espsync.sync(first, second)
    assert content(second)["EFI/a"] == b"old"
