"""An installed system that is ordered to restart: once for each order, whatever starts then."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from ocinstaller.agent import restart
from ocinstaller.agent.errors import CommandError, Unreachable
from ocinstaller.agent.installed import System

from .conftest import StartServer
from .server import Answer, Authority, Request, Server

ID = "0f6e2d6a-5a9e-4b7e-9d43-1a2b3c4d5e6f"


class World:
    """An installed system, what it ran, and a server with an order for it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.order: dict[str, str] | None = {"order_id": ID, "kind": "restart"}
        self.told: list[tuple[str, str]] = []
        self.ran: list[tuple[str, ...]] = []
        self.refuses = False
        self.begins("boot-1")

    def begins(self, boot: str) -> None:
        file = self.root / "proc/sys/kernel/random/boot_id"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{boot}\n")

    def answer(self, request: Request) -> Answer:
        if request.method == "GET":
            assert request.path == "/node/v1/order?serial=S-1"
            return Answer.of({"order": self.order})
        told = request.json()
        self.told.append((str(told["state"]), str(told["output"])))
        self.order = None
        return Answer(204)

    def run(self, argv: Sequence[str], timeout_s: float) -> str:
        self.ran.append(tuple(argv))
        if self.refuses:
            raise CommandError(f"{' '.join(argv)}: no")
        return ""

    @property
    def kept(self) -> list[str]:
        directory = self.root / "var/lib/oci/orders"
        return [file.name for file in directory.iterdir()] if directory.is_dir() else []

    def turn(self) -> int:
        system = System(root=self.root, run=self.run)
        return restart.start(threading.Event(), system)


@pytest.fixture
def world(tmp_path: Path, start_server: StartServer, authority: Authority) -> World:
    found = World(tmp_path)
    server: Server = start_server(found.answer)
    (tmp_path / "etc/oci").mkdir(parents=True)
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    config = {"url": server.url, "ca_file": str(tmp_path / "ca.pem"), "serial": "S-1"}
    (tmp_path / "etc/oci/agent.json").write_text(json.dumps(config | {"plan_id": "p"}))
    (tmp_path / "etc/oci/agent.key").write_text("k" * 43)
    return found


def test_it_restarts_once_and_tells_so_afterwards(world: World) -> None:
    assert world.turn() == 0
    assert world.ran == [("systemctl", "reboot")]
    assert world.told == [], "nobody knows yet what starts"
    world.begins("boot-2")
    assert world.turn() == 0
    assert len(world.ran) == 1
    ((state, output),) = world.told
    assert state == "done" and "runs the system on its disk" in output
    assert world.turn() == 0
    assert (len(world.ran), len(world.told), world.kept) == (1, 1, [])


def test_a_restart_that_did_not_happen_is_tried_again(world: World) -> None:
    world.turn()
    world.turn()
    assert len(world.ran) == 2 and world.told == []


def test_a_system_that_cannot_restart_says_so(world: World) -> None:
    world.refuses = True
    assert world.turn() == 0
    ((state, output),) = world.told
    assert state == "failed" and "systemctl reboot" in output


@pytest.mark.parametrize("kind", ["wipe", "install", "bmc"])
def test_it_does_nothing_else(world: World, kind: str) -> None:
    world.order = {"order_id": ID, "kind": kind}
    assert world.turn() == 0
    assert world.ran == []
    assert world.told == [("failed", f"this agent cannot carry out {kind}")]


def test_a_server_that_is_away_is_asked_again_later(world: World) -> None:
    config = world.root / "etc/oci/agent.json"
    content = json.loads(config.read_text()) | {"url": "https://127.0.0.1:9"}
    config.write_text(json.dumps(content))
    with pytest.raises(Unreachable):
        world.turn()
    assert world.ran == []
