"""Explanations, plans and cluster files over the API."""

import pytest
import yaml
from fastapi.testclient import TestClient
from sqlalchemy import event

from ocinstaller.actions.context import Installation
from ocinstaller.actions.outcome import MASKED
from ocinstaller.model.secret_specs import SECRETS
from ocinstaller.store import queries, snapshots
from tests.api.test_machine_way import define_cluster, enrol, send_report

CHANGES = "/v1/clusters/cl1/plan"


def plan(client: TestClient, text: str) -> list[dict[str, object]]:
    answer = client.post("/v1/cluster-files/plan", json={"text": text})
    assert answer.status_code == 200, answer.text
    return answer.json()["changes"]


def apply(client: TestClient, text: str, **more: object) -> list[dict[str, object]]:
    answer = client.post("/v1/cluster-files/apply", json={"text": text} | more)
    assert answer.status_code == 200, answer.text
    return answer.json()["changes"]


def export(client: TestClient) -> str:
    return client.get("/v1/clusters/cl1/file").json()["text"]


@pytest.fixture
def cluster(operator: TestClient) -> TestClient:
    """A cluster with a controller and two machines that wait."""
    define_cluster(operator)
    for number in (1, 2, 3):
        assert send_report(operator, number, key=str(number) * 43).status_code == 200
    assert enrol(operator).status_code == 200
    return operator


def test_decisions_are_explained(cluster: TestClient) -> None:
    decisions = {d["subject"]: d for d in cluster.get("/v1/clusters/cl1/explanation").json()}
    assert decisions["API address"]["choice"] == "10.2.0.2 on eth1"
    assert decisions["high availability"]["choice"] == "no"
    assert decisions["first master"]["choice"] == "cl1-controller-1.example.com"
    assert decisions["service nova-api"]["choice"] == "none"
    assert decisions["service nova-api"]["because"] == [{"name": "compute", "value": 0}]
    for name in ("SERIAL0001", "cl1-controller-1.example.com"):
        machine = {d["subject"]: d for d in cluster.get(f"/v1/machines/{name}/explanation").json()}
        assert machine["service keystone"]["choice"] == "runs"
        assert machine["service glance-api"]["choice"] == "does not run"
        assert machine["service glance-api"]["reason"] == "no compute machines"
    refused = cluster.get("/v1/machines/SERIAL0002/explanation")
    assert refused.status_code == 409
    assert "belongs to no cluster" in refused.json()["detail"]
    assert cluster.get("/v1/clusters/nope/explanation").status_code == 404


def test_a_plan_tells_what_enrolment_then_does(cluster: TestClient) -> None:
    body = {"add_machines": [{"role": "custom", "location": "z1"}]}
    changes = cluster.post(CHANGES, json=body).json()["changes"]
    planned = {(c["section"], c["subject"], c["item"]): c["after"] for c in changes}
    host = "cl1-custom-1.example.com"
    assert planned["address", host, "int"] == "10.1.0.3/24"
    assert planned["class", host, "ocinstaller::role::custom"] == "assigned"
    before = export(cluster)
    assert cluster.post(CHANGES, json=body).json()["changes"] == changes
    assert export(cluster) == before
    view = enrol(cluster, "custom", "SERIAL0002").json()
    assert (view["hostname"], view["addresses"][0]["ip"]) == (host, "10.1.0.3")


def test_a_plan_works_for_roles_that_cannot_be_deployed(cluster: TestClient) -> None:
    changes = cluster.post(
        CHANGES, json={"add_machines": [{"role": "compute", "count": 2}, {"role": "tempest"}]}
    )
    after = {(c["section"], c["subject"], c["item"]): c["after"] for c in changes.json()["changes"]}
    assert after["service", "cl1-controller-1.example.com", "glance-api"] == "runs"
    assert after["decision", "cl1", "Glance images"] == "file"
    assert "cannot be deployed" in after["class", "cl1-tempest-1.example.com", "(none)"]


