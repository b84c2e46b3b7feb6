"""Plans, explanations and cluster files as an operator uses them."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import ServerProcess

FILE = """\
# Ours.
swift_regions: [r1]
locations:
  z1: {swift_region: r1}
cluster:
  name: cl1
  domain: example.com
networks:
  int: {ip: 10.1.0.0, cidr: 24, location: z1, is_public: no, role: all, iface1: eth0}
  pub: {ip: 10.2.0.0, cidr: 24, location: z1, is_public: yes, role: controller, iface1: eth1}
machines:
"""


def test_a_cluster_lives_in_a_file(server: ServerProcess, tmp_path: Path) -> None:
    file = tmp_path / "cl1.yaml"
    file.write_text(FILE)
    planned = server.ocicli("cluster-plan", str(file), "-f", "json")
    assert planned.returncode == 2, planned.stderr
    rows = json.loads(planned.stdout)
    assert {
        "section": "network",
        "subject": "int",
        "item": "cidr",
        "before": None,
        "after": 24,
    } in rows
    assert server.ocicli("cluster-list", "-f", "value").stdout.strip() == ""

    applied = server.ocicli("cluster-apply", str(file), "-f", "json")
    assert (applied.returncode, json.loads(applied.stdout)) == (0, rows), applied.stderr
    for command in ("cluster-apply", "cluster-plan"):
        again = server.ocicli(command, str(file), "-f", "json")
        assert (again.returncode, json.loads(again.stdout)) == (0, [])
        assert again.stderr.strip() == "nothing to change"

    exported = server.ocicli("cluster-export", "cl1")
    file.write_text(exported.stdout)
    assert server.ocicli("cluster-plan", str(file)).returncode == 0

    openrc = server.ocicli("cluster-openrc", "cl1").stdout.splitlines()
    assert "export OS_AUTH_URL=https://cl1-api.example.com/identity/v3" in openrc
    assert any(re.fullmatch(r"export OS_PASSWORD='?[\w-]{20,}'?", line) for line in openrc)

    explained = server.ocicli("cluster-explain", "cl1", "-f", "json")
    subjects = {row["subject"]: row for row in json.loads(explained.stdout)}
    assert subjects["API address"]["choice"] == "10.2.0.2 on eth1"
    assert subjects["Ceph"]["because"][0] == {"name": "cephosd", "value": 0}
    assert "because" not in server.ocicli("cluster-explain", "cl1").stdout

    change = ("cluster-plan", "cl1", "--add-machine", "controller:3", "--set", "install_heat=no")
    short = server.ocicli(*change)
    assert short.returncode == 2 and "machine 3, address 3" in short.stderr
    for said in ("cl1-controller-[1-3].example.com", "10.1.0.4/24", "install_heat"):
        assert said in short.stdout, short.stdout
    assert "(secret)" not in short.stdout
    done = server.ocicli(*change, "--full")
    assert done.returncode == 2, done.stderr
    for said in ("cl1-controller-3.example.com", "10.1.0.4/24", "(secret)", "install_heat"):
        assert said in done.stdout
    assert "heat-engine" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("cluster-plan", "/nonexistent.yaml"), 1, "No such file"),
        (("cluster-plan", "cl9", "--add-machine", "compute"), 1, "no cluster named 'cl9'"),
        (("cluster-plan", "cl9", "--add-machine", "compute:x"), 2, "ROLE[:COUNT[:LOCATION]]"),
        (("cluster-plan", "cl9", "--set", "x"), 2, "NAME=VALUE"),
        (("cluster-apply", "/etc/hostname"), 1, "/etc/hostname:1"),
        (("cluster-export", "cl9"), 1, "no cluster named 'cl9'"),
        (("machine-explain", "nope"), 1, "no machine named 'nope'"),
    ],
)
def test_refusals(
    untouched_server: ServerProcess, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = untouched_server.ocicli(*arguments)
    assert done.returncode == code, done.stdout
    assert said in done.stderr
    assert "Traceback" not in done.stderr
