"""Pages, filters, entity tags, and how many queries a listing takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from ocinstaller.actions import machines, nodes, puppet
from ocinstaller.actions.context import Installation
from tests.api.test_machine_way import define_cluster, enrol, send_report
from tests.support import report


@contextmanager
def counted(oci: Installation) -> Iterator[list[str]]:
    """Gather the statements that the data base is asked."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(oci.store.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(oci.store.engine, "before_cursor_execute", note)


def introduce(oci: Installation, numbers: range) -> None:
    def work(session: object) -> None:
        for number in numbers:
            nodes.receive_report(session, oci, report(number), f"key{number}", "", "10.9.0.1")

    oci.store.write(work)


def enrol_all(oci: Installation, numbers: range, role: str = "custom") -> None:
    def work(session: object) -> None:
        for number in numbers:
            machines.enrol(session, oci, f"SERIAL{number:04d}", "cl1", role, "z1")

    oci.store.write(work)


def follow(client: TestClient, target: str) -> list[list[dict[str, object]]]:
    """Return all pages."""
    pages = []
    while target:
        answer = client.get(target)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json())
        target = answer.links.get("next", {}).get("url", "")
    return pages


NAMES = ("a", "B", "c-1", "c.2", "d", "e", "z")


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_are_complete_and_do_not_overlap(operator: TestClient, limit: int) -> None:
    for name in NAMES:
        assert operator.post("/v1/swift-regions", json={"name": name}).status_code == 201
        body = {"name": name, "swift_region": name}
        assert operator.post("/v1/locations", json=body).status_code == 201
    for kind in ("swift-regions", "locations"):
        pages = follow(operator, f"/v1/{kind}?limit={limit}")
        assert all(len(page) <= limit for page in pages)
        assert [row["name"] for page in pages for row in page] == sorted(NAMES)
        assert len(pages) == -(-len(NAMES) // limit)


def test_pages_stay_right_while_objects_come_and_go(operator: TestClient) -> None:
    for name in "bdfh":
        operator.post("/v1/swift-regions", json={"name": name})
    first = operator.get("/v1/swift-regions?limit=2")
    operator.delete("/v1/swift-regions/b")
    operator.post("/v1/swift-regions", json={"name": "a"})
    second = operator.get(first.links["next"]["url"])
    assert [row["name"] for row in second.json()] == ["f", "h"]
    assert "next" not in second.links


def test_filters_find_what_matches_on_every_page(oci: Installation, operator: TestClient) -> None:
    define_cluster(operator)
    introduce(oci, range(1, 8))
    enrol_all(oci, range(1, 6))

    def serials(query: str) -> list[str]:
        found = follow(operator, f"/v1/machines?{query}")
        return [row["serial"] for page in found for row in page]

    assert serials("cluster=cl1") == [f"SERIAL000{n}" for n in range(1, 6)]
    assert serials("cluster=cl1&limit=2") == serials("cluster=cl1")
    assert serials("cluster=") == ["SERIAL0006", "SERIAL0007"]
    assert serials("role=custom&status=live&location=z1") == serials("cluster=cl1")
    assert serials("status=installed") == serials("cluster=nope") == []
    assert serials("hostname=cl1-custom-3.example.com") == ["SERIAL0003"]
    nets = operator.get("/v1/networks?is_public=true").json()
    assert [net["name"] for net in nets] == ["pub"]
    assert len(operator.get("/v1/networks?cluster=cl1").json()) == 2
    assert operator.get("/v1/clusters?domain=example.com").json()[0]["machines"] == 5
    assert operator.get("/v1/locations?swift_region=nope").json() == []
    first = operator.get("/v1/machines?limit=1").json()[0]
    assert first == operator.get("/v1/machines/SERIAL0001").json()["machine"]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=5001", "limit=many", "cluter=cl1", "is_public=maybe", f"marker={'x' * 256}"],
)
def test_malformed_queries_are_refused(operator: TestClient, query: str) -> None:
    answer = operator.get(f"/v1/networks?{query}")
    assert answer.status_code == 422 and query.split("=")[0] in answer.json()["detail"]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(st.characters(codec="utf-8"), max_size=80))
