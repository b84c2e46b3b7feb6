"""Settings over HTTP: validation, inheritance, secrets, locking, and what they concern."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from ocinstaller.actions.context import Installation
from ocinstaller.store.tables import MachineSetting
from tests.api.test_machine_way import define_cluster, enrol, send_report

CLUSTER = "/v1/clusters/cl1/settings"
MACHINE = "/v1/machines/SERIAL0001/settings"


@pytest.fixture
def member(operator: TestClient) -> TestClient:
    """Return a client where the machine SERIAL0001 is a controller of cluster cl1."""
    define_cluster(operator)
    send_report(operator)
    enrol(operator)
    return operator


def values(client: TestClient, path: str) -> dict[str, str]:
    return {s["name"]: s["value"] for s in client.get(path).json()["settings"]}


def change(client: TestClient, path: str, **settings: object) -> list[dict[str, object]]:
    answer = client.patch(path, json={"settings": settings})
    assert answer.status_code == 200, answer.text
    return answer.json()["changes"]


def test_a_change_tells_which_machines_it_concerns(member: TestClient) -> None:
    host = "cl1-controller-1.example.com"
    (changed,) = change(member, CLUSTER, neutron_use_dvr="no", swift_replicas=3)
    assert changed == {
        "name": "neutron_use_dvr",
        "before": "yes",
        "after": "no",
        "machines": [host],
    }
    assert values(member, CLUSTER)["neutron_use_dvr"] == "no"
    (changed,) = change(member, CLUSTER, swift_part_power=18)
    assert changed["machines"] == []
    (changed,) = change(member, CLUSTER, neutron_use_dvr=None)
    assert changed["after"] == "yes"
    (changed,) = change(member, MACHINE, dc="north")
    assert changed == {"name": "loc_dc", "before": "", "after": "north", "machines": [host]}


def test_one_bad_value_changes_nothing(member: TestClient) -> None:
    before = values(member, CLUSTER)
    for wrong in ({"neutron_use_dvr": "perhaps"}, {"neutron_use_dvrr": "no"}, {"asn": -1}):
        answer = member.patch(CLUSTER, json={"settings": {"region_name": "Two", **wrong}})
        assert answer.status_code == 422 and answer.json()["allowed"]
    assert values(member, CLUSTER) == before


def test_a_stale_change_is_refused(member: TestClient) -> None:
    tag = member.get(CLUSTER).headers["ETag"]
    fresh = member.patch(
        CLUSTER, json={"settings": {"asn": 65000}}, headers={"If-Match": tag}
    ).headers["ETag"]
    assert fresh == member.get(CLUSTER).headers["ETag"] != tag
    stale = member.patch(CLUSTER, json={"settings": {"asn": 65001}}, headers={"If-Match": tag})
    assert stale.status_code == 412
    assert values(member, CLUSTER)["asn"] == "65000"


def test_secrets_are_sealed_and_never_shown(member: TestClient, oci: Installation) -> None:
    (changed,) = change(member, MACHINE, ipmi_password="hunter2")
    assert changed["after"] == "(not shown)"
    assert "hunter2" not in member.get(MACHINE).text
    assert "hunter2" not in member.get("/v1/audit").text
    assert "hunter2" not in member.get("/v1/clusters/cl1/file").json()["text"]
    with oci.store.read() as session:
        row = session.scalars(select(MachineSetting)).one()
        assert row.value is None and oci.vault.open(row.sealed) == "hunter2"
    refused = member.patch(MACHINE, json={"settings": {"ipmi_password": "hunter3\n"}})
    assert refused.status_code == 422 and "hunter3" not in refused.text


def test_applying_a_file_keeps_secrets(member: TestClient) -> None:
    change(member, CLUSTER, extswift_password="hunter2", mail_relay_host="mx.example.com")
    text = member.get("/v1/clusters/cl1/file").json()["text"]
    change(member, CLUSTER, mail_relay_host=None)
    answer = member.post("/v1/cluster-files/apply", json={"text": text})
    assert answer.status_code == 200, answer.text
    assert values(member, CLUSTER)["extswift_password"] == "(not shown)"
    assert values(member, CLUSTER)["mail_relay_host"] == "mx.example.com"
    assert member.post("/v1/cluster-files/plan", json={"text": text}).json()["changes"] == []


def test_settings_of_state_follow_and_move_it(member: TestClient) -> None:
    assert values(member, CLUSTER)["first_master"] == "cl1-controller-1.example.com"
    assert values(member, CLUSTER)["initial_cluster_setup"] == "yes"
    change(member, CLUSTER, initial_cluster_setup="no")
    assert member.get("/v1/clusters/cl1").json()["initial_cluster_setup"] is False
    refused = member.patch(CLUSTER, json={"settings": {"first_master": "SERIAL0009"}})
    assert refused.status_code == 422 and "cl1-controller-1" in refused.json()["allowed"]
    change(member, MACHINE, hostname="founder.example.com")
    assert values(member, CLUSTER)["first_master"] == "founder.example.com"


def test_a_host_name_needs_a_cluster_and_is_unique(member: TestClient) -> None:
    send_report(member, 2)
    other = "/v1/machines/SERIAL0002/settings"
    refused = member.patch(other, json={"settings": {"hostname": "a.example.com"}})
    assert refused.status_code == 409 and "no cluster" in refused.json()["detail"]
    refused = member.patch(MACHINE, json={"settings": {"hostname": ""}})
    assert refused.status_code == 422


def test_the_table_describes_itself(operator: TestClient) -> None:
    found = {s["name"]: s for s in operator.get("/v1/settings/machine").json()}
    assert found["cpu_mode"]["allowed"].endswith("cluster_value")
    assert found["gpu_product_id"]["options"] == ["--gpu-product-id", "--gpu-produc-id"]
    assert operator.get("/v1/settings/room").status_code == 422
    schema = operator.get("/v1/openapi.json").json()["components"]["schemas"]
    properties = schema["ClusterSettingsToChange"]["properties"]["settings"]["properties"]
    assert properties["cpu_mode"]["enum"] == ["host-model", "host-passthrough", "custom", None]
