"""The stream of events of a real server: followed, resumed, ended."""

import http.client
import json
import sqlite3
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from tests.cli.conftest import ServerProcess
from tests.support import report

STREAMS = 200


class Stream:
    """An open stream."""

    def __init__(self, server: ServerProcess, query: str = "", **headers: str) -> None:
        self.connection = self.connect(server)
        self.connection.request("GET", f"/v1/events{query}", headers=server.login() | headers)
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        self.read()

    @staticmethod
    def connect(server: ServerProcess) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=str(server.ca))
        return http.client.HTTPSConnection(
            "localhost", server.https_port, timeout=60, context=context
        )

    def read(self) -> dict[str, str]:
        """Return the fields of the next block."""
        fields = {}
        while line := self.answer.readline().decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            fields[name] = value
        return fields

    def close(self) -> None:
        self.answer.close()
        self.connection.close()


@contextmanager
def streams(server: ServerProcess, count: int, query: str = "") -> Iterator[list[Stream]]:
    opened: list[Stream] = []
    try:
        for _ in range(count):
            opened.append(Stream(server, query))
        yield opened
    finally:
        for stream in opened:
            stream.close()


def call(server: ServerProcess, method: str, path: str, body: object, **headers: str) -> Any:
    connection = Stream.connect(server)
    headers = {"Content-Type": "application/json"} | (headers or server.login())
    connection.request(method, path, json.dumps(body), headers)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status < 300, content
    connection.close()
    return json.loads(content) if content else None


def make_region(server: ServerProcess, name: str) -> None:
    call(server, "POST", "/v1/swift-regions", {"name": name})


def test_many_streams_tell_all_and_cost_little_while_nothing_happens(
    server: ServerProcess,
) -> None:
    with streams(server, STREAMS, "?kind=swift-region") as opened:
        begun, spent = time.monotonic(), server.processor_time()
        while time.monotonic() - begun < 2:
            time.sleep(0.1)
        # A thread or a look at the data base for each stream would take many times as much.
        assert server.processor_time() - spent < 0.5
        make_region(server, "r1")
        for stream in opened:
            event = stream.read()
            assert (event["id"], event["event"]) == ("1", "swift-region")
            document = json.loads(event["data"])
            assert (document["name"], document["change"]) == ("r1", "created")
        assert server.process is not None
        server.process.terminate()
        for stream in opened:
            assert stream.read()["event"] == "end", "the server stops, streams or not"
            assert stream.answer.read() == b""
            stream.close()
        assert server.stop() == 0


def test_a_client_that_comes_back_misses_nothing(server: ServerProcess) -> None:
    with streams(server, 1) as (stream,):
        make_region(server, "r1")
        seen = stream.read()["id"]
    make_region(server, "r2")
    server.stop()
    server.start()
    again = Stream(server, **{"Last-Event-ID": seen})
    make_region(server, "r3")
    assert [json.loads(again.read()["data"])["name"] for _ in range(2)] == ["r2", "r3"]
    again.close()
    past = Stream(server, "?last=2&follow=false")
    assert [json.loads(past.read()["data"])["name"] for _ in range(2)] == ["r2", "r3"]
    assert past.read()["event"] == "end"
    past.close()
    lost = Stream(server, "?after=99&follow=false")
    assert lost.read()["event"] == "reset"
    lost.close()


def live_machine(server: ServerProcess) -> None:
    """Bring machine 1 into a cluster."""
    make_region(server, "r1")
    call(server, "POST", "/v1/locations", {"name": "z1", "swift_region": "r1"})
    network = {"name": "int", "ip": "10.1.0.0", "cidr": 24, "location": "z1", "is_public": False}
    call(server, "POST", "/v1/networks", network)
    call(server, "POST", "/v1/clusters", {"name": "cl1", "domain": "example.com"})
    place = {"cluster": "cl1", "role": "all", "iface1": "eth0"}
    call(server, "PUT", "/v1/networks/int/assignment", place)
    as_machine(server, "report", json.loads(report(1).model_dump_json()))
    place = {"cluster": "cl1", "role": "custom", "location": "z1"}
    call(server, "PUT", "/v1/machines/SERIAL0001/enrolment", place)


