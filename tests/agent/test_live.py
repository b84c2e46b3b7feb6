"""The live agent as a process: reports, installs, survives, stops.

It runs in a mount namespace where the command line, /run and `systemctl` are the test's.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.plan import InstallPlan, LogBatch

from .conftest import StartServer
from .install.world import Image, LoopDisk, make_plan, with_disk
from .server import Answer, Authority, Request, Server

pytestmark = pytest.mark.root

MOST_RSS_KIB = 60 * 1024

SCRIPT = """
set -e
mount -t tmpfs none /run
if [ -n "$CONTAINER" ]; then
    mkdir -p /run/systemd
    echo systemd-nspawn > /run/systemd/container
    mount --bind "$COMMAND_LINE" /proc/1/cmdline
else
    mount --bind "$COMMAND_LINE" /proc/cmdline
fi
mount --bind "$SYSTEMCTL" /usr/bin/systemctl
exec "$PYTHON" -m ocinstaller.agent
"""


class NodeInterface:
    """The server's node interface, small enough for these tests."""

    def __init__(self) -> None:
        self.directives: list[str] = []
        self.plan: InstallPlan | None = None
        self.log: list[str] = []
        self.statuses: list[int] = []

    def __call__(self, request: Request) -> Answer:
        if self.statuses and (status := self.statuses.pop(0)) != 200:
            return Answer.of({"title": "trouble"}, status)
        if request.path == "/node/v1/report":
            HardwareReport.model_validate_json(request.body)
            kind = self.directives.pop(0) if self.directives else "wait"
            return Answer.of({"kind": kind, "interval_s": 0.2})
        if request.path.startswith("/node/v1/plan"):
            return Answer(200, self.plan.model_dump_json().encode()) if self.plan else Answer(404)
        if request.path == "/node/v1/log":
            return self._store(LogBatch.model_validate_json(request.body))
        return Answer(204)

    def _store(self, batch: LogBatch) -> Answer:
        if batch.lines[0].seq > len(self.log):
            return Answer.of({"next_seq": len(self.log)}, 409)
        self.log += [f"{line.step}: {line.text}" for line in batch.lines]
        return Answer(204)


