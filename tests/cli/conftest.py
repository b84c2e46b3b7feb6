"""A real server process, and `ocicli` as a process too."""

import base64
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import PASSWORD
from tests.support import write_config

BIN = Path(sys.executable).parent


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class ServerProcess:
    """An `oci-server` on ports of its own that can be killed and started again."""

    def __init__(self, directory: Path) -> None:
        self.https_port, self.http_port = free_port(), free_port()
        self.config = write_config(directory)
        text = self.config.read_text().replace(
            "[server]",
            f"[server]\nlisten_address = 127.0.0.1\n"
            f"https_port = {self.https_port}\nhttp_port = {self.http_port}",
        )
        self.config.write_text(text)
        self.log = directory / "server.log"
        self.ca = directory / "state/ssl/ca/oci-pki-root-ca.pem"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [BIN / "oci-server", "--config", self.config], stderr=log
            )
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() - begun < 60

    def processor_time(self) -> float:
        """Return the seconds of processor time that it has taken (proc(5), utime and stime)."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.http_port), 1):
                return True
        except OSError:
            time.sleep(0.01)
            return False

    def kill(self) -> None:
        """Take its power away."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(30)

    def login(self) -> dict[str, str]:
        """Return the header of the administrator's requests."""
        pair = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def ocicli(
        self, *arguments: str, input: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `ocicli` against it."""
        return subprocess.run(
            [BIN / "ocicli", *arguments], input=input,
            capture_output=True, text=True, timeout=60, check=False,
            env=os.environ | {
                "OCI_API_URL": f"https://localhost:{self.https_port}",
                "OCI_LOGIN": "admin", "OCI_PASS": PASSWORD, "OCI_CACERT": str(self.ca),
            } | environment,
        )  # fmt: skip


@pytest.fixture
def server(tmp_path: Path, fresh_installation: Path) -> Iterator[ServerProcess]:
    """Run a server on a fresh installation."""
    yield from _running(tmp_path, fresh_installation)


@pytest.fixture(scope="session")
def untouched_server(
    tmp_path_factory: pytest.TempPathFactory, fresh_installation: Path
) -> Iterator[ServerProcess]:
    """Run a server for all tests that change nothing on it."""
    yield from _running(tmp_path_factory.mktemp("untouched"), fresh_installation)


def _running(directory: Path, fresh_installation: Path) -> Iterator[ServerProcess]:
    shutil.copytree(fresh_installation, directory, symlinks=True, dirs_exist_ok=True)
    process = ServerProcess(directory)
    process.start()
    try:
        yield process
    finally:
        process.stop()
