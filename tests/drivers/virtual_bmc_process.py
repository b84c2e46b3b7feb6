"""The virtual BMC as tests use it."""

import socket
import subprocess
import sys
from pathlib import Path

from ocinstaller.model.bmc import BmcAccess

USER, PASSWORD = "oci", "correct-horse"


class BmcProcess:
    """The BMC's process; what happens to its machine is read line by line."""

    def __init__(self, directory: Path) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        self.access = BmcAccess("127.0.0.1", port, USER, PASSWORD)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.drivers.virtual_bmc", str(port), USER, PASSWORD, directory],
            stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert self.next() == "ready"

    def next(self) -> str:
        """Wait for the next thing that happens."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)
