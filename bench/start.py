"""How long the commands take that must be fast: `python bench/start.py`.

Starts a server on an empty installation and prints the wall time of its start, of
`ocicli machine-list` and of the node classifier, each as a multiple of starting Python itself.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

BIN = Path(sys.executable).parent
RUNS = 10
PASSWORD = "bench password"  # noqa: S105 - of a server that lives for seconds


def timed(work: Callable[[], None]) -> float:
    """Return the seconds that `work` takes."""
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Bench:
    """A server in a temporary directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.https, self.http = free_port(), free_port()
        self.config = directory / "oci.conf"
        self.config.write_text(
            "[network]\nOCI_IP = 127.0.0.1\nTRUSTED_NETWORKS = 127.0.0.0/8\n"
            f"[server]\nstate_dir = {directory / 'state'}\nlisten_address = 127.0.0.1\n"
            f"https_port = {self.https}\nhttp_port = {self.http}\n"
        )
        self.ca = directory / "state/ssl/ca/oci-pki-root-ca.pem"
        self.environment = os.environ | {
            "OCI_API_URL": f"https://localhost:{self.https}",
            "OCI_LOGIN": "admin",
            "OCI_PASS": PASSWORD,
            "OCI_CACERT": str(self.ca),
            "OCI_PUPPET_CLIENT_CONF": str(directory / "client.conf"),
        }

    def admin(self, *command: str) -> None:
        """Run one of the administrator's commands."""
        program, *arguments = command
        subprocess.run(
            [BIN / program, "--config", self.config, *arguments],
            check=True, timeout=60, input=PASSWORD + "\n", text=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server and wait until it accepts connections."""
        process = subprocess.Popen(
            [BIN / "oci-server", "--config", self.config], stderr=subprocess.DEVNULL
        )
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.http), 1).close()
            except OSError:
                time.sleep(0.005)
            else:
                break
        return process

    def run(self, *command: str | Path, expect: int = 0) -> None:
        """Run a command of the operator or the puppetserver."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, timeout=60, check=False
        )
        assert done.returncode == expect, done.stderr.decode()


def client_config(bench: Bench) -> None:
    """Write what the node classifier reads."""
    token = bench.directory / "token"
    bench.admin("oci-service-token", "puppet", str(token))
    (bench.directory / "client.conf").write_text(
        f"[oci]\nurl = https://localhost:{bench.https}\nca_file = {bench.ca}\n"
        f"token_file = {token}\ncache_dir = {bench.directory / 'cache'}\n"
    )


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        bench.admin("oci-userdb", "-a", "admin", "--admin", "--password-stdin")
        client_config(bench)
        starts = []
        for _ in range(3):
            begun = time.monotonic()
            process = bench.start()
            starts.append(time.monotonic() - begun)
            process.terminate()
            process.wait(30)
        process = bench.start()
        try:
            enc = BIN / "oci-puppet-external-node-classifier"
            measured = {
                "python3 -c pass": [
                    timed(lambda: bench.run(sys.executable, "-c", "pass")) for _ in range(RUNS)
                ],
                "oci-server, until it answers": starts,
                "ocicli machine-list": [
                    timed(lambda: bench.run(BIN / "ocicli", "machine-list")) for _ in range(RUNS)
                ],
                "node classifier, unknown host": [
                    timed(lambda: bench.run(enc, "no.example.com", expect=1)) for _ in range(RUNS)
                ],
            }
        finally:
            process.terminate()
            process.wait(30)
    base = statistics.median(measured["python3 -c pass"])
    for label, seconds in measured.items():
        median = statistics.median(seconds)
        print(f"{label:32} {median:7.3f} s  {median / base:6.1f} x")
    print(json.dumps({label: statistics.median(s) for label, s in measured.items()}))


if __name__ == "__main__":
    main()
