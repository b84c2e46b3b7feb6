"""An order that the agent carries out: once, whatever is lost on the way."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ocinstaller.agent import backoff
from ocinstaller.agent.client import Client
from ocinstaller.agent.errors import InstallError, Refused, Stopped
from ocinstaller.agent.orders import Log, Worker, obey
from ocinstaller.agent.trust import tls_context
from ocinstaller.model.orders import OUTPUT_LIMIT, Order, OrderKind

from .conftest import StartServer
from .server import Answer, Authority, Request, Server

ID = "0f6e2d6a-5a9e-4b7e-9d43-1a2b3c4d5e6f"


class Orders:
    """The server's side of one order."""

    def __init__(self) -> None:
        self.told: list[dict[str, object]] = []
        self.statuses: list[int] = []
        self.kind = "wipe"

    def __call__(self, request: Request) -> Answer:
        if request.method == "GET":
            return Answer.of({"order": {"order_id": ID, "kind": self.kind} if self.kind else None})
        if self.statuses:
            return Answer.of({"title": "trouble"}, self.statuses.pop(0))
        self.told.append(request.json())
        return Answer(204)


class Counting:
    """A worker that counts."""

    def __init__(self, work: Callable[[Log], None] = lambda log: log("worked")) -> None:
        self.times = 0
        self.work = work

    def __call__(self, order: Order, log: Log) -> None:
        assert order.order_id == ID
        self.times += 1
        self.work(log)


@pytest.fixture
def orders() -> Orders:
    return Orders()


@pytest.fixture
def client(start_server: StartServer, authority: Authority, orders: Orders) -> Client:
    server: Server = start_server(orders)
    return Client(server.url, tls_context(authority.der), "k" * 43)


def carry_out(client: Client, worker: Worker, kept: Path) -> None:
    obey(client, "S1", threading.Event(), {OrderKind.WIPE: worker}, kept)


def test_the_outcome_is_told(client: Client, orders: Orders, tmp_path: Path) -> None:
    worker = Counting()
    carry_out(client, worker, tmp_path)
    assert orders.told == [{"serial": "S1", "order_id": ID, "state": "done", "output": "worked"}]
    assert worker.times == 1


def test_an_agent_that_was_restarted_tells_it_again_and_does_nothing(
    client: Client, orders: Orders, tmp_path: Path
) -> None:
    worker = Counting()
    carry_out(client, worker, tmp_path)
    carry_out(client, worker, tmp_path)
    assert (worker.times, len(orders.told)) == (1, 2)
    assert orders.told[0] == orders.told[1]


def test_work_that_was_interrupted_is_done_again(
    client: Client, orders: Orders, tmp_path: Path
) -> None:
    def stopped(_log: Log) -> None:
        raise Stopped("asked to stop")

    worker = Counting(stopped)
    with pytest.raises(Stopped):
        carry_out(client, worker, tmp_path)
    assert orders.told == []
    worker.work = lambda log: log("from the start")
    carry_out(client, worker, tmp_path)
    assert (worker.times, orders.told[-1]["output"]) == (2, "from the start")


def test_a_failure_is_told_with_all_that_was_said(
    client: Client, orders: Orders, tmp_path: Path
) -> None:
    def fail(log: Log) -> None:
        log("x" * OUTPUT_LIMIT)
        raise InstallError("vda: it is read-only")

    carry_out(client, Counting(fail), tmp_path)
    (told,) = orders.told
    assert told["state"] == "failed"
    output = str(told["output"])
    assert output.endswith("vda: it is read-only") and len(output) == OUTPUT_LIMIT


def test_an_order_that_this_agent_does_not_know(
    client: Client, orders: Orders, tmp_path: Path
) -> None:
    orders.kind = "restart"
    carry_out(client, Counting(), tmp_path)
    assert (orders.told[0]["state"], orders.told[0]["output"]) == (
        "failed",
        "this agent cannot carry out restart",
    )


def test_no_order(client: Client, orders: Orders, tmp_path: Path) -> None:
    orders.kind = ""
    worker = Counting()
    carry_out(client, worker, tmp_path)
    assert (worker.times, orders.told) == (0, [])


def test_a_cancelled_order_ends(client: Client, orders: Orders, tmp_path: Path) -> None:
    orders.statuses = [404]
    with pytest.raises(Refused):
        carry_out(client, Counting(), tmp_path)


def test_a_server_that_is_away_learns_it_later(
    client: Client, orders: Orders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "FIRST_S", 0.01)
    orders.statuses = [503]
    worker = Counting()
    carry_out(client, worker, tmp_path)
    assert (worker.times, orders.told[0]["state"]) == (1, "done")


def test_a_broken_outcome_file_is_no_outcome(
    client: Client, orders: Orders, tmp_path: Path
) -> None:
    (tmp_path / f"{ID}.json").write_text(json.dumps({"serial": "S1"}))
    worker = Counting()
    carry_out(client, worker, tmp_path)
    assert (worker.times, orders.told[0]["state"]) == (1, "done")
