from dataclasses import replace

import pytest

from ocinstaller.images import ImageKind, InitrdModules, kinds
from ocinstaller.images import recipe as recipe_module
from ocinstaller.images.base import base_command
from ocinstaller.images.recipe import Recipe


def digests(kind, settings):
    recipe = Recipe(kind, settings)
    return recipe.base_digest(), recipe.digest()


@pytest.mark.parametrize("kind", ImageKind)
def test_digests_are_stable_and_differ_by_kind(settings, kind):
    assert digests(kind, settings) == digests(kind, settings)
    others = [Recipe(other, settings).digest() for other in ImageKind if other is not kind]
    assert Recipe(kind, settings).digest() not in others


def test_the_mirror_does_not_count(settings):
    elsewhere = replace(settings, mirror="http://other.example.org/debian", proxy="http://p:3142")
    assert digests(ImageKind.LIVE, settings) == digests(ImageKind.LIVE, elsewhere)


@pytest.mark.parametrize(
    "changes",
    [
        {"release": "forky"},
        {"firmware": False},
        {"initrd_modules": InitrdModules.LIST},
        {"edition": "2"},
    ],
)
def test_what_changes_packages_or_initrd_changes_the_base(settings, changes):
    before, after = (
        digests(ImageKind.LIVE, settings),
        digests(ImageKind.LIVE, replace(settings, **changes)),
    )
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_keys_change_the_image_but_not_the_base(settings):
    with_key = replace(settings, authorized_keys=("ssh-ed25519 AAAA",))
    assert Recipe(ImageKind.LIVE, settings).base_digest() == (
        Recipe(ImageKind.LIVE, with_key).base_digest()
    )
    assert Recipe(ImageKind.LIVE, settings).digest() != Recipe(ImageKind.LIVE, with_key).digest()


def test_the_agents_source_changes_the_image_but_not_the_base(settings, tmp_path, monkeypatch):
    package = tmp_path / "ocinstaller"
    for part in ("agent", "model"):
        (package / part).mkdir(parents=True)
    (package / "__init__.py").write_text("")
    source = package / "agent" / "live.py"
    source.write_text("a = 1\n")
    monkeypatch.setattr(recipe_module, "PACKAGE_ROOT", package)
    before = {kind: digests(kind, settings) for kind in ImageKind}
    source.write_text("a = 2\n")
    after = {kind: digests(kind, settings) for kind in ImageKind}
    for kind in (ImageKind.LIVE, ImageKind.TARGET):
        assert before[kind][0] == after[kind][0]
        assert before[kind][1] != after[kind][1]
    assert before[ImageKind.PUPPETSERVER] == after[ImageKind.PUPPETSERVER]


def test_compiled_python_does_not_count(tmp_path):
    cache = tmp_path / "agent" / "__pycache__"
    cache.mkdir(parents=True)
    (cache / "live.cpython-313.pyc").write_bytes(b"x")
    (tmp_path / "agent" / "live.py").write_text("")
    assert [file.name for file in recipe_module.source_files(tmp_path, ("agent",))] == ["live.py"]


def test_every_package_group_gives_its_reason():
    for traits in kinds.TRAITS.values():
        groups = traits.package_groups(firmware=True)
        assert all(group.reason and group.packages for group in groups)


def test_the_short_initrd_is_only_for_the_live_image(settings):
    listed = replace(settings, initrd_modules=InitrdModules.LIST)
    live = Recipe(ImageKind.LIVE, listed).initramfs_files
    assert "MODULES=list" in live["etc/initramfs-tools/conf.d/oci"]
    assert "virtio_net" in live["usr/share/initramfs-tools/modules.d/oci"].split()
    target = Recipe(ImageKind.TARGET, listed).initramfs_files
    assert target == {"etc/initramfs-tools/conf.d/oci": "MODULES=most\nCOMPRESS=zstd\n"}
    assert Recipe(ImageKind.PUPPETSERVER, listed).initramfs_files == {}


def test_the_package_installation_is_told_mirror_proxy_and_areas(settings, tmp_path):
    recipe = Recipe(ImageKind.TARGET, replace(settings, proxy="http://10.0.0.1:3142"))
    argv = base_command(recipe, tmp_path / "base.tar.zst", tmp_path / "preset")
    assert '--aptopt=Acquire::http::Proxy "http://10.0.0.1:3142"' in argv
    assert argv[-4] == str(tmp_path / "base.tar.zst")
    areas = "main non-free-firmware"
    assert argv[-3:] == [
        f"deb http://mirror.example.org/debian trixie {areas}",
        f"deb http://mirror.example.org/debian trixie-updates {areas}",
        f"deb http://mirror.example.org/debian-security trixie-security {areas}",
    ]


def test_containers_get_no_firmware(settings, tmp_path):
    recipe = Recipe(ImageKind.PUPPETSERVER, settings)
    argv = base_command(recipe, tmp_path / "base.tar.zst", tmp_path / "preset")
    assert not any("non-free-firmware" in word for word in argv)
