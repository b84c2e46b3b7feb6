"""Who may follow which events; a server that does not run ends streams after what is stored."""

import json

import pytest
from fastapi.testclient import TestClient

from tests.api.access import make_user
from tests.api.test_machine_way import define_cluster, enrol, send_report


def told(client: TestClient, **query: object) -> list[dict[str, str]]:
    answer = client.get("/v1/events", params={"last": 1000, **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in answer.text.splitlines() if line.startswith('data: {"')]
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def test_a_stream_is_of_what_was_asked_for(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    send_report(operator, 2)
    enrol(operator)
    everything = told(operator)
    assert [event["id"] for event in everything] == list(range(1, len(everything) + 1))
    of_kind = told(operator, kind=["machine", "cluster"])
    assert {event["kind"] for event in of_kind} == {"machine", "cluster"}
    of_machine = told(operator, machine="cl1-controller-1.example.com")
    assert {event["machine"] for event in of_machine} == {"SERIAL0001"}
    of_cluster = told(operator, cluster="cl1", kind="machine")
    assert [event["name"] for event in of_cluster] == ["SERIAL0001"]
    after = everything[2]["id"]
    assert told(operator, after=after)[0]["id"] == after + 1
    assert len(told(operator, last=2)) == 2


def test_viewers_follow_strangers_do_not(operator: TestClient, anonymous: TestClient) -> None:
    viewer = make_user(operator, "vera", "viewer")
    assert told(viewer) == [], "users are not told of"
    anonymous.auth = None
    assert anonymous.get("/v1/events").status_code == 401


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({"kind": "ufo"}, 422, "kind"),
        ({"cluster": "nope"}, 404, "cluster"),
        ({"machine": "nope"}, 404, "machine"),
        ({"after": -1}, 422, "query.after"),
        ({"last": 1001}, 422, "query.last"),
        ({"speed": 1}, 422, "query.speed"),
    ],
)
def test_what_cannot_be_followed(
    operator: TestClient, query: dict[str, object], status: int, field: str
) -> None:
    answer = operator.get("/v1/events", params=query)
    assert answer.status_code == status
    problem = answer.json()
    assert field in [problem.get("field"), *(e["field"] for e in problem.get("errors", []))]


def test_the_number_to_go_on_from_is_a_number(operator: TestClient) -> None:
    answer = operator.get("/v1/events", headers={"Last-Event-ID": "x"})
    assert answer.status_code == 422
