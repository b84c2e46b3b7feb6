"""A machine's turn in a roll-out: taken, looked at through real TLS, or taken back."""

import json
import socket
import ssl
import stat
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ocinstaller.agent import certificate_turn
from ocinstaller.agent.certificate_turn import Patience
from ocinstaller.agent.errors import AgentError, Unreachable
from ocinstaller.agent.installed import System
from ocinstaller.pki.authority import Authority as OciAuthority
from ocinstaller.pki.authority import Issued

from .conftest import StartServer
from .server import Answer, Authority, Request, Server

HOST = "host.example.com"
CERTIFICATE, KEY = f"etc/ssl/oci/{HOST}.crt", f"etc/ssl/private/{HOST}.key"
AUTHORITY = "usr/local/share/ca-certificates/oci-api-root.crt"


class Service:
    """Shows the certificate that lies in a file, over TLS, with or without MySQL's first words."""

    def __init__(self, bundle: Path, *, mysql: bool = False) -> None:
        self._bundle, self._mysql = bundle, mysql
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._bundle)
            with connection:
                try:
                    if self._mysql:
                        greeting = b"\x0a11.8.3-MariaDB\0"
                        connection.sendall(len(greeting).to_bytes(3, "little") + b"\0" + greeting)
                        request = connection.recv(36)
                        assert len(request) == 36 and request[5] & 0x08, "not an SSLRequest"
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    continue

    def close(self) -> None:
        self._socket.close()


class World:
    """A machine with a service, its `puppet`, and a server that says whose turn it is."""

    def __init__(self, root: Path, server: Server, own: Authority) -> None:
        self.root, self.server = root, server
        self.pki = OciAuthority(root / "pki", key_type="ecdsa", leaf_days=30)
        self.pki.ensure()
        self.old, self.new = self._issue(), self._issue()
        self.due, self.api_only, self.result_status = True, False, 204
        self.results: list[dict[str, object]] = []
        self.fetched = 0
        self.served = root / "service.pem"
        (root / "etc/oci").mkdir(parents=True)
        (root / "ca.pem").write_bytes(own.pem)
        config = {"url": server.url, "ca_file": str(root / "ca.pem"), "serial": "S-1"}
        (root / "etc/oci/agent.json").write_text(json.dumps(config | {"plan_id": "p"}))
        (root / "etc/oci/agent.key").write_text("k" * 43)
        for path, content in self.files(self.old).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content)
            (root / path).chmod(0o600)
        self.puppet(hands_over=True)
        self.served.write_text(self.old.bundle)
        self.services = [Service(self.served), Service(self.served, mysql=True)]

    def _issue(self) -> Issued:
        return self.pki.issue([HOST], ["127.0.0.1"], renew=True)

    def files(self, issued: Issued) -> dict[str, str]:
        return {CERTIFICATE: issued.chain, KEY: issued.key}

    def puppet(self, *, hands_over: bool, status: int = 0) -> None:
        """Let `puppet` hand the machine's files to the service, or not."""
        program = self.root / "bin/puppet"
        program.parent.mkdir(exist_ok=True)
        copy = f"cat {self.root / KEY} {self.root / CERTIFICATE} > {self.served}"
        runs = f"echo run >> {self.root}/puppet-runs"
        program.write_text(f"#!/bin/sh\n{runs}\n{copy if hands_over else ':'}\nexit {status}\n")
        program.chmod(0o755)

    @property
    def puppet_runs(self) -> int:
        return len((self.root / "puppet-runs").read_text().split())

    def answer(self, request: Request) -> Answer:
        if request.method == "POST":
            self.results.append(json.loads(request.body))
            return Answer.of({}, self.result_status)
        if request.path.startswith("/node/v1/certificate-turn"):
            return Answer.of(self.turn() if self.due else {"due": False})
        self.fetched += 1
        files = self.files(self.new) | {AUTHORITY: "another root"}
        return Answer.of(
            {"files": [{"path": f"/{p}", "content": c, "mode": 0o600} for p, c in files.items()]}
        )

    def turn(self) -> dict[str, object]:
        common = {"address": "127.0.0.1", "hostname": HOST, "file": f"/{CERTIFICATE}"}
        endpoints = [
            common | {"service": name, "port": service.port, "dialect": name}
            for name, service in zip(("tls", "mysql"), self.services, strict=True)
        ]
        return {
            "due": True, "rollout": 7, "api_only": self.api_only, "endpoints": endpoints,
            "authorities": self.pki.root_pem(),
        }  # fmt: skip

    def start(self, *, settle_s: float = 0.0, stop: threading.Event | None = None) -> int:
        self.commands: list[str] = []

        def run(argv: Sequence[str], _timeout_s: float) -> str:
            self.commands.append(argv[0])
            return ""

        environment = {"PATH": f"{self.root}/bin:/usr/bin:/bin"}
        system = System(self.root, environment=environment, run=run)
        return certificate_turn.start(
            stop or threading.Event(), system, Patience(settle_s=settle_s, pause_s=0.01)
        )

    def has(self, issued: Issued) -> bool:
        return all((self.root / p).read_text() == c for p, c in self.files(issued).items())

    @property
    def copies(self) -> list[Path]:
        return list((self.root / "var/lib/oci").glob("certificates-before/*"))


