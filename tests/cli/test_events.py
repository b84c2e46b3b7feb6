"""The stream of events of a real server: followed, resumed, ended."""

import http.client
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cli.conftest import ServerProcess

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


def make_region(server: ServerProcess, name: str) -> None:
    connection = Stream.connect(server)
    body = json.dumps({"name": name})
    headers = server.login() | {"Content-Type": "application/json"}
    connection.request("POST", "/v1/swift-regions", body, headers)
    assert connection.getresponse().status == 201
    connection.close()


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