def test_removal_and_settings_are_planned(cluster: TestClient) -> None:
    host = "cl1-controller-1.example.com"
    changes = cluster.post(CHANGES, json={"remove_machines": [host]}).json()["changes"]
    gone = {c["item"] for c in changes if c["subject"] == host and c["after"] is None}
    assert {"keystone", "int", "ocinstaller::role::controller"} <= gone
    changes = cluster.post(CHANGES, json={"settings": {"time_server_host": "ntp.example.com"}})
    parameters = [c for c in changes.json()["changes"] if c["section"] == "parameter"]
    assert {c["item"]: c["after"] for c in parameters} == {
        "ocinstaller::settings::time_server_host": "ntp.example.com",
        "ocinstaller::time_servers": ["ntp.example.com"],
    }
    assert cluster.post(CHANGES, json={"settings": {"install_magnum": "yes"}}).json()["changes"] == [
        {"section": "setting", "subject": "cl1", "item": "install_magnum", "before": None, "after": "yes"},
        {"section": "parameter", "subject": host, "item": "ocinstaller::settings::install_magnum", "before": None, "after": "yes"},
    ]  # fmt: skip
    for body in ({}, {"settings": {"install_heat": "yes"}}):
        assert cluster.post(CHANGES, json=body).json()["changes"] == []


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"settings": {"install_heet": "yes"}}, 422, "did you mean install_heat"),
        ({"settings": {"install_heat": "so so"}}, 422, "yes, no"),
        ({"settings": {"vip_hostname": "a b"}}, 422, "DNS name"),
        ({"remove_machines": ["nope"]}, 404, "nope"),
        ({"add_machines": [{"role": "blimp"}]}, 422, "role"),
        ({"add_machines": [{"role": "custom", "count": 0}]}, 422, "count"),
        ({"add_machines": [{"role": "custom", "count": 1000}]}, 409, "no free address"),
        ({"add_machines": [{"role": "custom", "location": "moon"}]}, 422, "z1"),
        ({"frobnicate": 1}, 422, "frobnicate"),
    ],
)
def test_plans_refuse_what_the_change_would_be_refused(
    cluster: TestClient, body: dict[str, object], status: int, said: str
) -> None:
    answer = cluster.post(CHANGES, json=body)
    assert answer.status_code == status
    assert said in answer.text


def test_no_secret_is_in_any_plan(cluster: TestClient, oci: Installation) -> None:
    with oci.store.read() as session:
        row = queries.cluster(session, "cl1")
        secrets = oci.vault.cluster_secrets(session, row.id, [spec.name for spec in SECRETS])
    texts = [
        cluster.post(CHANGES, json={"add_machines": [{"role": "controller"}]}).text,
        cluster.post(CHANGES, json={"remove_machines": ["SERIAL0001"]}).text,
        cluster.get("/v1/clusters/cl1/explanation").text,
        export(cluster),
    ]
    assert MASKED in texts[0] and MASKED in texts[1]
    for value in secrets.values():
        assert not any(value in text for text in texts)


def test_an_exported_file_changes_nothing(cluster: TestClient) -> None:
    text = export(cluster)
    assert text.startswith("# Cluster cl1.")
    assert "  # cl1-controller-1.example.com\n  SERIAL0001:" in text
    assert plan(cluster, text) == []
    assert apply(cluster, text) == []
    assert export(cluster) == text