@pytest.fixture
def world(tmp_path: Path, start_server: StartServer, authority: Authority) -> Iterator[World]:
    worlds: list[World] = []
    server = start_server(lambda request: worlds[0].answer(request))
    worlds.append(World(tmp_path, server, authority))
    yield worlds[0]
    for service in worlds[0].services:
        service.close()


def test_nothing_happens_before_its_turn(world: World) -> None:
    world.due = False
    assert world.start() == 0
    assert (world.fetched, world.results, world.has(world.old)) == (0, [], True)


def test_every_port_has_to_show_the_new_certificate(world: World) -> None:
    assert world.start() == 0
    assert world.has(world.new)
    assert world.results == [{"serial": "S-1", "rollout": 7, "success": True, "reason": ""}]
    assert world.commands == ["update-ca-certificates"]
    assert world.copies == []


def test_a_service_that_keeps_its_old_one_takes_all_back(world: World) -> None:
    world.puppet(hands_over=False)
    assert world.start() == 1
    assert world.has(world.old) and not (world.root / AUTHORITY).exists()
    (result,) = world.results
    assert result["success"] is False
    assert f"tls at 127.0.0.1 port {world.services[0].port}: shows another" in result["reason"]
    assert "mysql at" in result["reason"]
    assert (world.puppet_runs, world.commands) == (2, ["update-ca-certificates"] * 2)
    assert stat.S_IMODE((world.root / KEY).stat().st_mode) == 0o600
    assert world.copies == []


def test_a_port_that_is_silent_or_not_trusted_is_named(world: World, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        world.services[1].port = closed.getsockname()[1]
    stranger = OciAuthority(tmp_path / "stranger", key_type="ecdsa", leaf_days=30)
    stranger.ensure()
    world.served.write_text(stranger.issue([HOST], []).bundle)
    world.puppet(hands_over=False)
    assert world.start() == 1
    reason = str(world.results[0]["reason"])
    assert "unable to get local issuer certificate" in reason
    assert "mysql at" in reason and "refused" in reason


def test_a_puppet_run_that_fails_takes_all_back(world: World) -> None:
    world.puppet(hands_over=True, status=4)
    assert world.start() == 1
    assert world.has(world.old)
    assert "puppet ended with status 4" in str(world.results[0]["reason"])
    assert world.served.read_text() == world.old.key + world.old.chain


def test_killed_while_it_waits_the_first_copies_count(world: World) -> None:
    world.puppet(hands_over=False)
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    with pytest.raises(AgentError, match="next start goes on"):
        world.start(settle_s=60, stop=stop)
    assert world.has(world.new) and world.copies
    assert {stat.S_IMODE(copy.stat().st_mode) for copy in world.copies} == {0o600}

    assert world.start() == 1, "the service still shows the old one"
    assert world.has(world.old)


def test_going_back_is_finished_after_a_kill(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.puppet(hands_over=False)
    before = certificate_turn._Before.restore

    def dies(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(certificate_turn._Before, "restore", dies)
    with pytest.raises(KeyboardInterrupt):
        world.start()
    monkeypatch.setattr(certificate_turn._Before, "restore", before)
    assert world.has(world.new)
    world.puppet(hands_over=True)
    fetched = world.fetched
    assert world.start() == 1
    assert world.has(world.old) and world.fetched == fetched
    assert "shows another" in str(world.results[0]["reason"])


def test_a_server_that_is_away_hears_of_it_later(world: World) -> None:
    world.result_status = 503
    with pytest.raises(AgentError):
        world.start()
    assert world.has(world.new) and world.copies
    world.result_status = 204
    assert world.start() == 0
    assert [result["success"] for result in world.results] == [True, True]
    assert world.copies == []


def test_with_the_api_only_nothing_else_is_touched(world: World) -> None:
    world.api_only = True
    world.puppet(hands_over=False)
    world.served.write_text(world.old.key + world.old.chain)
    world.start()
    assert (world.root / KEY).read_text() == world.old.key
    assert world.commands == ["update-ca-certificates"] * 2


def test_without_a_server_nothing_changes(world: World) -> None:
    world.server.stop()
    with pytest.raises(Unreachable):
        world.start()
    assert world.has(world.old)