class Agent:
    """Starts the agent on a machine or container of the test's making."""

    def __init__(self, directory: Path, authority: Authority, ca_url: str) -> None:
        self.directory = directory
        self.restarts = directory / "restarts"
        self._systemctl = directory / "systemctl"
        real = directory / "systemctl.real"
        shutil.copy("/usr/bin/systemctl", real)
        self._systemctl.write_text(
            f'#!/bin/sh\ncase "$1" in reboot) echo "$@" >> {self.restarts};; '
            f'*) exec {real} "$@";; esac\n'
        )
        self._systemctl.chmod(0o755)
        self.fingerprint = authority.fingerprint
        self._ca_url = ca_url
        self._processes: list[subprocess.Popen[str]] = []

    def start(self, server: Server, *, container: bool, disks: str) -> subprocess.Popen[str]:
        parameters = [f"oci.ca={self.fingerprint}", f"oci.ca_url={self._ca_url}"]
        parameters += [f"oci.url={server.url}", f"oci.disks={disks}"]
        if container:
            parameters.append("oci.serial=TEST-1")
        command_line = self.directory / "cmdline"
        command_line.write_text(("\0" if container else " ").join(["init", *parameters, ""]))
        environment = {
            **os.environ,
            "COMMAND_LINE": str(command_line),
            "SYSTEMCTL": str(self._systemctl),
            "PYTHON": sys.executable,
            "CONTAINER": "yes" if container else "",
        }
        process = subprocess.Popen(
            ["unshare", "--mount", "--propagation=private", "sh", "-c", SCRIPT],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._processes.append(process)
        return process

    def end(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=60)


@pytest.fixture
def node() -> NodeInterface:
    return NodeInterface()


@pytest.fixture
def server(start_server: StartServer, node: NodeInterface) -> Server:
    return start_server(node)


@pytest.fixture
def agent(tmp_path: Path, authority: Authority, start_server: StartServer) -> Iterator[Agent]:
    ca = start_server(lambda request: Answer(200, authority.pem), tls=False)
    made = Agent(tmp_path, authority, f"{ca.url}/ca.pem")
    try:
        yield made
    finally:
        made.end()


def stop(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


def test_it_reports_again_and_again_with_one_key_and_stops_when_asked(
    agent: Agent, server: Server
) -> None:
    process = agent.start(server, container=False, disks="none")

    reports = server.wait_for(3, "/node/v1/report")
    status, said = stop(process)

    assert status == 0
    assert len({request.headers["Authorization"] for request in reports}) == 1
    key = reports[0].headers["Authorization"].removeprefix("Bearer ")
    assert len(key) == 43
    assert key not in said


def test_it_needs_little_memory(agent: Agent, server: Server) -> None:
    process = agent.start(server, container=False, disks="none")

    server.wait_for(5, "/node/v1/report")
    status = Path(f"/proc/{process.pid}/status").read_text()

    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    assert int(peak) < MOST_RSS_KIB


@pytest.mark.parametrize("status", [403, 422, 500])
def test_trouble_is_logged_and_the_next_report_follows(
    agent: Agent, server: Server, node: NodeInterface, status: int
) -> None:
    node.statuses = [status]
    process = agent.start(server, container=False, disks="none")

    server.wait_for(2, "/node/v1/report")
    _, said = stop(process)

    assert f"the server refused with status {status}: trouble; trying again in 1 s" in said


def test_a_server_with_another_ca_gets_nothing(
    agent: Agent, start_server: StartServer, server: Server, tmp_path: Path
) -> None:
    agent.fingerprint = "0" * 64
    process = agent.start(server, container=False, disks="none")
    assert process.stderr is not None

    line = next(line for line in process.stderr if "trying again" in line)

    assert f"but oci.ca is {'0' * 64}" in line
    assert server.requests == []


def test_a_reboot_is_carried_out(agent: Agent, server: Server, node: NodeInterface) -> None:
    node.directives = ["reboot"]
    process = agent.start(server, container=False, disks="none")

    server.wait_for(2, "/node/v1/report")
    stop(process)

    assert agent.restarts.read_text() == "reboot\n"


MakeDisk = Callable[..., LoopDisk]


def _events(server: Server) -> list[object]:
    return [
        request.json()["event"] for request in server.requests if request.path == "/node/v1/event"
    ]


def test_an_installation_from_report_to_restart(
    agent: Agent, server: Server, node: NodeInterface, make_disk: MakeDisk, image: Image
) -> None:
    disk = make_disk()
    node.plan = make_plan(disk.name, image.reference)
    node.directives = ["install"]
    process = agent.start(server, container=True, disks=disk.name)

    reports = server.wait_for(2, "/node/v1/report", timeout_s=120)
    stop(process)

    first = HardwareReport.model_validate_json(reports[0].body)
    assert first.serial == "TEST-1"
    assert [found.name for found in first.block_devices] == [disk.name]
    assert _events(server) == ["install-started", "installed"]
    assert agent.restarts.read_text() == "reboot\n"
    assert node.log[0] == "check: begins"
    assert node.log[-1] == "finish: the system is complete"
    sent = b"".join(request.body for request in server.requests)
    key = reports[0].headers["Authorization"].removeprefix("Bearer ")
    assert key.encode() not in sent


def test_a_failed_installation_is_reported_and_may_be_repeated(
    agent: Agent, server: Server, node: NodeInterface, make_disk: MakeDisk, image: Image
) -> None:
    disk = make_disk()
    good = make_plan(disk.name, image.reference)
    node.plan = with_disk(good, minimum_bytes=10**12)
    node.directives = ["install"]
    process = agent.start(server, container=True, disks=disk.name)
    server.wait_for(2, "/node/v1/report", timeout_s=60)
    assert _events(server) == ["install-started", "install-failed"]
    failed = server.wait_for(2, "/node/v1/event")[1].json()
    assert "at least 1000000000000 are needed" in str(failed["reason"])
    assert not agent.restarts.exists()

    node.plan = good
    node.directives = ["install"]
    server.wait_for(4, "/node/v1/event", timeout_s=120)
    stop(process)

    assert _events(server)[2:] == ["install-started", "installed"]
