"""Plug-ins of a real server: none of their calls is lost when it is killed."""

import json
import os
import signal
import time
from pathlib import Path

from tests.cli.conftest import ServerProcess
from tests.cli.test_ocicli import DEFINITIONS
from tests.cli.test_power_cuts import post
from tests.support import report


def configure(server: ServerProcess, program: Path) -> None:
    """Let the server have a DNS plug-in that is repeated at once."""
    text = server.config.read_text()
    server.config.write_text(
        f"{text}\n[dns_plugin]\ncall_dns_shell_script = yes\n"
        f"dns_create_script_path = {program}\ndns_delete_script_path = {program}\n"
        "[plugins]\ntimeout_s = 2\nretry_first_s = 1\nretry_most_s = 1\n"
    )
    assert server.stop() == 0
    server.start()


def calls(server: ServerProcess) -> list[dict[str, object]]:
    listed = server.ocicli("machine-plugins", "SERIAL0001", "-f", "json")
    assert listed.returncode == 0, listed.stderr
    return list(json.loads(listed.stdout))


def test_a_call_survives_sigkill_and_commands_tell_of_failures(
    server: ServerProcess, tmp_path: Path
) -> None:
    program, begun, broken = tmp_path / "dns", tmp_path / "begun", tmp_path / "broken"
    program.write_text(
        "#!/bin/sh\n"
        f"test ! -e {broken} || {{ echo no such zone; exit 5; }}\n"
        f"test ! -e {begun} || exit 0\n"
        f"echo $$ > {begun}.new; mv {begun}.new {begun}; exec sleep 1000\n"
    )
    program.chmod(0o755)
    configure(server, program)
    for command in DEFINITIONS:
        assert server.ocicli(*command).returncode == 0
    assert post(server, "/node/v1/report", report(1).model_dump_json(), "key") == 200
    assert server.ocicli("machine-add", "SERIAL0001", "cl1", "custom", "z1").returncode == 0
    end = time.monotonic() + 60
    while not begun.exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    server.kill()
    os.kill(int(begun.read_text()), signal.SIGKILL)
    server.start()
    while calls(server)[0]["state"] != "done":
        assert time.monotonic() < end, calls(server)
        time.sleep(0.2)
    assert int(str(calls(server)[0]["attempts"])) >= 2

    broken.touch()
    failed = server.ocicli("machine-out-of-dns", "-d", "SERIAL0001", "-f", "json")
    assert failed.returncode == 1 and "exit status 5" in failed.stderr
    assert json.loads(failed.stdout)["output"] == "no such zone"
    broken.unlink()
    done = server.ocicli("machine-to-dns", "SERIAL0001", "-f", "json")
    assert done.returncode == 0, done.stderr
    assert "--hostname cl1-custom-1.example.com" in json.loads(done.stdout)["command"]
    assert server.ocicli("machine-retry-plugins", "SERIAL0001").returncode == 1
