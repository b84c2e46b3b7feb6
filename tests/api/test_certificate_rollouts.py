"""Roll-outs of certificates: whose turn it is, what stops them, how they go on."""

import pytest
from fastapi.testclient import TestClient

from ocinstaller.model.hardware import HardwareReport
from tests.api.test_machine_way import bearer, define_cluster, enrol
from tests.support import report

URL = "/v1/clusters/cl1/certificate-rollout"
SERIALS = ("SERIAL0001", "SERIAL0002", "SERIAL0003")
HOSTS = (
    "cl1-controller-1.example.com",
    "cl1-controller-2.example.com",
    "cl1-compute-1.example.com",
)
API = "cl1-api.example.com"


def key_of(serial: str) -> dict[str, str]:
    return bearer(serial[-1] * 43)


def install(client: TestClient, number: int, role: str) -> None:
    serial = f"SERIAL{number:04d}"
    document: HardwareReport = report(number)
    client.post(
        "/node/v1/report", content=document.model_dump_json(), headers=key_of(serial), auth=None
    )
    assert enrol(client, role, serial).status_code == 200
    client.post(f"/v1/machines/{serial}/installation")
    plan = client.get(f"/node/v1/plan?serial={serial}", headers=key_of(serial), auth=None).json()
    for event in ("install-started", "installed", "booted"):
        body = {"serial": serial, "event": event, "plan_id": plan["plan_id"], "reason": ""}
        answer = client.post("/node/v1/event", json=body, headers=key_of(serial), auth=None)
        assert answer.status_code == 204, answer.text


@pytest.fixture
def cloud(operator: TestClient) -> TestClient:
    """Two controllers and a compute machine, all installed."""
    define_cluster(operator)
    for number, role in enumerate(("controller", "controller", "compute"), 1):
        install(operator, number, role)
    return operator


def turn(client: TestClient, serial: str) -> dict[str, object]:
    url = f"/node/v1/certificate-turn?serial={serial}"
    answer = client.get(url, headers=key_of(serial), auth=None)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def whose(client: TestClient) -> list[str]:
    return [serial for serial in SERIALS if turn(client, serial)["due"]]


def ended(client: TestClient, serial: str, *, success: bool, rollout: int = 1) -> None:
    body = {
        "serial": serial,
        "rollout": rollout,
        "success": success,
        "reason": "" if success else "no",
    }
    url = "/node/v1/certificate-turn"
    assert client.post(url, json=body, headers=key_of(serial), auth=None).status_code == 204


def fetched(client: TestClient, serial: str) -> dict[str, str] | int:
    url = f"/node/v1/certificates?serial={serial}"
    answer = client.get(url, headers=key_of(serial), auth=None)
    if answer.status_code != 200:
        return answer.status_code
    return {file["path"]: file["content"] for file in answer.json()["files"]}


def state(client: TestClient) -> tuple[str, list[str]]:
    view = client.get(URL).json()
    return view["state"], [one["state"] for one in view["turns"]]


def start(client: TestClient, *, api_only: bool = False) -> int:
    return client.post(URL, json={"api_only": api_only}).status_code


def test_one_machine_after_the_other_with_the_controllers_last(cloud: TestClient) -> None:
    before = {serial: fetched(cloud, serial) for serial in SERIALS}
    assert whose(cloud) == []
    assert start(cloud) == 202
    assert state(cloud) == ("running", ["waiting"] * 3)
    for serial, host in zip(
        ("SERIAL0003", "SERIAL0001", "SERIAL0002"), (HOSTS[2], *HOSTS[:2]), strict=True
    ):
        assert fetched(cloud, serial) == 409
        assert whose(cloud) == [serial]
        assert whose(cloud) == [serial], "asked again it is the same"
        files, old = fetched(cloud, serial), before[serial]
        assert isinstance(files, dict) and isinstance(old, dict)
        assert files[f"/etc/ssl/oci/{host}.crt"] != old[f"/etc/ssl/oci/{host}.crt"]
        assert fetched(cloud, serial) == files, "renewed once"
        ended(cloud, serial, success=True)
        ended(cloud, serial, success=False), "a late repetition changes nothing"
    assert state(cloud) == ("done", ["done"] * 3)
    assert whose(cloud) == []
    both = [fetched(cloud, serial) for serial in SERIALS[:2]]
    assert both[0][f"/etc/ssl/oci/{API}.pem"] == both[1][f"/etc/ssl/oci/{API}.pem"]
    assert start(cloud) == 202
    assert cloud.get(URL).json()["number"] == 2