def test_any_text_as_name_filter_or_marker_is_answered(operator: TestClient, text: str) -> None:
    quoted = quote(text, safe="")
    for target in (f"machines?cluster={quoted}", f"machines?marker={quoted}"):
        assert operator.get(f"/v1/{target}").status_code in {200, 422}
    if text not in {"", ".", ".."}:  # a client resolves these itself: RFC 3986, section 5.2.4
        assert operator.get(f"/v1/clusters/{quoted}").status_code == 404
    body = {"name": "n", "swift_region": text}
    assert operator.post("/v1/locations", json=body).status_code == 404


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("swift-regions/spare", lambda c, h: c.delete("/v1/swift-regions/spare", headers=h)),
        ("locations/spare", lambda c, h: c.delete("/v1/locations/spare", headers=h)),
        ("networks/int", lambda c, h: c.delete("/v1/networks/int/assignment", headers=h)),
        ("clusters/spare", lambda c, h: c.delete("/v1/clusters/spare", headers=h)),
        (
            "machines/SERIAL0001",
            lambda c, h: c.put(
                "/v1/machines/SERIAL0001/enrolment",
                json={"cluster": "cl1", "role": "custom", "location": "z1"},
                headers=h,
            ),
        ),
    ],
)
def test_a_change_of_what_was_not_seen_is_refused(
    operator: TestClient, path: str, change: Callable[..., object]
) -> None:
    define_cluster(operator)
    send_report(operator)
    operator.post("/v1/swift-regions", json={"name": "spare"})
    operator.post("/v1/locations", json={"name": "spare", "swift_region": "spare"})
    operator.delete("/v1/locations/spare") if path.startswith("swift") else None
    operator.post("/v1/clusters", json={"name": "spare", "domain": "example.com"})
    shown = operator.get(f"/v1/{path}")
    tag = shown.headers["etag"]
    same = operator.get(f"/v1/{path}", headers={"If-None-Match": f'"other", {tag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    stale = change(operator, {"If-Match": '"0123"'})
    assert stale.status_code == 412 and stale.json()["field"] == "If-Match"
    assert tag in stale.json()["allowed"]
    assert operator.get(f"/v1/{path}").headers["etag"] == tag
    assert change(operator, {"If-Match": tag}).status_code in {200, 204}
    after = operator.get(f"/v1/{path}")
    assert after.status_code == 404 or after.headers["etag"] != tag


def test_of_two_operators_one_wins_and_the_other_is_told(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    tag = operator.get("/v1/machines/SERIAL0001").headers["etag"]
    body = {"cluster": "cl1", "role": "custom", "location": "z1"}
    target = "/v1/machines/SERIAL0001/enrolment"
    first = operator.put(target, json=body, headers={"If-Match": tag})
    assert first.status_code == 200
    assert first.headers["etag"] == operator.get("/v1/machines/SERIAL0001").headers["etag"] != tag
    assert operator.delete(target, headers={"If-Match": tag}).status_code == 412
    assert operator.delete(target, headers={"If-Match": "*"}).status_code == 200


def test_reports_do_not_make_an_operators_view_stale(operator: TestClient) -> None:
    send_report(operator)
    tag = operator.get("/v1/machines/SERIAL0001").headers["etag"]
    send_report(operator)
    assert operator.get("/v1/machines/SERIAL0001").headers["etag"] == tag


def queries_of(oci: Installation, client: TestClient, target: str) -> int:
    with counted(oci) as statements:
        assert client.get(target).status_code == 200
    return len(statements)


@pytest.mark.parametrize("kind", ["machines", "clusters", "networks", "locations", "swift-regions"])
def test_listings_take_as_many_queries_for_many_as_for_few(
    oci: Installation, operator: TestClient, kind: str
) -> None:
    define_cluster(operator)
    introduce(oci, range(1, 4))
    enrol_all(oci, range(1, 3))
    operator.get("/v1/roles")
    few = queries_of(oci, operator, f"/v1/{kind}")
    introduce(oci, range(4, 40))
    enrol_all(oci, range(3, 40))
    for number in range(10):
        name = f"more{number}"
        operator.post("/v1/swift-regions", json={"name": name})
        operator.post("/v1/locations", json={"name": name, "swift_region": name})
        operator.post("/v1/clusters", json={"name": name, "domain": "example.com"})
        net = {"name": name, "ip": f"10.{20 + number}.0.0", "cidr": 24, "location": name}
        operator.post("/v1/networks", json=net | {"is_public": False})
    assert queries_of(oci, operator, f"/v1/{kind}") == few <= 10


def test_classification_takes_as_many_queries_for_many_as_for_few(
    oci: Installation, operator: TestClient
) -> None:
    define_cluster(operator)
    introduce(oci, range(1, 4))
    enrol_all(oci, range(1, 2), "controller")
    enrol_all(oci, range(2, 4))

    def queries() -> list[str]:
        with counted(oci) as statements, oci.store.read() as session:
            puppet.classify_machine(session, oci, "cl1-controller-1.example.com")
        return statements

    few = queries()
    introduce(oci, range(4, 40))
    enrol_all(oci, range(4, 7), "custom")
    enrol_all(oci, range(7, 40))
    many = queries()
    assert len(many) == len(few) <= 15
    assert sum("hardware" in statement for statement in many) <= 1


def test_an_unchanged_report_reads_one_row_and_writes_none(
    oci: Installation, operator: TestClient
) -> None:
    for _ in range(2):
        assert send_report(operator).status_code == 200
    with counted(oci) as statements:
        assert send_report(operator).json()["kind"] == "wait"
    assert [s.split()[0] for s in statements if not s.startswith("BEGIN")] == ["SELECT"]
    oci.sightings.flush()
    assert operator.get("/v1/machines/SERIAL0001").json()["report_counter"] == 3


def test_the_same_report_from_elsewhere_or_after_a_change_is_looked_at(
    oci: Installation, operator: TestClient
) -> None:
    define_cluster(operator)
    send_report(operator)
    send_report(operator)
    assert send_report(operator, key="z" * 43).status_code == 403
    moved = TestClient(operator.app, client=("127.0.0.9", 50000))
    assert send_report(moved).status_code == 200
    assert operator.get("/v1/machines/SERIAL0001").json()["machine"]["ip"] == "127.0.0.9"
    enrol(operator)
    operator.post("/v1/machines/SERIAL0001/installation")
    assert send_report(moved).json()["kind"] == "install"
    operator.post("/v1/machines/SERIAL0001/live")
    assert send_report(moved).json()["kind"] == "wait"
    assert operator.get("/v1/machines/SERIAL0001").json()["machine"]["status"] == "live"