def test_a_file_is_planned_applied_and_then_changes_nothing(cluster: TestClient) -> None:
    document = yaml.safe_load(export(cluster))
    document["cluster"]["settings"] = {"time_server_host": "ntp.example.com"}
    document["locations"]["z2"] = {"swift_region": "r2"}
    document["swift_regions"].append("r2")
    document["networks"]["more"] = {
        "ip": "10.7.0.0", "cidr": 24, "location": "z2", "is_public": False, "role": "all", "iface1": "eth0",
    }  # fmt: skip
    document["machines"]["SERIAL0002"] = {
        "role": "custom", "location": "z2", "addresses": {"more": "10.7.0.77"},
    }  # fmt: skip
    text = yaml.safe_dump(document, sort_keys=False)
    planned = plan(cluster, text)
    assert cluster.get("/v1/swift-regions").json() == [{"name": "r1"}]
    assert apply(cluster, text) == planned
    assert {c["section"] for c in planned} >= {"swift region", "location", "network", "address"}
    assert (
        cluster.get("/v1/machines/SERIAL0002").json()["machine"]["addresses"][0]["ip"]
        == "10.7.0.77"
    )
    assert apply(cluster, text) == plan(cluster, text) == []


def test_machines_leave_only_when_that_is_wanted(cluster: TestClient) -> None:
    enrol(cluster, "custom", "SERIAL0002")
    document = yaml.safe_load(export(cluster))
    del document["machines"]["SERIAL0002"]
    document["machines"]["SERIAL0001"]["addresses"]["int"] = "10.1.0.99"
    text = yaml.safe_dump(document)
    assert plan(cluster, text)
    refused = cluster.post("/v1/cluster-files/apply", json={"text": text})
    assert refused.status_code == 409
    assert "SERIAL0001, SERIAL0002 would leave" in refused.json()["detail"]
    assert "--remove-machines" in refused.json()["allowed"]
    apply(cluster, text, remove_machines=True)
    first = cluster.get("/v1/machines/SERIAL0001").json()["machine"]
    assert (first["hostname"], first["addresses"][0]["ip"]) == (
        "cl1-controller-2.example.com",
        "10.1.0.99",
    )
    assert cluster.get("/v1/machines/SERIAL0002").json()["machine"]["cluster"] is None
    assert apply(cluster, text) == []


