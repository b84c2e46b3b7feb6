import pytest

from ocinstaller.images import BuildSettings


@pytest.fixture
def settings(tmp_path):
    """Settings of a build that would work."""
    return BuildSettings(
        output=tmp_path / "images",
        mirror="http://mirror.example.org/debian",
        security_mirror="http://mirror.example.org/debian-security",
    )
