"""Certificates: listed and renewed by operators, fetched by the machines that have them."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from tests.api.test_machine_way import bearer, define_cluster, enrol, send_event, send_report

HOST, API = "cl1-controller-1.example.com", "cl1-api.example.com"


@pytest.fixture
def installed(operator: TestClient) -> dict[str, str]:
    """Bring machine 1 to its installed system; return the files of its plan."""
    define_cluster(operator)
    send_report(operator)
    enrol(operator)
    operator.post("/v1/machines/SERIAL0001/installation")
    plan = operator.get("/node/v1/plan?serial=SERIAL0001", headers=bearer(), auth=None).json()
    for event in ("install-started", "installed", "booted"):
        assert send_event(operator, event, plan["plan_id"]).status_code == 204
    return {file["path"]: file["content"] for file in plan["files"]}


def fetched(client: TestClient) -> dict[str, str]:
    answer = client.get("/node/v1/certificates?serial=SERIAL0001", headers=bearer(), auth=None)
    assert answer.status_code == 200, answer.text
    return {file["path"]: file["content"] for file in answer.json()["files"]}


def listed(client: TestClient) -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in client.get("/v1/certificates").json()}


def test_a_machine_fetches_what_its_plan_had(
    operator: TestClient, installed: dict[str, str]
) -> None:
    files = fetched(operator)
    assert files.items() <= installed.items()
    assert {f"/etc/ssl/oci/{HOST}.pem", f"/etc/ssl/private/{HOST}.key"} <= files.keys()
    assert f"/etc/ssl/oci/{API}.pem" in files


def test_certificates_are_renewed_when_a_third_of_their_life_is_left(
    operator: TestClient, installed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fetched(operator)

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + timedelta(days=825 * 2 / 3)

    monkeypatch.setattr("ocinstaller.pki.authority.datetime", Later)
    after = fetched(operator)
    changed = {path for path in before if before[path] != after[path]}
    assert changed == before.keys() - {"/usr/local/share/ca-certificates/oci-root-ca.crt"}


def test_an_operator_lists_and_renews(operator: TestClient, installed: dict[str, str]) -> None:
    before = listed(operator)
    assert before[HOST]["machine"] == "SERIAL0001"
    assert before[HOST]["cluster"] == before[API]["cluster"] == "cl1"
    assert before["oci-pki-root-ca"]["kind"] == "root"
    assert 820 < before[HOST]["days_left"] <= 825

    for name in (HOST, API):
        answer = operator.post(f"/v1/certificates/{name}/renewal")
        assert answer.status_code == 202
        assert answer.json()["fingerprint"] != before[name]["fingerprint"]
    files = fetched(operator)
    assert files[f"/etc/ssl/oci/{HOST}.pem"] != installed[f"/etc/ssl/oci/{HOST}.pem"]
    assert files[f"/etc/ssl/oci/{API}.pem"] != installed[f"/etc/ssl/oci/{API}.pem"]
    audit = operator.get("/v1/audit?action=certificate-renew").json()
    assert {row["object_name"] for row in audit} == {HOST, API}


def test_what_is_refused(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    assert operator.post("/v1/certificates/nobody.example.com/renewal").status_code == 404
    url = "/node/v1/certificates?serial=SERIAL0001"
    live = operator.get(url, headers=bearer(), auth=None)
    assert live.status_code == 409 and "live" in live.json()["detail"]
    assert operator.get(url, headers=bearer("x" * 43), auth=None).status_code == 403
    assert operator.get(url, auth=None).status_code == 401
