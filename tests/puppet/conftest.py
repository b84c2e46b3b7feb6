"""What the tests of the commands share: a server, a configuration, a way to run a command."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.puppet import authority

SOURCE = Path(__file__).parents[2] / "src"

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[authority.Server]:
    running = authority.start(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def client_conf(tmp_path: Path, server: authority.Server) -> Path:
    token = tmp_path / "token"
    token.write_text(f"{authority.TOKEN}\n")
    conf = tmp_path / "puppet-client.conf"
    conf.write_text(
        f"[oci]\nurl = {server.url}\nca_file = {server.ca_file}\ntoken_file = {token}\n"
        f"cache_dir = {tmp_path / 'cache'}\n"
    )
    return conf


@pytest.fixture
def run(client_conf: Path) -> Run:
    """Run a module of ocinstaller.puppet as puppetserver does: a process of its own."""

    def command(module: str, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SOURCE),
            "OCI_PUPPET_CLIENT_CONF": str(client_conf),
        }
        return subprocess.run(
            [sys.executable, "-S", "-m", f"ocinstaller.puppet.{module}", *arguments],
            input=stdin,
            check=False,
            capture_output=True,
            env=environment,
            timeout=60,
        )

    return command
