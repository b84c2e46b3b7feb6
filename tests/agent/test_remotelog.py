"""Every line arrives once and in order, whatever happens on the way."""

import http
from collections.abc import Callable

from ocinstaller.agent.client import Client
from ocinstaller.agent.remotelog import MOST_LINES, RemoteLog
from ocinstaller.agent.trust import tls_context
from ocinstaller.model.plan import LogBatch

from .conftest import StartServer
from .server import Answer, Authority, Request

PLAN = "3f1d6d1a-6f0a-4a53-9a52-2f3c1b3a9d10"


class LogStore:
    """The server's side of the protocol."""

    def __init__(self, *, already: int = 0) -> None:
        self.lines: list[str] = [f"earlier {number}" for number in range(already)]
        self.trouble: Callable[[LogBatch], Answer | None] = lambda batch: None

    def __call__(self, request: Request) -> Answer:
        batch = LogBatch.model_validate_json(request.body)
        if (answer := self.trouble(batch)) is not None:
            return answer
        if batch.lines and batch.lines[0].seq > len(self.lines):
            return Answer.of({"next_seq": len(self.lines)}, http.HTTPStatus.CONFLICT)
        self.lines += [line.text for line in batch.lines if line.seq >= len(self.lines)]
        return Answer(204)


def client(url: str, authority: Authority) -> Client:
    return Client(url, tls_context(authority.der), "k" * 43)


def test_lines_arrive_in_order(start_server: StartServer, authority: Authority) -> None:
    store = LogStore()
    server = start_server(store)
    wanted = [f"line {number}" for number in range(3 * MOST_LINES)]

    with RemoteLog(client(server.url, authority), "TEST-1", PLAN) as log:
        for line in wanted:
            log.write("unpack", line)
        assert log.close(30)

    assert store.lines == wanted


def test_a_new_start_continues_the_log(start_server: StartServer, authority: Authority) -> None:
    store = LogStore(already=17)
    server = start_server(store)

    with RemoteLog(client(server.url, authority), "TEST-1", PLAN) as log:
        log.write("check", "again")
        assert log.close(30)

    assert store.lines[17:] == ["again"]


def test_trouble_of_the_server_costs_no_line(
    start_server: StartServer, authority: Authority
) -> None:
    store = LogStore()
    server = start_server(store)
    answers = [Answer(503), None, Answer(500), None]

    def trouble(batch: LogBatch) -> Answer | None:
        return answers.pop(0) if answers else None

    store.trouble = trouble
    with RemoteLog(client(server.url, authority), "TEST-1", PLAN) as log:
        log.write("check", "one")
        log.write("check", "two")
        assert log.close(30)

    assert store.lines == ["one", "two"]


def test_a_lost_answer_stores_no_line_twice(
    start_server: StartServer, authority: Authority
) -> None:
    store = LogStore()
    server = start_server(store)
    lost = [True]

    def lose_the_answer(batch: LogBatch) -> Answer | None:
        if batch.lines[0].text == "one" and lost.pop():
            store.lines += [line.text for line in batch.lines]
            return Answer(502)
        return None

    store.trouble = lambda batch: lose_the_answer(batch) if lost else None
    with RemoteLog(client(server.url, authority), "TEST-1", PLAN) as log:
        log.write("check", "one")
        log.write("check", "two")
        assert log.close(30)

    assert store.lines == ["one", "two"]


def test_a_server_that_lost_lines_gets_them_again(
    start_server: StartServer, authority: Authority
) -> None:
    store = LogStore()
    server = start_server(store)
    with RemoteLog(client(server.url, authority), "TEST-1", PLAN) as log:
        log.write("check", "one")
        server.wait_for(2, "/node/v1/log")
        store.lines.clear()
        log.write("check", "two")
        assert log.close(30)

    assert store.lines == ["one", "two"]


def test_a_server_that_is_away_never_holds_up_the_installation(authority: Authority) -> None:
    with RemoteLog(client("https://127.0.0.1:1", authority), "TEST-1", PLAN) as log:
        for number in range(1000):
            log.write("unpack", f"line {number}")
        assert not log.close(0.0)


def test_lines_are_made_fit_for_the_wire(start_server: StartServer, authority: Authority) -> None:
    store = LogStore()
    server = start_server(store)

    with RemoteLog(client(server.url, authority), "TEST-1", PLAN) as log:
        log.write("unpack", "a\x1b[1mb\x00\tc" + "d" * 10_000)
        assert log.close(30)

    assert store.lines[0].startswith("a [1mb  cddd")
    assert len(store.lines[0]) == 4000