def as_machine(server: ServerProcess, what: str, document: object) -> None:
    call(server, "POST", f"/node/v1/{what}", document, Authorization="Bearer " + "k" * 43)


def install(server: ServerProcess, *events: str) -> None:
    """Play the agent, once the installation has been asked for."""
    stream = Stream(server, "?machine=SERIAL0001&last=1")
    status = ""
    while status != "installing":
        status = json.loads(stream.read()["data"]).get("status", "")
    stream.close()
    key = {"Authorization": "Bearer " + "k" * 43}
    plan = call(server, "GET", "/node/v1/plan?serial=SERIAL0001", None, **key)["plan_id"]
    same = {"serial": "SERIAL0001", "plan_id": plan}
    line = {"seq": 0, "step": "partition", "text": "two partitions"}
    as_machine(server, "log", same | {"lines": [line]})
    for event in events:
        reason = "no disk" if event == "install-failed" else ""
        as_machine(server, "event", same | {"event": event, "reason": reason})


def test_commands_wait_for_what_the_machine_tells(server: ServerProcess) -> None:
    live_machine(server)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(
            server.ocicli, "machine-install-os", "SERIAL0001", "--wait", "-f", "json"
        )
        install(server, "install-started", "installed", "booted")
        done = waiting.result()
        assert done.returncode == 0, done.stderr
        assert "partition: two partitions" in done.stdout
        assert json.loads(done.stdout[done.stdout.index("{") :])["status"] == "installed"
        waiting = pool.submit(server.ocicli, "machine-wait-for-puppet", "SERIAL0001")
        plan = installation_of(server)
        as_machine(server, "event", plan | {"event": "puppet-failure", "reason": "no catalog"})
        done = waiting.result()
    assert (done.returncode, "no catalog" in done.stderr) == (1, True), done.stderr


def installation_of(server: ServerProcess) -> dict[str, str]:
    listed = json.loads(server.ocicli("event-list", "--machine", "SERIAL0001", "-f", "json").stdout)
    assert [row["change"] for row in listed if row["kind"] == "installation"] == ["progress"]
    connection = sqlite3.connect(server.config.parent / "state/oci.sqlite")
    (plan,) = connection.execute("SELECT plan_id FROM machines").fetchone()
    connection.close()
    return {"serial": "SERIAL0001", "plan_id": plan}


def test_a_failed_installation_ends_the_wait_and_a_time_limit_too(server: ServerProcess) -> None:
    live_machine(server)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(server.ocicli, "machine-install-os", "SERIAL0001", "--wait")
        install(server, "install-started", "install-failed")
        done = waiting.result()
    assert (done.returncode, "no disk" in done.stderr) == (1, True), done.stderr
    late = server.ocicli("machine-wait-for-puppet", "SERIAL0001", "--timeout", "0.1")
    assert (late.returncode, "after 0 seconds" in late.stderr) == (1, True), late.stderr
    unknown = server.ocicli("machine-wait-for-install", "nope")
    assert (unknown.returncode, "no machine named" in unknown.stderr) == (1, True)


def test_events_are_listed_and_followed(server: ServerProcess) -> None:
    for name in ("r1", "r2", "r3"):
        make_region(server, name)
    listed = server.ocicli("event-list", "--last", "2", "-f", "json")
    assert [row["name"] for row in json.loads(listed.stdout)] == ["r2", "r3"]
    followed = server.ocicli("event-follow", "--after", "0", "--count", "2", "--json")
    assert [json.loads(line)["name"] for line in followed.stdout.splitlines()] == ["r1", "r2"]
    shown = server.ocicli("event-follow", "--last", "1", "--count", "1").stdout
    assert "swift-region r3 created" in shown
    wrong = server.ocicli("event-follow", "--kind", "ufo")
    assert (wrong.returncode, "ip-address" in wrong.stderr) == (1, True)
