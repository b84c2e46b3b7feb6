"""The first and the later starts of an installed system."""

import json
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

import pytest

from ocinstaller.agent.errors import AgentError
from ocinstaller.agent.installed import (
    MOST_RUNS,
    PUPPET,
    System,
    has_puppet_server,
    last_errors,
    start,
)
from ocinstaller.model.plan import LogBatch

from .conftest import StartServer
from .server import Answer, Authority, Request, Server
from .test_remotelog import LogStore

SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class InstalledSystem:
    """A directory with the agent's files and a `puppet` that ends as told."""

    def __init__(self, root: Path, server: Server, authority: Authority) -> None:
        self.root = root
        self.commands: list[Sequence[str]] = []
        (root / "etc/oci").mkdir(parents=True)
        ca_file = root / "ca.pem"
        ca_file.write_bytes(authority.pem)
        config = {"url": server.url, "ca_file": str(ca_file), "serial": "TEST-1", "plan_id": "p"}
        (root / "etc/oci/agent.json").write_text(json.dumps(config))
        (root / "etc/oci/agent.key").write_text("k" * 43)
        (root / "bin").mkdir()

    def puppet(self, *statuses: int, certificate: int = 0, delay_s: float = 0.0) -> None:
        """Install a Puppet whose runs end with these statuses, the last one for ever.

        :param certificate: with which status asking for one ends
        :param delay_s: how long a run takes
        """
        (self.root / "etc/puppet").mkdir(parents=True)
        (self.root / "etc/puppet/puppet.conf").write_text("[main]\nserver = puppet.example\n")
        (self.root / "statuses").write_text("".join(f"{status}\n" for status in statuses))
        program = self.root / "bin/puppet"
        program.write_text(
            "#!/bin/sh\n"
            f'[ "$1" != ssl ] || {{ echo "Error: not signed"; exit {certificate}; }}\n'
            f'echo "$@" >> {self.root}/calls\n'
            f"n=$(wc -l < {self.root}/calls)\n"
            f'status=$(sed -n "${{n}}p" {self.root}/statuses)\n'
            "echo 'Notice: applied'\n"
            f"sleep {delay_s}\n"
            'echo "Error: run $n broke"\n'
            "exit ${status:-1}\n"
        )
        program.chmod(0o755)

    @property
    def puppet_runs(self) -> int:
        calls = self.root / "calls"
        return len(calls.read_text().splitlines()) if calls.exists() else 0

    def start(self) -> int:
        def run(argv: Sequence[str], timeout_s: float) -> str:
            self.commands.append(argv)
            return ""

        environment = {"PATH": f"{self.root}/bin:{SYSTEM_PATH}"}
        return start(Event(), System(self.root, environment, run, pause_s=0.01))


MakeSystem = Callable[[Server], InstalledSystem]


@pytest.fixture
def server(start_server: StartServer) -> Server:
    log = LogStore()
    return start_server(lambda r: log(r) if r.path.endswith("/log") else Answer(204))


@pytest.fixture
def make_system(tmp_path: Path, authority: Authority) -> MakeSystem:
    return lambda server: InstalledSystem(tmp_path, server, authority)


def last_event(server: Server) -> dict[str, object]:
    return [r.json() for r in server.requests if "event" in r.json()][-1]


def log_texts(server: Server) -> list[str]:
    batches = [LogBatch.model_validate_json(r.body) for r in server.requests if "/log" in r.path]
    return [line.text for batch in batches for line in batch.lines]


def events(server: Server) -> list[object]:
    return [r.json()["event"] for r in server.requests if "event" in r.json()]


@pytest.mark.parametrize("good", [0, 2])
def test_puppet_runs_until_it_succeeds(server: Server, make_system: MakeSystem, good: int) -> None:
    system = make_system(server)
    system.puppet(4, 6, good)

    assert system.start() == 0

    assert system.puppet_runs == 3
    assert events(server) == ["booted", "puppet-running", "puppet-success"]
    assert system.commands == [("systemctl", "enable", "--now", "puppet.service")]
    log = system.root / "var/log/oci/puppet-run-3.log"
    assert "Error: run 3 broke" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert {"run 1 of at most 5", "run 2 broke", "applied"} <= set(log_texts(server))


def test_without_a_certificate_there_is_no_run_and_the_reason_is_told(
    server: Server, make_system: MakeSystem
) -> None:
    system = make_system(server)
    system.puppet(0, certificate=1)

    assert system.start() == 1

    assert system.puppet_runs == 0
    assert events(server) == ["booted", "puppet-running", "puppet-failure"]
    (failure,) = [r.json() for r in server.requests if r.json().get("event") == "puppet-failure"]
    assert "Error: not signed" in str(failure["reason"])


