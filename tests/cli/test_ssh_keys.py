"""`oci-ssh-keys`: the server's key pair and the list of root's keys."""

import stat
import subprocess
from pathlib import Path

import pytest

from ocinstaller.cli import ssh_keys
from tests.support import write_config

OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqg2wQb1v0x0000000000000000000000000000 alice"
OPTIONED = f'from="192.0.2.0/24" {OTHER.replace("Jqg2", "Jqg3")}'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = write_config(tmp_path)
    text = file.read_text().replace(
        "[server]", f"[server]\nssh_key = {tmp_path / 'etc/id_ed25519'}"
    )
    file.write_text(text)
    (tmp_path / "root_keys").write_text(f"# of root\n\n{OTHER}\n{OPTIONED}\n")
    return file


def run(config: Path) -> int:
    return ssh_keys.main(["--config", str(config), "--keys-of", str(config.parent / "root_keys")])


def test_a_pair_is_made_and_roots_keys_are_taken_over(config: Path) -> None:
    assert run(config) == 0
    private = config.parent / "etc/id_ed25519"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    shown = subprocess.run(
        ["ssh-keygen", "-y", "-f", private], capture_output=True, text=True, check=True, timeout=30
    )
    public = private.with_name("id_ed25519.pub").read_text()
    assert public.split()[:2] == shown.stdout.split()[:2]
    listed = (config.parent / "authorized_keys").read_text().splitlines()
    assert listed == [OTHER, OPTIONED, public.strip()]


def test_again_it_keeps_the_pair_and_what_was_edited(config: Path) -> None:
    run(config)
    private, listed = config.parent / "etc/id_ed25519", config.parent / "authorized_keys"
    kept = private.read_bytes()
    own = listed.read_text().splitlines()[-1]
    listed.write_text(f"# edited\nno-pty {own}\n")
    assert run(config) == 0
    assert (private.read_bytes(), listed.read_text()) == (kept, f"# edited\nno-pty {own}\n")
    listed.write_text("# nobody\n")
    assert run(config) == 0
    assert listed.read_text() == f"# nobody\n{own}\n"


def test_what_is_no_key_is_a_message(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    private = config.parent / "etc/id_ed25519"
    private.parent.mkdir()
    private.write_text("garbage")
    assert run(config) == 1
    assert capsys.readouterr().err.startswith("oci-ssh-keys: ")
    assert not (config.parent / "authorized_keys").exists()
