import hashlib
import json

import pytest

from ocinstaller.images import ImageKind, current
from ocinstaller.images.errors import BrokenImageError
from ocinstaller.images.imageset import MANIFEST, describe, load, make_current, publish


@pytest.fixture
def make(tmp_path):
    """Publish a small image and return its directory."""

    def make(digest, content=b"root file system"):
        fresh = tmp_path / "fresh"
        fresh.mkdir()
        (fresh / "filesystem.squashfs").write_bytes(content)
        describe(ImageKind.LIVE, digest, "trixie", fresh, 12345)
        target = tmp_path / "images" / "live" / digest
        target.parent.mkdir(parents=True, exist_ok=True)
        publish(fresh, target)
        return target

    return make


def test_the_manifest_describes_the_files(make):
    directory = make("d1")
    manifest = json.loads((directory / MANIFEST).read_text())
    assert manifest == {
        "kind": "live",
        "digest": "d1",
        "debian_release": "trixie",
        "files": {
            "filesystem.squashfs": {
                "sha256": hashlib.sha256(b"root file system").hexdigest(),
                "size_bytes": 16,
            }
        },
        "unpacked_bytes": 12345,
    }
    image = load(directory)
    assert image.squashfs.read_bytes() == b"root file system"
    assert image.unpacked_bytes == 12345


def test_current_is_the_last_published_one(make, tmp_path):
    images = tmp_path / "images"
    with pytest.raises(BrokenImageError):
        current(images, ImageKind.LIVE)
    for digest in ("d1", "d2", "d1"):
        directory = images / "live" / digest
        make_current(load(directory if directory.exists() else make(digest)))
        assert current(images, ImageKind.LIVE).digest == digest


def test_the_switch_survives_an_interrupted_one(make, tmp_path):
    image = load(make("d1"))
    (tmp_path / "images/live/.current.new").symlink_to("half-made")
    make_current(image)
    assert current(tmp_path / "images", ImageKind.LIVE).digest == "d1"


@pytest.mark.parametrize("damage", ["cut", "missing", "no-manifest", "bad-manifest"])
def test_damaged_images_are_not_loaded(make, damage):
    directory = make("d1")
    squashfs = directory / "filesystem.squashfs"
    match damage:
        case "cut":
            squashfs.write_bytes(b"root")
        case "missing":
            squashfs.unlink()
        case "no-manifest":
            (directory / MANIFEST).unlink()
        case "bad-manifest":
            (directory / MANIFEST).write_text('{"kind": "live"}')
    with pytest.raises(BrokenImageError):
        load(directory)