def test_a_later_start_only_says_that_it_happened(server: Server, make_system: MakeSystem) -> None:
    system = make_system(server)
    system.puppet(0)
    assert system.start() == 0
    server.requests.clear()

    assert system.start() == 0

    assert events(server) == ["booted"]
    assert system.puppet_runs == 1


def test_puppet_that_never_succeeds_is_reported_with_its_errors(
    server: Server, make_system: MakeSystem
) -> None:
    system = make_system(server)
    system.puppet(*[4] * MOST_RUNS)

    assert system.start() == 1

    assert system.puppet_runs == MOST_RUNS
    assert events(server) == ["booted", "puppet-running", "puppet-failure"]
    reason = last_event(server)["reason"]
    assert reason == f"puppet ended with status 4: Error: run {MOST_RUNS} broke"
    assert system.commands == []
    assert not (system.root / "var/lib/oci/first-boot-done").exists()


def test_runs_while_the_server_is_away_do_not_count(
    start_server: StartServer, make_system: MakeSystem
) -> None:
    log = LogStore()
    left = [Answer(503)] * 4

    def handler(request: Request) -> Answer:
        if not request.path.endswith("/log"):
            return Answer(204)
        # Away from the first run on; longer than any run of this Puppet.
        return left.pop() if system.puppet_runs and left else log(request)

    server = start_server(handler)
    system = make_system(server)
    system.puppet(*[4] * MOST_RUNS, 0, delay_s=1.0)

    assert system.start() == 0

    assert system.puppet_runs == MOST_RUNS + 1
    assert events(server) == ["booted", "puppet-running", "puppet-success"]
    assert "the server was away: this run does not count" in log_texts(server)


def test_a_failed_configuration_is_tried_again_at_the_next_start(
    server: Server, make_system: MakeSystem
) -> None:
    system = make_system(server)
    system.puppet(*[4] * MOST_RUNS, 0)
    assert system.start() == 1

    assert system.start() == 0

    assert events(server)[-1] == "puppet-success"


def test_without_puppet_there_is_only_the_start(server: Server, make_system: MakeSystem) -> None:
    assert make_system(server).start() == 0

    assert events(server) == ["booted"]


def test_a_missing_puppet_is_a_failure_with_a_reason(
    server: Server, make_system: MakeSystem
) -> None:
    system = make_system(server)
    system.puppet(0)
    (system.root / "bin/puppet").chmod(0o644)

    assert system.start() == 1

    assert "puppet could not be started" in str(last_event(server)["reason"])


def test_the_start_is_repeated_until_the_server_hears_it(
    start_server: StartServer, make_system: MakeSystem
) -> None:
    answers = [Answer(503), Answer(403), Answer(204)]
    server = start_server(lambda request: answers.pop(0))

    assert make_system(server).start() == 0

    assert events(server) == ["booted"] * 3


def test_a_server_that_refuses_the_event_does_not_stop_the_configuration(
    start_server: StartServer, make_system: MakeSystem
) -> None:
    server = start_server(lambda request: Answer.of({"title": "unknown plan"}, 422))
    system = make_system(server)
    system.puppet(0)

    assert system.start() == 0

    assert system.puppet_runs == 1


def test_a_wrong_configuration_is_named(server: Server, make_system: MakeSystem) -> None:
    system = make_system(server)
    (system.root / "etc/oci/agent.json").write_text('{"url": "https://x"}')

    with pytest.raises(AgentError, match=r"agent.json: 'ca_file'"):
        system.start()


def test_puppet_never_shows_differences_of_files() -> None:
    assert "--no-show_diff" in PUPPET


@pytest.mark.parametrize(
    ("text", "configured"),
    [
        ("[main]\nserver = puppet.example\n", True),
        ("[agent]\nserver=puppet.example\n", True),
        ("# server = puppet.example\n", False),
        ("[main]\nssldir = $vardir/ssl\n", False),
        ("not a configuration", False),
    ],
)
def test_whether_puppet_has_a_server(tmp_path: Path, text: str, configured: bool) -> None:
    file = tmp_path / "puppet.conf"
    file.write_text(text)

    assert has_puppet_server(file) is configured


def test_the_last_errors_of_an_output() -> None:
    output = "Notice: a\nError: b\nNotice: c\nError: d\n"

    assert last_errors(output) == "Error: b; Error: d"
    assert last_errors("Notice: a\n") == "Notice: a"
    assert last_errors("") == "no output"
