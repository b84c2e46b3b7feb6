"""A real certificate of a cluster's API, from the operator to the machines and back."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient

from ocinstaller.actions import api_certificates, users
from ocinstaller.actions.context import Installation
from tests.api.test_certificates import fetched, installed, listed  # noqa: F401 - a fixture
from tests.api.test_machine_way import define_cluster, enrol, send_report
from tests.pki.other_ca import Ca

API = "cl1-api.example.com"
URL = "/v1/clusters/cl1/certificate"
ROOT_FILE = "/usr/local/share/ca-certificates/oci-api-root.crt"


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Ca:
    return Ca(tmp_path_factory.mktemp("ca"), API)


def body(ca: Ca) -> dict[str, str]:
    return {"chain": ca.leaf + ca.middle, "key": ca.key("leaf"), "root": ca.root}


def set_self_signed(operator: TestClient, value: str, **more: str) -> int:
    settings = {"self_signed_api_cert": value, **more}
    return operator.patch("/v1/clusters/cl1/settings", json={"settings": settings}).status_code


def later(monkeypatch: pytest.MonkeyPatch, **ahead: int) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + timedelta(**ahead)

    monkeypatch.setattr(api_certificates, "datetime", Later)


def classes(operator: TestClient, oci: Installation) -> dict[str, str]:
    token = oci.store.write(lambda session: users.issue_service_token(session, "puppet"))
    answer = operator.get(
        "/puppet/v1/enc/cl1-controller-1.example.com",
        headers={"Authorization": f"Bearer {token}"},
        auth=None,
    )
    found: dict[str, str] = yaml.safe_load(answer.text)["classes"]["ocinstaller"]
    return found


def test_a_new_cluster_serves_it_at_once(operator: TestClient, oci: Installation, ca: Ca) -> None:
    define_cluster(operator)
    assert operator.get(URL).json()["in_use"] is False
    assert set_self_signed(operator, "no") == 200
    assert "give a certificate" in operator.get(URL).json()["next"]

    given = operator.put(URL, json=body(ca)).json()

    assert given["in_use"] and given["next"].startswith("nothing")
    assert given["names"] == [API, "other"] and "CN=root" in given["root"]
    send_report(operator)
    enrol(operator)
    operator.post("/v1/machines/SERIAL0001/installation")
    headers = {"Authorization": f"Bearer {'k' * 43}"}
    plan = operator.get("/node/v1/plan?serial=SERIAL0001", headers=headers, auth=None).json()
    files = {file["path"]: file for file in plan["files"]}
    bundle = files[f"/etc/ssl/oci/{API}.pem"]
    assert bundle["content"].startswith("-----BEGIN PRIVATE KEY-----")
    assert bundle["content"].endswith(ca.leaf + ca.middle) and bundle["mode"] == 0o600
    assert files[ROOT_FILE]["content"] == ca.root
    found = classes(operator, oci)
    assert found["api_ca"].endswith(ca.root) and found["api_ca"].count("BEGIN") == 2
    assert found["api_ca_file"] == "/etc/ssl/oci-api-ca.pem"
    openrc = operator.get("/v1/clusters/cl1/openrc").text
    assert "/etc/ssl/oci-api-ca.pem" in openrc


def test_running_machines_learn_to_trust_it_first(
    operator: TestClient,
    oci: Installation,
    ca: Ca,
    installed: dict[str, str],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = fetched(operator)[f"/etc/ssl/oci/{API}.pem"]
    assert "api_ca" not in classes(operator, oci)
    assert set_self_signed(operator, "no") == 200
    given = operator.put(URL, json=body(ca)).json()
    assert not given["in_use"] and given["served_from"][:16] in given["next"]
    files = fetched(operator)
    assert files[f"/etc/ssl/oci/{API}.pem"] == before
    assert files[ROOT_FILE] == ca.root
    assert "api_ca" in classes(operator, oci)

    later(monkeypatch, minutes=61)
    assert fetched(operator)[f"/etc/ssl/oci/{API}.pem"].endswith(ca.leaf + ca.middle)
    assert operator.post(f"/v1/certificates/{API}/renewal").status_code == 409
    renewed = operator.put(URL, json=body(ca)).json()
    assert renewed["in_use"], "machines trust its root already"

    assert set_self_signed(operator, "yes") == 200
    assert fetched(operator)[f"/etc/ssl/oci/{API}.pem"] == before
    assert "api_ca" in classes(operator, oci), "controllers may still show it"


def test_one_that_is_missing_or_ends_is_on_the_page_of_the_servers_health(
    operator: TestClient, ca: Ca
) -> None:
    define_cluster(operator)
    set_self_signed(operator, "no")
    page = operator.get("/oci/health").text
    assert "certificate of the API of cl1" in page and "cluster-certificate-set cl1" in page
    operator.put(URL, json=body(ca))
    page = operator.get("/oci/health").text
    assert "certificate of the API of cl1" not in page
    assert f"certificate {API}" in page and "have its CA renew it" in page


def test_its_name_and_time_hold_settings(
    operator: TestClient, ca: Ca, monkeypatch: pytest.MonkeyPatch
) -> None:
    define_cluster(operator)
    operator.put(URL, json=body(ca))
    assert set_self_signed(operator, "no", vip_hostname="api.example.org") == 422
    assert set_self_signed(operator, "no") == 200
    answer = operator.patch(
        "/v1/clusters/cl1/settings", json={"settings": {"vip_hostname": "api.example.org"}}
    )
    assert answer.status_code == 422 and API in answer.json()["detail"]
    assert operator.delete(URL).status_code == 409

    later(monkeypatch, days=60)
    notes = {"settings": {"time_server_host": "ntp.example.com"}}
    assert operator.patch("/v1/clusters/cl1/settings", json=notes).status_code == 200
    assert set_self_signed(operator, "yes") == 200
    assert set_self_signed(operator, "no") == 422
    assert operator.delete(URL).json()["fingerprint"] == ""
    assert operator.get(URL).json()["names"] == []


def test_a_wrong_one_changes_nothing(operator: TestClient, ca: Ca) -> None:
    define_cluster(operator)
    operator.put(URL, json=body(ca))
    before = operator.get(URL)
    for wrong, field in (
        ({"key": ca.key("middle")}, "key"),
        ({"chain": ca.leaf}, "chain"),
        ({"root": "none"}, "root"),
    ):
        answer = operator.put(URL, json=body(ca) | wrong)
        assert (answer.status_code, answer.json()["field"]) == (422, field)
        assert "PRIVATE" not in answer.text
    assert operator.put(URL, json=body(ca), headers={"If-Match": '"x"'}).status_code == 412
    assert operator.get(URL).headers["ETag"] == before.headers["ETag"]


def test_it_is_listed_measured_and_its_key_is_nowhere_in_the_clear(
    operator: TestClient, oci: Installation, ca: Ca, tmp_path: Path
) -> None:
    define_cluster(operator)
    operator.put(URL, json=body(ca))
    row = listed(operator)[API]
    assert (row["kind"], row["cluster"]) == ("given", "cl1")
    assert 28 <= row["days_left"] <= 30
    ends = round(datetime.fromisoformat(row["not_after"]).timestamp())
    metrics = operator.get("/v1/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    line = f'oci_certificate_expiry_seconds{{name="{API}",kind="given",cluster="cl1"}} {ends}'
    assert line in metrics.text.splitlines()

    secret = ca.key("leaf").splitlines()[1].encode()
    oci.store.engine.dispose()
    found = [p for p in (tmp_path / "state").rglob("*") if p.is_file() and secret in p.read_bytes()]
    assert found == []
    assert stat.S_IMODE((tmp_path / "state/secrets.key").stat().st_mode) == 0o600
    audit = json.dumps(operator.get("/v1/audit?action=cluster-certificate-set").json())
    assert row["fingerprint"] in audit and "BEGIN" not in audit
