"""The rings of a machine: fetched when they differ, verified, and complete or not there."""

import hashlib
import json
from pathlib import Path

import pytest

from ocinstaller.agent import rings
from ocinstaller.agent.errors import BadAnswer, Unreachable
from ocinstaller.agent.installed import System

from .conftest import StartServer
from .server import Answer, Authority, Request

CONTENT = {"account": b"first ring", "object": b"second ring"}


def offers(content: dict[str, bytes] = CONTENT) -> dict[str, object]:
    return {
        "rings": [
            {"name": name, "version": 3, "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in content.items()
        ]
    }


def server_of(sent: dict[str, bytes]):
    def handler(request: Request) -> Answer:
        if request.method == "POST":
            return Answer(204)
        name = request.path.partition("?")[0].rpartition("/")[2]
        return Answer(200, sent[name]) if name in sent else Answer.of(offers())

    return handler


@pytest.fixture
def system(tmp_path: Path, authority: Authority) -> System:
    (tmp_path / "etc/oci").mkdir(parents=True)
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    (tmp_path / "etc/oci/agent.key").write_text("k" * 43)
    (tmp_path / "etc/oci/agent.key").chmod(0o600)
    return System(root=tmp_path)


def configure(system: System, url: str) -> None:
    config = {"url": url, "ca_file": str(system.root / "ca.pem"), "serial": "S1", "plan_id": "p"}
    system.config.write_text(json.dumps(config))


def test_what_differs_is_fetched_and_told(system: System, start_server: StartServer) -> None:
    server = start_server(server_of(CONTENT))
    configure(system, server.url)
    system.rings.mkdir()
    (system.rings / "account.ring.gz").write_bytes(CONTENT["account"])
    (system.rings / "object.ring.gz").write_bytes(b"an older one")
    assert rings.start(system) == 0
    for name, content in CONTENT.items():
        file = system.rings / f"{name}.ring.gz"
        assert file.read_bytes() == content
    fetched = [r.path for r in server.requests if r.path.startswith("/node/v1/rings/")]
    assert fetched == ["/node/v1/rings/object?serial=S1"]
    (told,) = [r.json() for r in server.requests if r.method == "POST"]
    assert told == {"serial": "S1", **offers()}
    assert not list(system.rings.glob(".*"))


def test_a_ring_with_another_digest_is_not_used(system: System, start_server: StartServer) -> None:
    server = start_server(server_of({**CONTENT, "object": b"changed on its way"}))
    configure(system, server.url)
    system.rings.mkdir()
    (system.rings / "object.ring.gz").write_bytes(b"an older one")
    with pytest.raises(BadAnswer, match="ring object has the SHA-256"):
        rings.start(system)
    assert (system.rings / "object.ring.gz").read_bytes() == b"an older one"
    assert not [r for r in server.requests if r.method == "POST"]


def test_a_server_that_is_away_changes_nothing(system: System) -> None:
    configure(system, "https://127.0.0.1:9")
    with pytest.raises(Unreachable):
        rings.start(system)
    assert not system.rings.exists()
