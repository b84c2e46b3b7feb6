"""Root's password in the new system."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ocinstaller.agent.errors import InstallError
from ocinstaller.agent.install.shadow import set_root_password

SHADOW = "root:*:20000:0:99999:7:::\ndaemon:*:20000:0:99999:7:::\n"


def context_of(target: Path, password_hash: str) -> Any:
    plan = SimpleNamespace(root_password_hash=password_hash)
    return SimpleNamespace(target=target, plan=plan, log=lambda *_: None)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/shadow").write_text(SHADOW)
    (tmp_path / "etc/shadow").chmod(0o640)
    return tmp_path


def test_only_roots_entry_gets_the_hash(target: Path) -> None:
    before = (target / "etc/shadow").stat()
    for _ in range(2):
        set_root_password(context_of(target, "$2b$05$hash"))
        assert (target / "etc/shadow").read_text() == SHADOW.replace("root:*", "root:$2b$05$hash")
    after = (target / "etc/shadow").stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode, before.st_uid, before.st_gid,
    )  # fmt: skip


def test_without_a_hash_nothing_changes(target: Path) -> None:
    set_root_password(context_of(target, ""))
    assert (target / "etc/shadow").read_text() == SHADOW


def test_an_image_without_root_is_refused(target: Path) -> None:
    (target / "etc/shadow").write_text("daemon:*:20000:0:99999:7:::\n")
    with pytest.raises(InstallError, match="root"):
        set_root_password(context_of(target, "$2b$05$hash"))
