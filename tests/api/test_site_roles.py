"""The site's own roles: plain systems of their own name, wherever a role is asked for."""

import pytest
import yaml
from fastapi.testclient import TestClient
from httpx import Response

from ocinstaller.actions.context import Installation
from ocinstaller.actions.puppet import classify_machine
from tests.api.compat.test_api_php import WHO, ask
from tests.api.test_machine_way import define_cluster, enrol, send_report

HOST = "cl1-webfarm-1.example.com"


def create(client: TestClient, name: str, **more: str) -> Response:
    return client.post("/v1/roles", json={"name": name, **more})


def own_network(client: TestClient, role: str = "webfarm") -> Response:
    body = {"name": "web", "ip": "10.6.0.0", "cidr": 24, "location": "z1", "is_public": False}
    client.post("/v1/networks", json=body)
    place = {"cluster": "cl1", "role": role, "iface1": "eth1"}
    return client.put("/v1/networks/web/assignment", json=place)


@pytest.fixture
def site(operator: TestClient) -> TestClient:
    """A cluster, two machines that wait, and a role of the site."""
    define_cluster(operator)
    for number in (1, 2):
        assert send_report(operator, number, key=str(number) * 43).status_code == 200
    assert create(operator, "webfarm", purpose="web servers").status_code == 201
    return operator


def test_a_site_role_names_numbers_and_addresses_its_machines(site: TestClient) -> None:
    assert own_network(site).status_code == 200
    first, second = (enrol(site, "webfarm", f"SERIAL000{n}").json() for n in (1, 2))
    assert (first["hostname"], second["hostname"]) == (HOST, "cl1-webfarm-2.example.com")
    given = {address["network"]: address["ip"] for address in second["addresses"]}
    assert given == {"int": "10.1.0.3", "web": "10.6.0.3"}
    listed = site.get("/v1/machines", params={"role": "webfarm"}).json()
    assert [machine["serial"] for machine in listed] == ["SERIAL0001", "SERIAL0002"]
    counts = site.get("/v1/clusters/cl1/role-counts").json()
    assert {"role": "webfarm", "count": 2} in counts


def test_a_machine_of_a_site_role_is_a_plain_system(site: TestClient, oci: Installation) -> None:
    enrol(site, "webfarm")
    enrol(site, "custom", "SERIAL0002")
    with oci.store.read() as session:
        answers = [
            yaml.safe_load(classify_machine(session, oci, name))["classes"]
            for name in (HOST, "cl1-custom-1.example.com")
        ]
    assert all("ocinstaller::role::custom" in classes for classes in answers)
    own, custom = (classes["ocinstaller"] for classes in answers)
    assert own["role"] == "webfarm"
    assert (own["services"], own["settings"]) == (custom["services"], custom["settings"])
    assert own["services"] == ["chrony"]
    assert own["members"]["webfarm"][0]["hostname"] == HOST
    decisions = {d["subject"]: d for d in site.get("/v1/clusters/cl1/explanation").json()}
    assert decisions["service ssh"]["choice"] == "all 2 machines"
    assert decisions["service chrony"]["because"] == [
        {"name": "custom", "value": 1}, {"name": "webfarm", "value": 1},
    ]  # fmt: skip


def test_a_plan_knows_site_roles(site: TestClient) -> None:
    body = {"add_machines": [{"role": "webfarm", "count": 2}]}
    planned = site.post("/v1/clusters/cl1/plan", json=body).json()["changes"]
    hosts = {change["subject"] for change in planned if change["section"] == "machine"}
    assert hosts == {HOST, "cl1-webfarm-2.example.com"}
    enrol(site, "webfarm")
    stages = site.get("/v1/clusters/cl1/installation").json()["stages"]
    assert [stage["waiting"] for stage in stages] == [[HOST]]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("compute", 409),
        ("webfarm", 409),
        ("all", 422),
        ("ceph-cluster", 422),
        ("Web", 422),
        ("web_farm", 422),
        ("-web", 422),
        ("", 422),
        ("w" * 41, 422),
        ("we\0b", 422),
        ("web; reboot", 422),
    ],
)
def test_names_that_are_refused(site: TestClient, name: str, status: int) -> None:
    before = site.get("/v1/roles").json()
    assert create(site, name).status_code == status
    assert site.get("/v1/roles").json() == before


def test_an_unknown_role_is_refused_and_the_known_ones_are_named(site: TestClient) -> None:
    refused = enrol(site, "webfarms")
    assert refused.status_code == 422
    assert "webfarm" in refused.json()["allowed"].split(", ")
    assert own_network(site, "webfarms").status_code == 422


def test_a_role_in_use_cannot_be_deleted(site: TestClient) -> None:
    own_network(site)
    enrol(site, "webfarm")
    refused = site.delete("/v1/roles/webfarm")
    assert refused.status_code == 409
    for user in (f"machines {HOST}", "networks web", "cluster cl1 at 1"):
        assert user in refused.json()["detail"]
    assert site.delete("/v1/machines/SERIAL0001/enrolment").status_code == 200
    assert "machines" not in site.delete("/v1/roles/webfarm").json()["detail"]
    assert site.delete("/v1/networks/web/assignment").status_code == 200
    refused = site.delete("/v1/roles/webfarm")
    assert "cluster-rolecounts-set cl1 webfarm 0" in refused.json()["detail"]
    site.put("/v1/clusters/cl1/role-counts/webfarm", json={"count": 0})
    assert site.delete("/v1/roles/webfarm").status_code == 204
    assert site.get("/v1/roles/webfarm").status_code == 404
    assert site.get("/v1/clusters/cl1/role-counts").json() == []
    assert enrol(site, "webfarm").status_code == 422


