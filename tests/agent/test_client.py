"""The client against a real HTTPS server."""

import json
import socket
from pathlib import Path

import pytest

from ocinstaller.agent.client import ANSWER_LIMIT, Client
from ocinstaller.agent.errors import BadAnswer, LogGap, Refused, Unreachable
from ocinstaller.agent.trust import tls_context
from ocinstaller.model.hardware import Firmware, HardwareReport
from ocinstaller.model.plan import (
    DirectiveKind,
    EventReport,
    InstallEvent,
    LogBatch,
    LogLine,
)

from .conftest import StartServer
from .server import Answer, Authority, Server

KEY = "k" * 43
REPORT = HardwareReport(serial="TEST-1", firmware=Firmware.BIOS)


def client(server: Server, authority: Authority, nonce: str = "") -> Client:
    return Client(server.url, tls_context(authority.der), KEY, nonce)


def test_a_report_is_answered_with_a_directive(
    start_server: StartServer, authority: Authority
) -> None:
    server = start_server(lambda request: Answer.of({"kind": "install", "interval_s": 7}))

    directive = client(server, authority, nonce="n0nce").report(REPORT)

    assert (directive.kind, directive.interval_s) == (DirectiveKind.INSTALL, 7)
    request = server.requests[0]
    assert (request.method, request.path) == ("POST", "/node/v1/report")
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["X-OCI-Boot"] == "n0nce"
    assert HardwareReport.model_validate_json(request.body) == REPORT


def test_without_a_boot_decision_no_nonce_is_sent(
    start_server: StartServer, authority: Authority
) -> None:
    server = start_server(lambda request: Answer.of({"kind": "wait"}))

    client(server, authority).report(REPORT)

    assert "X-OCI-Boot" not in server.requests[0].headers


def test_the_serial_is_quoted_in_the_address(
    start_server: StartServer, authority: Authority
) -> None:
    server = start_server(lambda request: Answer(404))

    with pytest.raises(Refused):
        client(server, authority).plan("A:B C&d")

    assert server.requests[0].path == "/node/v1/plan?serial=A%3AB%20C%26d"


def test_events_and_log_need_no_content_in_the_answer(
    start_server: StartServer, authority: Authority
) -> None:
    server = start_server(lambda request: Answer(204))
    event = EventReport(serial="TEST-1", event=InstallEvent.BOOTED)
    batch = LogBatch(serial="TEST-1", plan_id="p", lines=(LogLine(seq=0, step="s", text="t"),))

    client(server, authority).event(event)
    client(server, authority).log(batch)

    assert [request.path for request in server.requests] == ["/node/v1/event", "/node/v1/log"]


@pytest.mark.parametrize("status", [403, 413, 422, 500])
def test_a_refusal_carries_the_servers_words(
    start_server: StartServer, authority: Authority, status: int
) -> None:
    problem = {"title": "Key not accepted", "detail": "TEST-1 has another key"}
    server = start_server(lambda request: Answer.of(problem, status))

    with pytest.raises(Refused, match=f"{status}: Key not accepted: TEST-1 has") as caught:
        client(server, authority).report(REPORT)

    assert caught.value.status == status


def test_a_gap_in_the_log_carries_the_expected_number(
    start_server: StartServer, authority: Authority
) -> None:
    server = start_server(lambda request: Answer.of({"next_seq": 17}, 409))

    with pytest.raises(LogGap) as caught:
        client(server, authority).log(LogBatch(serial="TEST-1", plan_id="p", lines=()))

    assert caught.value.next_seq == 17


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>It works!</html>",
        b"\xff\xfe",
        b"[]",
        b'{"kind": "explode"}',
        b'{"kind": "wait", "interval_s": -1}',
        b'{"kind": "wait", "more": 1}',
        json.dumps({"kind": "wait"}).encode() + b" " * ANSWER_LIMIT,
    ],
)
def test_garbage_is_refused(start_server: StartServer, authority: Authority, body: bytes) -> None:
    server = start_server(lambda request: Answer(200, body))

    with pytest.raises(BadAnswer):
        client(server, authority).report(REPORT)


def test_garbage_in_a_refusal_is_quoted(start_server: StartServer, authority: Authority) -> None:
    server = start_server(lambda request: Answer(502, b"<html>Bad Gateway</html>"))

    with pytest.raises(Refused, match="Bad Gateway"):
        client(server, authority).report(REPORT)


def test_a_redirect_is_not_followed(start_server: StartServer, authority: Authority) -> None:
    server = start_server(lambda request: Answer(302))

    with pytest.raises(Refused, match="302"):
        client(server, authority).report(REPORT)


def test_a_server_that_is_away(authority: Authority) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(Unreachable, match=f"127.0.0.1:{port}"):
        Client(f"https://127.0.0.1:{port}", tls_context(authority.der), KEY).report(REPORT)


def test_a_server_of_another_authority(start_server: StartServer, tmp_path: Path) -> None:
    server = start_server(lambda request: Answer.of({"kind": "wait"}))
    stranger = Authority(tmp_path)

    with pytest.raises(Unreachable, match="certificate verify failed"):
        client(server, stranger).report(REPORT)

    assert server.requests == []