BASE = (
    "swift_regions: [r1]\nlocations: {z1: {swift_region: r1}}\n"
    "cluster: {name: cl2, domain: example.com}\n"
)
NETWORK = "{ip: 10.8.0.0, cidr: 24, location: z1, is_public: no, role: all, iface1: eth0}"


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        (BASE + "machines:\n  NOPE: {role: custom, location: z1}\n", 404, ":5: machines.NOPE: no machine named 'NOPE'"),
        (BASE + "machines:\n  SERIAL0002: {role: custom, location: z1}\n", 409, "no private network"),
        (BASE + "machines:\n  SERIAL0001: {role: custom, location: z1}\n", 409, "belongs to cluster cl1"),
        (BASE + f"networks:\n  n: {NETWORK}\nmachines:\n  SERIAL0002: {{role: tempest, location: z1}}\n", 409, "cannot be deployed"),
        (BASE + f"networks:\n  n: {NETWORK}\nmachines:\n  SERIAL0002: {{role: custom, location: z1, addresses: {{x: 10.8.0.9}}}}\n", 422, "addresses.x"),
        (BASE + f"networks:\n  n: {NETWORK}\nmachines:\n  SERIAL0002: {{role: custom, location: z1, addresses: {{n: 10.9.0.9}}}}\n", 422, "10.8.0.2 to 10.8.0.254"),
        (BASE + f"networks:\n  int: {NETWORK}\n", 409, "network int exists as 10.1.0.0/24"),
        (BASE + "networks:\n  n: {ip: 10.1.0.0, cidr: 24, location: z1, is_public: no, role: all, iface1: eth0}\n", 409, "overlaps network int"),
        (BASE + "networks:\n  n: {ip: 10.8.0.0, cidr: 24, location: moon, is_public: no, role: all, iface1: eth0}\n", 404, ":5: networks.n: no location"),
        (BASE + "networks:\n  n: {ip: 10.8.0.0, cidr: 24, location: z1, is_public: no, role: blimp, iface1: eth0}\n", 422, "role"),
        ("locations: {z1: {swift_region: r9}}\n" + BASE.splitlines()[-1], 409, "location z1 is in Swift region r1"),
        ("locations: {z9: {swift_region: r9}}\n" + BASE.splitlines()[-1], 404, "no swift region"),
        ("cluster: {name: cl1, domain: example.net}\n", 409, "the domain of cluster cl1 is example.com"),
        ("cluster: {name: 'Q Q', domain: example.net}\n", 422, "host name"),
        ("cluster: {name: cl2, domain: example.com, settings: {regionname: x}}\n", 422, "did you mean region_name"),
        ("cluster: {name: cl2, domian: example.com}\n", 422, "did you mean domain"),
        ("swift_regions: ['a b']\n" + BASE.splitlines()[-1], 422, "swift_regions.0"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_applied_changes_nothing(
    cluster: TestClient, text: str, status: int, said: str
) -> None:
    def state() -> list[object]:
        paths = ("swift-regions", "locations", "networks", "clusters", "machines")
        return [cluster.get(f"/v1/{path}").json() for path in paths]

    before = state()
    body = {"name": "cloud.yaml", "text": text, "remove_machines": True}
    answer = cluster.post("/v1/cluster-files/apply", json=body)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["detail"], answer.json()["detail"]
    assert answer.json()["detail"].startswith("cloud.yaml:")
    assert state() == before


def test_networks_of_a_file_may_change_while_nobody_uses_them(operator: TestClient) -> None:
    define_cluster(operator)
    document = yaml.safe_load(export(operator))
    document["networks"]["int"]["ip"] = "10.9.0.0"
    del document["networks"]["pub"]
    apply(operator, yaml.safe_dump(document))
    shown = {n["name"]: n for n in operator.get("/v1/networks").json()}
    assert shown["int"]["ip"] == "10.9.0.0" and shown["int"]["cluster"] == "cl1"
    assert shown["pub"]["cluster"] is None
    document["networks"]["int"]["iface1"] = "eth1"
    assert [c["item"] for c in apply(operator, yaml.safe_dump(document))] == ["iface1"]


def test_a_network_in_use_stays(cluster: TestClient) -> None:
    document = yaml.safe_load(export(cluster))
    document["networks"]["int"]["cidr"] = 25
    answer = cluster.post("/v1/cluster-files/apply", json={"text": yaml.safe_dump(document)})
    assert answer.status_code == 409
    assert "networks.int: network int is still used by machines cl1-controller-1" in answer.text


def test_a_snapshot_takes_the_same_queries_whatever_the_size(
    cluster: TestClient, oci: Installation
) -> None:
    def count() -> int:
        statements: list[str] = []

        def note(*arguments: object) -> None:
            statements.append(str(arguments[2]))

        with oci.store.read() as session:
            row = queries.cluster(session, "cl1")
            event.listen(oci.store.engine, "before_cursor_execute", note)
            snapshots.cluster_snapshot(session, row)
            event.remove(oci.store.engine, "before_cursor_execute", note)
        return len(statements)

    one = count()
    for serial in ("SERIAL0002", "SERIAL0003"):
        enrol(cluster, "controller", serial)
    assert count() == one <= 10


def test_a_cluster_is_installed_in_order_and_goes_on_when_asked_again(operator: TestClient) -> None:
    define_cluster(operator)
    assert operator.post("/v1/clusters/cl1/installation").status_code == 409, "no machine"
    for number, role in ((1, "controller"), (2, "custom")):
        send_report(operator, number)
        assert enrol(operator, role, f"SERIAL000{number}").status_code == 200
    state = operator.get("/v1/clusters/cl1/installation").json()
    assert state["startable"] == ["cl1-controller-1.example.com"]
    started = operator.post("/v1/clusters/cl1/installation")
    assert started.status_code == 202
    assert started.json()["stages"][0]["running"] == ["cl1-controller-1.example.com"]
    assert started.json()["startable"] == [], "the others wait for the controller"
    again = operator.post("/v1/clusters/cl1/installation").json()
    assert again == started.json()
    assert operator.get("/v1/machines/SERIAL0002").json()["machine"]["status"] == "live"