def test_what_cannot_be_deleted_at_all(site: TestClient) -> None:
    assert "OCI's own" in site.delete("/v1/roles/compute").json()["detail"]
    assert site.delete("/v1/roles/nobody").status_code == 404
    stale = site.delete("/v1/roles/webfarm", headers={"If-Match": '"old"'})
    assert stale.status_code == 412


def test_the_purpose_of_a_site_role_is_changed(site: TestClient) -> None:
    changed = site.patch("/v1/roles/webfarm", json={"purpose": "shops"})
    assert changed.json() == {"name": "webfarm", "purpose": "shops", "site": True}
    assert site.patch("/v1/roles/controller", json={"purpose": "mine"}).status_code == 409
    assert site.patch("/v1/roles/nobody", json={"purpose": "mine"}).status_code == 404
    assert site.patch("/v1/roles/webfarm", json={"purpose": "a\nb"}).status_code == 422
    assert site.get("/v1/roles/webfarm").json()["purpose"] == "shops"


def test_two_clusters_cannot_give_one_host_name(site: TestClient) -> None:
    create(site, "b-webfarm")
    site.post("/v1/clusters", json={"name": "cl1-b", "domain": "example.com"})
    body = {"name": "int-b", "ip": "10.8.0.0", "cidr": 24, "location": "z1", "is_public": False}
    site.post("/v1/networks", json=body)
    place = {"cluster": "cl1-b", "role": "all", "iface1": "eth0"}
    assert site.put("/v1/networks/int-b/assignment", json=place).status_code == 200
    assert enrol(site, "b-webfarm").json()["hostname"] == "cl1-b-webfarm-1.example.com"
    body = {"cluster": "cl1-b", "role": "webfarm", "location": "z1"}
    refused = site.put("/v1/machines/SERIAL0002/enrolment", json=body)
    assert refused.status_code == 409 and "SERIAL0001" in refused.json()["detail"]
    site.put("/v1/clusters/cl1-b/role-counts/webfarm", json={"count": 1})
    answer = site.put("/v1/machines/SERIAL0002/enrolment", json=body)
    assert answer.json()["hostname"] == "cl1-b-webfarm-2.example.com"


def test_a_cluster_file_brings_the_roles_that_it_uses(site: TestClient) -> None:
    own_network(site)
    enrol(site, "webfarm")
    create(site, "unused")
    text = site.get("/v1/clusters/cl1/file").json()["text"]
    assert yaml.safe_load(text)["site_roles"] == {"webfarm": {"purpose": "web servers"}}
    unchanged = site.post("/v1/cluster-files/apply", json={"text": text}).json()
    assert unchanged["changes"] == []
    more = text.replace("role: webfarm", "role: webfarm2").replace("  webfarm:", "  webfarm2:")
    refused = site.post("/v1/cluster-files/apply", json={"text": more})
    assert refused.status_code == 409, refused.text  # the machine would leave its place
    applied = site.post("/v1/cluster-files/apply", json={"text": more, "remove_machines": True})
    assert applied.status_code == 200, applied.text
    made = [change for change in applied.json()["changes"] if change["section"] == "site role"]
    assert [(change["subject"], change["after"]) for change in made] == [
        ("webfarm2", "web servers")
    ]
    assert site.get("/v1/machines/SERIAL0001").json()["machine"]["role"] == "webfarm2"


def test_a_cluster_file_with_a_role_that_nobody_made(site: TestClient) -> None:
    enrol(site, "webfarm")
    text = site.get("/v1/clusters/cl1/file").json()["text"]
    refused = site.post(
        "/v1/cluster-files/plan", json={"text": text.replace("role: webfarm", "role: wbfarm")}
    )
    assert refused.status_code == 422
    assert "machines.SERIAL0001" in refused.json()["detail"]


def test_the_pages_offer_and_make_site_roles(site: TestClient) -> None:
    token = site.get("/oci/roles").text.split('name="csrf" value="')[1].split('"')[0]
    made = site.post("/oci/roles", data={"csrf": token, "name": "mail", "purpose": "post"})
    assert made.status_code == 200 and "Created." in made.text
    refused = site.post("/oci/roles", data={"csrf": token, "name": "vip"})
    assert refused.status_code == 422
    for page in ("/oci/machines/SERIAL0001/enrol", "/oci/clusters/cl1/plan", "/oci/networks/int2"):
        if page.endswith("int2"):
            body = {"ip": "10.9.0.0", "cidr": 24, "location": "z1", "is_public": False}
            site.post("/v1/networks", json={"name": "int2", **body})
        assert 'value="mail"' in site.get(page).text, page
    gone = site.post("/oci/roles/mail/delete", data={"csrf": token, "confirm": "mail"})
    assert "Deleted." in gone.text
    assert site.get("/v1/roles/mail").status_code == 404


def test_the_originals_actions(site: TestClient) -> None:
    def call(action: str, **more: str) -> dict[str, object]:
        return ask(site, action=action, **WHO, **more)

    assert call("role_create", name="mail")["status"] == "success"
    rows = call("role_list")["data"]
    assert isinstance(rows, list)
    assert {row["name"] for row in rows} >= {"mail", "webfarm", "controller"}
    assert len({row["id"] for row in rows}) == len(rows)
    assert call("role_delete", name="mail")["status"] == "success"
    assert call("role_create", name="vip")["status"] == "error"
