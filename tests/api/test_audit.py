"""Every change leaves a record, and so does what was refused."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, select

from ocinstaller.actions import topology
from ocinstaller.actions.context import Installation
from ocinstaller.model.access import Act, Actor, ActorKind
from ocinstaller.store.access_tables import AuditRecord
from ocinstaller.store.tables import Machine, SwiftRegion
from tests.api.access import make_user, newest
from tests.api.test_machine_way import (
    define_cluster,
    enrol,
    nonce_of,
    send_event,
    send_report,
)


def test_a_creation_names_what_was_made(operator: TestClient) -> None:
    define_cluster(operator)
    record = newest(operator, action="network-create", object_name="int")
    assert record["object_kind"] == "network" and record["result"] == "done"
    assert (record["actor"], record["address"], record["via"]) == ("admin", "127.0.0.1", "password")
    assert record["before"] == {}
    made = record["after"]["network int"]
    assert (made["ip"], made["cidr"], made["location"]) == ("10.1.0.0", 24, "z1")


def test_a_change_shows_before_and_after(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    enrol(operator)
    record = newest(operator, action="machine-add")
    assert record["object_name"] == "SERIAL0001"
    assert record["before"]["machine SERIAL0001"] == {
        "cluster": None, "role": None, "location": None, "hostname": None, "bootstrap": False,
    }  # fmt: skip
    assert record["after"]["machine SERIAL0001"] == {
        "cluster": "cl1", "role": "controller", "location": "z1", "bootstrap": True,
        "hostname": "cl1-controller-1.example.com",
    }  # fmt: skip
    assert record["after"]["ip address 10.1.0.2"]["machine"] == "SERIAL0001"


def test_a_deletion_shows_what_is_gone(operator: TestClient) -> None:
    operator.post("/v1/swift-regions", json={"name": "r1"})
    operator.delete("/v1/swift-regions/r1")
    record = newest(operator)
    assert (record["action"], record["after"]) == ("swift-region-delete", {})
    assert record["before"] == {"swift region r1": {"name": "r1"}}


def test_secrets_are_masked(operator: TestClient, oci: Installation) -> None:
    define_cluster(operator)
    made = newest(operator, action="cluster-create")["after"]
    assert made["secret keystone_admin"]["ciphertext"] == "(not shown)"
    with oci.store.read() as session:
        secrets = oci.vault.cluster_secrets(session, 1, ["keystone_admin", "keystone_db"])
    text = operator.get("/v1/audit").text
    assert not any(value in text for value in secrets.values())


def test_refusals_are_recorded_in_their_own_transaction(operator: TestClient) -> None:
    define_cluster(operator)
    assert operator.delete("/v1/clusters/cl1").status_code == 409
    record = newest(operator)
    assert (record["action"], record["result"]) == ("cluster-delete", "refused")
    assert (record["object_kind"], record["object_name"]) == ("cluster", "cl1")
    assert "networks int, pub" in record["reason"] and record["after"] == {}


def test_what_a_role_does_not_allow_is_recorded(operator: TestClient) -> None:
    viewer = make_user(operator, "viewer", "viewer")
    viewer.delete("/v1/clusters/cl1")
    record = newest(operator)
    assert (record["actor"], record["action"], record["result"]) == (
        "viewer", "cluster-delete", "refused",
    )  # fmt: skip
    assert "permission operate" in record["reason"]


def test_reading_leaves_no_record(operator: TestClient) -> None:
    for path in ("machines", "clusters", "users", "audit", "clusters/nope"):
        operator.get(f"/v1/{path}")
    assert operator.get("/v1/audit").json() == []


def test_machines_leave_records_of_what_matters_only(
    operator: TestClient, starter: TestClient
) -> None:
    for _ in range(3):
        send_report(operator)
    records = operator.get("/v1/audit").json()
    assert len(records) == 1, "reports that change nothing leave nothing"
    assert (records[0]["actor_kind"], records[0]["action"]) == ("machine", "machine-report")
    assert send_report(operator, key="n" * 43).status_code == 403
    assert len(operator.get("/v1/audit").json()) == 1, "a machine repeats what is refused"
    nonce = nonce_of(starter)
    assert send_report(operator, key="n" * 43, nonce=nonce).status_code == 200
    record = newest(operator)
    assert record["after"] == {"machine SERIAL0001": {"key_digest": "(not shown)"}}
    assert record["object_name"] == "SERIAL0001" and record["address"] == "127.0.0.1"


def test_the_way_of_a_machine_is_recorded(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    enrol(operator, "custom")
    operator.post("/v1/machines/SERIAL0001/installation")
    requested = newest(operator, action="machine-install-os")["after"]["machine SERIAL0001"]
    assert requested["status"] == "installing" and requested["puppet_token"] == "(not shown)"
    assert send_event(operator, "installed", requested["plan_id"]).status_code == 204
    change = newest(operator, action="machine-event")
    assert change["before"]["machine SERIAL0001"]["status"] == "installing"


def test_filters_and_pages(operator: TestClient) -> None:
    for number in range(5):
        operator.post("/v1/swift-regions", json={"name": f"r{number}"})
    page = operator.get("/v1/audit", params={"limit": 2}).json()
    assert [r["object_name"] for r in page] == ["r4", "r3"]
    older = operator.get("/v1/audit", params={"limit": 2, "before_id": page[-1]["id"]}).json()
    assert [r["object_name"] for r in older] == ["r2", "r1"]
    assert newest(operator, until=page[0]["at"].replace("+00:00", "Z"))["object_name"] == "r3"
    for wanted in (
        {"actor": "nobody"}, {"address": "10.0.0.1"}, {"action": "x"}, {"result": "refused"},
        {"since": "2999-01-01T00:00:00Z"}, {"object_kind": "user"},
    ):  # fmt: skip
        assert operator.get("/v1/audit", params=wanted).json() == []
    for wrong in ({"limit": 0}, {"since": "yesterday"}, {"since": "2026-01-01T00:00:00"}, {"x": 1}):
        assert operator.get("/v1/audit", params=wrong).status_code == 422


ACT = Act(Actor(ActorKind.USER, "ada", "192.0.2.1", "password"), "test", "swift region")


def test_record_and_change_are_one_transaction(oci: Installation) -> None:
    def work(session: object) -> None:
        topology.create_swift_region(session, "r1")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        oci.acting(ACT).store.write(work)
    with oci.store.read() as session:
        assert session.scalars(select(AuditRecord)).all() == []
        assert session.scalars(select(SwiftRegion)).all() == []


def test_several_flushes_are_one_change(oci: Installation) -> None:
    def work(session: object) -> None:
        row = SwiftRegion(name="first")
        session.add(row)
        session.flush()
        row.name = "second"
        session.flush()
        passing = SwiftRegion(name="passing")
        session.add(passing)
        session.flush()
        session.delete(passing)

    oci.acting(ACT).store.write(work)
    with oci.store.read() as session:
        record = session.scalars(select(AuditRecord)).one()
    assert record.before == {}
    assert list(record.after.values()) == [{"name": "second"}]


def test_bulk_statements_cannot_pass_unrecorded(oci: Installation) -> None:
    with pytest.raises(TypeError, match="machines"):
        oci.acting(ACT).store.write(lambda session: session.execute(delete(Machine)))
