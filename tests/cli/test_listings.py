"""Listings of `ocicli`: all pages, and what is wanted only."""

import base64
import json

import pytest

from ocinstaller.cli import client
from tests.cli.conftest import ServerProcess
from tests.conftest import PASSWORD


def test_all_pages_are_followed(server: ServerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    login = client.Login(f"https://localhost:{server.https_port}", f"Basic {pair}", str(server.ca))
    asking = client.Client(login)
    names = [f"region-{number}" for number in range(5)]
    for name in names:
        asking.post("/v1/swift-regions", {"name": name})
    asked = []
    exchange = asking._exchange
    monkeypatch.setattr(client, "_PAGE", 2)
    monkeypatch.setattr(asking, "_exchange", lambda *a: asked.append(a) or exchange(*a))
    assert [row["name"] for row in asking.collect("/v1/swift-regions")] == names
    assert len(asked) == 3
    asking.close()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("--cluster", "nope", "--role", "compute", "--status", "live", "--location", "z"),
            0,
            "[]",
        ),
        (("--filter", "puppet_status=success", "--filter", "hostname="), 0, "[]"),
        (("--filter", "speed=fast"), 1, "speed"),
        (("--filter", "success"), 2, "FIELD=VALUE"),
    ],
)
def test_machine_list_asks_for_what_is_wanted(
    untouched_server: ServerProcess, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = untouched_server.ocicli("machine-list", "-f", "json", *arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr
    assert code or json.loads(done.stdout) == []


@pytest.mark.parametrize(
    ("letters", "headings"),
    [
        ("-h -v", "BIOSver,Lifecycle,IPMIver,system_manufacturer,product_name,memory"),
        ("-sz -o hostname -f cluster_name=cloud", "puppet,lastseen,role,cephosd,cluster,location"),
        ("-a", "secure_boot,nics,blockdevices"),
    ],
)
def test_machine_list_knows_the_originals_letters(
    untouched_server: ServerProcess, letters: str, headings: str
) -> None:
    done = untouched_server.ocicli("machine-list", *letters.split(), "-f", "csv", "--quote", "none")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("serial,hostname,Cur_ip,status,") and headings in done.stdout


def test_a_connection_that_the_server_may_have_ended_is_not_used_again(
    server: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = client.Login(
        f"https://localhost:{server.https_port}", server.login()["Authorization"], str(server.ca)
    )
    asking = client.Client(login)
    asking.post("/v1/swift-regions", {"name": "r1"})
    server.kill()
    server.start()
    monkeypatch.setattr(client, "_IDLE_S", 0.0)
    asking.post("/v1/swift-regions", {"name": "r2"})
    assert [row["name"] for row in asking.collect("/v1/swift-regions")] == ["r1", "r2"]
    asking.close()


def test_what_was_read_is_changed_only_as_it_was_read(server: ServerProcess) -> None:
    login = client.Login(
        f"https://localhost:{server.https_port}", server.login()["Authorization"], str(server.ca)
    )
    one, other = client.Client(login), client.Client(login)
    one.post("/v1/swift-regions", {"name": "r1"})
    one.post("/v1/locations", {"name": "z1", "swift_region": "r1"})
    network = {"name": "n1", "ip": "10.1.0.0", "cidr": 24, "location": "z1", "is_public": False}
    one.post("/v1/networks", network)
    one.post("/v1/clusters", {"name": "cl1", "domain": "example.com"})
    place = {"cluster": "cl1", "role": "all", "iface1": "eth0"}
    one.get("/v1/networks/n1")
    other.put("/v1/networks/n1/assignment", place)
    for change in (
        lambda: one.delete("/v1/networks/n1/assignment"),
        lambda: one.put("/v1/networks/n1/assignment", place),
        lambda: one.delete("/v1/networks/n1"),
    ):
        with pytest.raises(client.RefusedError, match="changed since it was read.*nothing was"):
            change()
    assert one.get("/v1/networks/n1")["cluster"] == "cl1"
    one.delete("/v1/networks/n1/assignment")
    one.close()
    other.close()
