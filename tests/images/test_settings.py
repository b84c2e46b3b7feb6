from dataclasses import replace

import pytest

from ocinstaller.images import SettingError
from ocinstaller.images.settings import from_host

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK2nBwsT8rQ0 operator@example.org"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mirror", "mirror.example.org/debian"),
        ("mirror", "http://mirror.example.org/debian trixie main\ndeb http://x"),
        ("security_mirror", "file:///srv"),
        ("proxy", "10.0.0.1:3142"),
        ("release", "13"),
        ("release", "trixie main"),
        ("edition", "a/b"),
        ("authorized_keys", ("-----BEGIN OPENSSH PRIVATE KEY-----",)),
    ],
)
def test_values_that_cannot_work_are_refused_by_name(settings, field, value):
    with pytest.raises(SettingError) as caught:
        replace(settings, **{field: value})
    assert caught.value.field == field


def test_firmware_needs_the_non_free_area(settings):
    assert "non-free-firmware" in settings.components
    assert replace(settings, firmware=False).components == ("main",)


def test_keys_are_read_from_a_file(tmp_path):
    file = tmp_path / "keys"
    file.write_text(f"# operators\n\n{KEY}\n")
    settings = from_host(
        tmp_path, mirror="http://mirror.example.org/debian/", authorized_keys_file=file
    )
    assert settings.authorized_keys == (KEY,)
    assert settings.mirror == "http://mirror.example.org/debian"
    assert settings.security_mirror == "http://mirror.example.org/debian-security"


def test_a_missing_key_file_is_named(tmp_path):
    with pytest.raises(SettingError, match="nowhere"):
        from_host(
            tmp_path,
            mirror="http://mirror.example.org/debian",
            authorized_keys_file=tmp_path / "nowhere",
        )