def test_what_to_look_at_follows_from_the_table_of_services(cloud: TestClient) -> None:
    start(cloud)
    turn(cloud, "SERIAL0003")
    ended(cloud, "SERIAL0003", success=True)
    found = turn(cloud, "SERIAL0001")
    seen = {(e["service"], e["port"]): e for e in found["endpoints"]}
    assert {
        ("haproxy", 443), ("haproxy", 8088), ("mariadb", 3306), ("mariadb", 9200),
        ("rabbitmq", 5671), ("keystone", 5000), ("nova-api", 8774),
    } <= seen.keys()  # fmt: skip
    api = seen["haproxy", 443]
    assert (api["hostname"], api["file"]) == (API, f"/etc/ssl/oci/{API}.pem")
    assert seen["mariadb", 3306]["dialect"] == "mysql"
    files = fetched(cloud, "SERIAL0001")
    assert {e["file"] for e in found["endpoints"]} <= files.keys()
    assert {e["address"] for e in found["endpoints"]} == {"10.1.0.2"}
    assert found["authorities"].count("BEGIN") == 1


def test_a_machine_that_went_back_stops_all_until_it_is_started_again(cloud: TestClient) -> None:
    start(cloud)
    turn(cloud, "SERIAL0003")
    ended(cloud, "SERIAL0003", success=False)
    assert state(cloud) == ("failed", ["failed", "waiting", "waiting"])
    assert cloud.get(URL).json()["turns"][0]["reason"] == "no"
    assert whose(cloud) == []
    assert [fetched(cloud, serial) for serial in SERIALS] == [409, 409, 409]
    assert start(cloud, api_only=True) == 409
    assert start(cloud) == 202
    assert whose(cloud) == ["SERIAL0003"]
    assert cloud.get(URL).json()["number"] == 1


def test_given_up_each_takes_its_own_as_before(cloud: TestClient) -> None:
    start(cloud)
    turn(cloud, "SERIAL0003")
    assert cloud.delete(URL).json()["state"] == "done"
    assert whose(cloud) == []
    assert all(isinstance(fetched(cloud, serial), dict) for serial in SERIALS)


def test_with_the_api_only_controllers_alone_take_part(cloud: TestClient) -> None:
    before = fetched(cloud, "SERIAL0001")
    assert start(cloud, api_only=True) == 202
    assert isinstance(fetched(cloud, "SERIAL0003"), dict)
    found = turn(cloud, "SERIAL0001")
    assert [e["port"] for e in found["endpoints"]] == [443] and found["api_only"]
    after = fetched(cloud, "SERIAL0001")
    changed = {path for path in after if after[path] != before[path]}
    assert changed == {f"/etc/ssl/oci/{API}.pem"}


def test_who_leaves_lets_the_others_go_on(cloud: TestClient) -> None:
    start(cloud)
    assert whose(cloud) == ["SERIAL0003"]
    assert cloud.delete("/v1/machines/SERIAL0003/enrolment").status_code in (200, 204)
    assert whose(cloud) == ["SERIAL0001"]
    ended(cloud, "SERIAL0001", success=True)
    assert whose(cloud) == ["SERIAL0002"]
    cloud.delete("/v1/machines/SERIAL0002/enrolment")
    assert state(cloud) == ("done", ["done"])


def test_what_cannot_be_rolled_out_is_refused(operator: TestClient) -> None:
    define_cluster(operator)
    assert start(operator) == 409
    assert operator.get(URL).json()["number"] == 0
    assert operator.delete(URL).status_code == 200
    operator.post(
        "/node/v1/report", content=report(1).model_dump_json(), headers=key_of("1"), auth=None
    )
    enrol(operator)
    refused = operator.post(URL, json={})
    assert refused.status_code == 409 and HOSTS[0] in refused.json()["detail"]
    assert turn(operator, "SERIAL0001") == {
        "due": False, "rollout": 0, "api_only": False, "endpoints": [], "authorities": "",
    }  # fmt: skip
    answer = operator.get(
        "/node/v1/certificate-turn?serial=SERIAL0001", headers=bearer("x" * 43), auth=None
    )
    assert answer.status_code == 403
