"""`ocicli` as an operator uses it: a process against a server process, over TLS."""

import json
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from ocinstaller.cli.table import COMMANDS
from tests.cli.conftest import ServerProcess

DEFINITIONS = (
    ("swift-region-create", "r1"),
    ("location-create", "z1", "r1"),
    ("network-create", "int", "10.1.0.0", "24", "z1", "no"),
    ("network-create", "pub", "10.2.0.0", "24", "z1", "yes"),
    ("cluster-create", "cl1", "example.com"),
    ("network-add", "int", "cl1", "all", "eth0", "none"),
    ("network-add", "pub", "cl1", "controller", "eth1", "none"),
)


def test_a_cluster_is_defined_and_taken_apart_again(server: ServerProcess) -> None:
    for command in DEFINITIONS:
        done = server.ocicli(*command)
        assert done.returncode == 0, done.stderr
    shown = server.ocicli("cluster-show", "cl1", "-f", "json")
    assert json.loads(shown.stdout)["vip_address"] == "10.2.0.2"
    assert "not highly available" in shown.stderr
    listed = json.loads(server.ocicli("network-list", "-f", "json").stdout)
    assert [(row["name"], row["role"]) for row in listed] == [("int", "all"), ("pub", "controller")]
    for command, shown in (
        (("swift-region-set", "r1", "--name", "north"), {"name": "north"}),
        (("location-set", "z1", "--name", "hall"), {"name": "hall", "swift_region": "north"}),
        (("swift-region-show", "north"), {"name": "north", "locations": "hall"}),
        (("location-show", "hall"), {
            "name": "hall", "swift_region": "north", "networks": "int, pub",
        }),
        (("swift-region-set", "north", "--name", "r1"), {"name": "r1"}),
        (("location-set", "hall", "--name", "z1"), {"name": "z1", "swift_region": "r1"}),
    ):  # fmt: skip
        assert json.loads(server.ocicli(*command, "-f", "json").stdout) == shown
    server.ocicli("address-reservation-create", "int", "10.1.0.9")
    moved = ("address-reservation-set", "int", "10.1.0.9", "--first-ip", "10.1.0.8")
    assert json.loads(server.ocicli(*moved, "-f", "json").stdout)["last_ip"] == "10.1.0.9"
    nothing = server.ocicli("location-set", "z1")
    assert (nothing.returncode, "nothing to set" in nothing.stderr) == (2, True)
    for command in (
        ("network-remove", "pub"), ("network-remove", "int"), ("cluster-delete", "cl1"),
        ("network-delete", "pub"), ("network-delete", "int"), ("location-delete", "z1"),
        ("swift-region-delete", "r1"),
    ):  # fmt: skip
        done = server.ocicli(*command)
        assert done.returncode == 0, done.stderr
    assert server.ocicli("swift-region-list", "-f", "csv", "--quote", "none").stdout == "name\n"


def test_a_role_of_the_site_comes_and_goes(server: ServerProcess) -> None:
    made = server.ocicli("role-create", "webfarm", "--purpose", "web servers", "-f", "json")
    assert json.loads(made.stdout) == {"name": "webfarm", "purpose": "web servers", "site": True}
    listed = server.ocicli("role-list", "-f", "value", "-c", "name").stdout.split()
    assert listed[0] == "controller" and listed[-1] == "webfarm"
    changed = server.ocicli("role-set", "webfarm", "--purpose", "shops", "-f", "json")
    assert json.loads(changed.stdout)["purpose"] == "shops"
    assert json.loads(server.ocicli("role-show", "webfarm", "-f", "json").stdout)["site"] is True
    assert server.ocicli("role-delete", "controller").returncode == 1
    assert server.ocicli("role-delete", "webfarm").returncode == 0
    assert "webfarm" not in server.ocicli("role-list").stdout


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (("cluster-show", "nope"), {}, 1, "no cluster named 'nope'; there are: none"),
        (("cluster-show", "b c?%2f"), {}, 1, "no cluster named 'b c?%2f'"),
        (("machine-install-os", "nope"), {}, 1, "machine-list"),
        (("network-create", "n", "x", "24", "z", "no"), {}, 1, "ip: 'x' is not allowed"),
        (("network-create", "n", "10.0.0.0", "24", "z", "maybe"), {}, 2, "choose from"),
        (("machine-add",), {}, 2, "required"),
        (("fly",), {}, 2, "fly"),
        (("machine-list",), {"OCI_PASS": "wrong"}, 1, "login or password are wrong"),
        (("machine-list",), {"OCI_PASS": ""}, 3, "set OCI_PASS"),
        (("machine-list",), {"OCI_API_URL": "https://localhost:1"}, 3, "refused"),
        (("machine-list",), {"OCI_API_URL": "http://localhost"}, 3, "https://"),
        (("machine-list",), {"OCI_CACERT": "/etc/hostname"}, 3, "OCI_CACERT"),
        (("machine-list",), {"OCI_CACERT": ""}, 3, "certificate verify failed"),
    ],
)
def test_refusals_are_one_line_and_an_exit_code(
    untouched_server: ServerProcess,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    code: int,
    said: str,
) -> None:
    done = untouched_server.ocicli(*arguments, **environment)
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert code == 2 or len(done.stderr.splitlines()) == 1


def test_listing_is_cheap(untouched_server: ServerProcess) -> None:
    """Processor time: the wall time that `bench/start` measures depends on the machine's load."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(5):
        assert untouched_server.ocicli("machine-list").returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 5
    assert spent < 0.3


def processor_time_of_libraries() -> float:
    """Return what it takes to load the server's libraries alone, in seconds on this machine now."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = "import alembic.context, fastapi, sqlalchemy.orm, uvicorn"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_the_server_starts_cheaply_and_stops_gracefully(server: ServerProcess) -> None:
    taken, libraries = server.processor_time(), processor_time_of_libraries()
    assert taken < 8 * libraries, f"{taken:.2f} s, {libraries:.2f} s of them for libraries"
    assert server.stop() == 0
    assert "server stopped" in server.log.read_text()
    server.start()
    server.kill()
    server.start()


def test_no_password_is_logged(server: ServerProcess) -> None:
    server.ocicli("machine-list", OCI_PASS="s3cret-guess")
    server.ocicli("cluster-create", "cl1", "example.com")
    assert "s3cret-guess" not in server.log.read_text()


def test_completion_knows_every_command(untouched_server: ServerProcess) -> None:
    script = untouched_server.ocicli("complete").stdout
    for entry in COMMANDS:
        assert entry.name in script


def test_the_readme_names_commands_that_exist() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    named = set(re.findall(r"ocicli ([a-z]+(?:-[a-z]+)+)", readme))
    assert named <= {entry.name for entry in COMMANDS}
    assert {"machine-list", "machine-install-log"} <= named
