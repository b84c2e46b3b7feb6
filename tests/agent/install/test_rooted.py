"""Paths of the new system never lead out of it."""

from pathlib import Path

import pytest

from ocinstaller.agent.errors import InstallError
from ocinstaller.agent.install.rooted import inside, parse_numbers


def test_links_are_followed_inside(tmp_path: Path) -> None:
    (tmp_path / "usr/lib").mkdir(parents=True)
    (tmp_path / "lib").symlink_to("usr/lib")
    (tmp_path / "absolute").symlink_to("/usr/lib")
    (tmp_path / "escape").symlink_to("../../../usr")
    (tmp_path / "usr/up").symlink_to("../lib")

    for path in ("/lib/x", "/absolute/x", "/escape/lib/x", "/usr/up/x", "/usr/lib/x"):
        assert inside(tmp_path, path) == tmp_path / "usr/lib/x"


def test_the_last_part_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/resolv.conf").symlink_to("/run/resolv.conf")

    assert inside(tmp_path, "/etc/resolv.conf") == tmp_path / "etc/resolv.conf"


@pytest.mark.parametrize("path", ["relative", "/", "", "/a/../b", "/.."])
def test_other_paths_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(InstallError, match="must be absolute"):
        inside(tmp_path, path)


def test_circles_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")

    with pytest.raises(InstallError, match="ELOOP"):
        inside(tmp_path, "/a/x")


def test_numbers_of_accounts() -> None:
    text = "root:x:0:0:root:/root:/bin/sh\nbroken\nodd:x:abc:\nssl-cert:x:101:\n"

    assert parse_numbers(text) == {"root": 0, "ssl-cert": 101}
