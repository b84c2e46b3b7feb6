"""Certificates of an installed machine: fetched, compared, written, taken up by Puppet."""

import json
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from ocinstaller.agent.certificates import refresh
from ocinstaller.agent.errors import CommandError, Refused
from ocinstaller.agent.installed import System

from .conftest import StartServer
from .server import Answer, Authority, Request, Server

KEY_FILE = "/etc/ssl/private/host.key"
CA_FILE = "/usr/local/share/ca-certificates/oci-root-ca.crt"


class World:
    """A directory with the agent's files and a server with certificates."""

    def __init__(self, root: Path, server: Server, authority: Authority) -> None:
        self.files = {KEY_FILE: "key 1", CA_FILE: "ca"}
        self.commands: list[str] = []
        self.broken = ""
        (root / "etc/oci").mkdir(parents=True)
        (root / "ca.pem").write_bytes(authority.pem)
        config = {"url": server.url, "ca_file": str(root / "ca.pem"), "serial": "S-1"}
        (root / "etc/oci/agent.json").write_text(json.dumps(config | {"plan_id": "p"}))
        (root / "etc/oci/agent.key").write_text("k" * 43)
        self.root = root

    def answer(self, request: Request) -> Answer:
        assert request.path == "/node/v1/certificates?serial=S-1"
        files = [
            {"path": path, "content": text, "mode": 0o600} for path, text in self.files.items()
        ]
        return Answer.of({"files": files})

    def refresh(self) -> bool:
        def run(argv: Sequence[str], timeout_s: float) -> str:
            self.commands.append(argv[0])
            if argv[0] == self.broken:
                raise CommandError(f"{argv[0]} broke")
            return ""

        return refresh(System(self.root, run=run))


@pytest.fixture
def world(tmp_path: Path, start_server: StartServer, authority: Authority) -> World:
    worlds: list[World] = []
    server = start_server(lambda request: worlds[0].answer(request))
    worlds.append(World(tmp_path, server, authority))
    return worlds[0]


def test_only_what_differs_is_written(world: World) -> None:
    assert world.refresh()
    key = world.root / KEY_FILE.lstrip("/")
    assert (key.read_text(), stat.S_IMODE(key.stat().st_mode)) == ("key 1", 0o600)
    assert world.commands == ["update-ca-certificates", "systemctl"]

    world.commands.clear()
    inode = key.stat().st_ino
    assert not world.refresh()
    assert (world.commands, key.stat().st_ino) == ([], inode)

    world.files[KEY_FILE] = "key 2"
    assert world.refresh()
    assert key.read_text() == "key 2"
    assert world.commands == ["systemctl"]


def test_puppet_that_does_not_run_takes_them_up_later(world: World) -> None:
    world.broken = "systemctl"
    assert world.refresh()
    assert (world.root / KEY_FILE.lstrip("/")).read_text() == "key 1"


def test_a_refusal_changes_nothing(
    tmp_path: Path, start_server: StartServer, authority: Authority
) -> None:
    server = start_server(lambda _: Answer.of({"title": "Forbidden", "detail": "no"}, 403))
    world = World(tmp_path, server, authority)
    with pytest.raises(Refused, match="Forbidden"):
        world.refresh()
    assert not (tmp_path / "etc/ssl").exists()
