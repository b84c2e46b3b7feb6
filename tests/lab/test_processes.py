"""Processes are known by identity and ended by identity."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ocinstaller.lab import processes
from ocinstaller.lab.processes import MARKER, Processes, identify

SLEEP = [sys.executable, "-c", "import time; print(flush=True); time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    " print('ready', flush=True); time.sleep(600)",
]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time;"
    " child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    " print(child.pid, flush=True); time.sleep(600)",
]

LISTENING = [
    sys.executable,
    "-c",
    "import socket, threading, time;"
    " server = socket.create_server(('127.0.0.1', 0));"
    " [threading.Thread(target=time.sleep, args=(600,)).start() for _ in range(100)];"
    " print(server.getsockname()[1], flush=True); time.sleep(600)",
]


@pytest.fixture
def started(lab):
    found = Processes(lab)
    yield found
    found.stop_all(grace_s=1)


def wait_for_text(path: Path, timeout_s: float = 20) -> str:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if path.exists() and path.read_text().endswith("\n"):
            return path.read_text()
        time.sleep(0.02)
    raise AssertionError(f"nothing was written to {path}")


def test_started_process_is_found_by_another_instance(lab, started):
    identity = started.start("one", SLEEP)
    assert Processes(lab).find("one") == identity
    assert Processes(lab).running() == {"one": identity}


def test_stop_ends_it(started):
    identity = started.start("one", SLEEP)
    started.stop("one")
    assert not identity.alive
    assert started.find("one") is None


def test_stop_forces_a_process_that_ignores_the_request(started):
    identity = started.start("deaf", STUBBORN)
    wait_for_text(started.log_file("deaf"))
    started.stop("deaf", grace_s=0.2)
    assert not identity.alive


def test_kill_is_immediate_and_find_notices(started):
    identity = started.start("one", STUBBORN)
    started.kill("one")
    assert not identity.alive
    assert started.find("one") is None


def test_a_killed_process_has_let_go_of_its_sockets(started):
    for _ in range(10):
        started.log_file("server").unlink(missing_ok=True)
        started.start("server", LISTENING)
        port = int(wait_for_text(started.log_file("server")))
        started.kill("server")
        socket.create_server(("127.0.0.1", port)).close()


def test_number_given_to_another_process_is_not_touched(started):
    other = subprocess.Popen(SLEEP)
    try:
        stale = replace(identify(other.pid), started=1)
        assert not processes.send(stale, signal.SIGKILL)
        processes.end([stale], grace_s=0.1)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_record_of_an_earlier_boot_is_not_running(lab, started):
    identity = started.start("one", SLEEP)
    record = lab.run_directory / "processes" / "one.json"
    content = json.loads(record.read_text()) | {"boot": "another"}
    record.write_text(json.dumps(content))
    assert started.find("one") is None
    assert identity.alive


def unrecorded(marker: str) -> subprocess.Popen[bytes]:
    """A process that carries a marker; its environment shows only once it runs."""
    process = subprocess.Popen(SLEEP, stdout=subprocess.PIPE, env={**os.environ, MARKER: marker})
    assert process.stdout is not None
    with process.stdout as output:
        output.readline()
    return process


def test_stop_all_finds_children_and_lost_records(lab, started):
    parent = started.start("parent", PARENT)
    child = identify(int(wait_for_text(started.log_file("parent"))))
    lost = unrecorded(lab.marker)
    (lab.run_directory / "processes" / "parent.json").unlink()
    started.stop_all(grace_s=5)
    assert not parent.alive
    assert not child.alive
    assert lost.wait(timeout=10) == -signal.SIGTERM


def test_stop_all_leaves_processes_of_other_labs(lab, started):
    other = unrecorded(f"{lab.marker}-2")
    try:
        started.stop_all(grace_s=0.1)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
