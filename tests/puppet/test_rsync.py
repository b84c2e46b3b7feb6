"""What the stores' rsync daemon makes of what another store sends it: a real daemon and client."""

import os
import re
import stat
import subprocess
import time
from pathlib import Path

from tests.cli.conftest import free_port

ROOT = Path(__file__).parent.parent.parent
TEMPLATE = ROOT / "puppet/ocinstaller/templates/swift/rsyncd.conf.epp"


def test_what_is_replicated_can_be_entered_and_read(tmp_path: Path) -> None:
    stored, port = tmp_path / "node", free_port()
    stored.mkdir()
    (line,) = re.findall(r"^incoming chmod = .*$", TEMPLATE.read_text(), re.M)
    config = tmp_path / "rsyncd.conf"
    config.write_text(
        f"uid = {os.geteuid()}\ngid = {os.getegid()}\nuse chroot = no\naddress = 127.0.0.1\nport = {port}\n"
        f"[object]\npath = {stored}\nread only = false\n{line}\n"
    )
    sent = tmp_path / "suffix"
    (sent / "hash").mkdir(parents=True, mode=0o700)
    (sent / "hash/1.data").write_text("content")
    (sent / "hash/1.data").chmod(0o600)
    daemon = subprocess.Popen(["rsync", "--daemon", "--no-detach", f"--config={config}"])
    try:
        send(sent, port)
    finally:
        daemon.terminate()
        daemon.wait(10)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in stored.rglob("*")}
    assert modes == {"suffix": 0o755, "hash": 0o755, "1.data": 0o644}


def send(directory: Path, port: int) -> None:
    """Copy a directory as Swift's replicators do, as soon as the daemon listens."""
    deadline = time.monotonic() + 20
    argv = ["rsync", "--recursive", str(directory), f"rsync://127.0.0.1:{port}/object"]
    while subprocess.run(argv, timeout=20, capture_output=True, check=False).returncode != 0:
        assert time.monotonic() < deadline, "the daemon did not take it"
        time.sleep(0.1)
