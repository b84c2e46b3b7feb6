"""Bad input: refused with what is allowed, nothing changed."""

import pytest
from fastapi.testclient import TestClient

from tests.api.test_machine_way import define_cluster, enrol, send_report


def snapshot(client: TestClient) -> list[object]:
    kinds = ("swift-regions", "locations", "networks", "clusters")
    return [client.get(f"/v1/{kind}").json() for kind in kinds] + [
        [
            {k: v for k, v in m.items() if k != "last_seen"}
            for m in client.get("/v1/machines").json()
        ]
    ]


NETWORK = {"name": "n", "ip": "10.9.0.0", "cidr": 24, "location": "z1", "is_public": False}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("POST", "swift-regions", {"name": "r1"}, 409, "r1 is already in use"),
        ("POST", "swift-regions", {"name": "-x"}, 422, "letters, digits"),
        ("POST", "swift-regions", {"name": "x", "extra": 1}, 422, "extra"),
        ("POST", "locations", {"name": "z2", "swift_region": "nope"}, 404, "there are: r1"),
        ("POST", "networks", NETWORK | {"ip": "10.1.0.128", "cidr": 25}, 409, "overlaps network int"),
        ("POST", "networks", NETWORK | {"ip": "10.0.0.0", "cidr": 8}, 409, "overlaps"),
        ("POST", "networks", NETWORK | {"ip": "10.9.0.1"}, 422, "10.9.0.0"),
        ("POST", "networks", NETWORK | {"ip": "300.1.1.1"}, 422, "an IPv4 or IPv6 address"),
        ("POST", "networks", NETWORK | {"cidr": 33}, 422, "1 to 32"),
        ("POST", "networks", NETWORK | {"cidr": "many"}, 422, "cidr"),
        ("POST", "networks", NETWORK | {"name": "int"}, 409, "int is already in use"),
        ("POST", "networks", NETWORK | {"location": "z9"}, 404, "there are: z1"),
        ("POST", "clusters", {"name": "cl1", "domain": "x.org"}, 409, "cl1 is already in use"),
        ("POST", "clusters", {"name": "CL", "domain": "x.org"}, 422, "lower-case"),
        ("POST", "clusters", {"name": "c", "domain": "x..org"}, 422, "DNS name"),
        ("PUT", "networks/int/assignment", {"cluster": "cl1", "role": "all", "iface1": "eth0"}, 409, "belongs to cluster cl1"),
        ("PUT", "networks/spare/assignment", {"cluster": "cl1", "role": "king", "iface1": "eth0"}, 422, "controller, compute"),
        ("PUT", "networks/spare/assignment", {"cluster": "cl1", "role": "all", "iface1": "a b"}, 422, "interface name"),
        ("PUT", "networks/spare/assignment", {"cluster": "cl9", "role": "all", "iface1": "eth0"}, 404, "there are: cl1"),
        ("PUT", "machines/SERIAL0001/enrolment", {"cluster": "cl1", "role": "custom", "location": "z1"}, 409, "belongs to cluster cl1"),
        ("PUT", "machines/SERIAL0002/enrolment", {"cluster": "cl1", "role": "king", "location": "z1"}, 422, "controller, compute"),
        ("PUT", "machines/SERIAL0002/enrolment", {"cluster": "cl1", "role": "messaging", "location": "z1"}, 409, "controller, custom"),
        ("PUT", "machines/SERIAL0002/enrolment", {"cluster": "cl1", "role": "custom", "location": "z9"}, 404, "there are: z1"),
        ("PUT", "machines/NOBODY/enrolment", {"cluster": "cl1", "role": "custom", "location": "z1"}, 404, "machine-list"),
        ("PUT", "machines/SERIAL0002/enrolment", {"cluster": "cl1", "role": "custom", "location": "z1", "fixed_ip": "10.7.0.1"}, 422, "10.1.0.2 to 10.1.0.254"),
        ("PUT", "machines/SERIAL0002/enrolment", {"cluster": "cl1", "role": "custom", "location": "z1", "fixed_ip": "10.1.0.2"}, 409, "already in use"),
        ("PUT", "machines/SERIAL0002/enrolment", {"cluster": "cl1", "role": "custom", "location": "z1", "fixed_ip": "10.1.0.250"}, 409, "is reserved"),
        ("POST", "machines/SERIAL0002/installation", None, 409, "machine-add"),
        ("POST", "machines/NOBODY/installation", None, 404, "NOBODY"),
        ("DELETE", "machines/SERIAL0002/enrolment", None, 409, "belongs to no cluster"),
        ("DELETE", "machines/SERIAL0001", None, 409, "machine-remove"),
        ("DELETE", "swift-regions/r1", None, 409, "locations z1"),
        ("DELETE", "locations/z1", None, 409, "networks int"),
        ("DELETE", "networks/int", None, 409, "cluster cl1"),
        ("DELETE", "networks/int/assignment", None, 409, "cl1-custom-1.example.com"),
        ("DELETE", "clusters/cl1", None, 409, "cl1-custom-1.example.com"),
        ("GET", "clusters/nope", None, 404, "there are: cl1"),
    ],
)  # fmt: skip
def test_bad_input_changes_nothing(
    operator: TestClient, method: str, path: str, body: object, status: int, said: str
) -> None:
    define_cluster(operator)
    spare = NETWORK | {"name": "spare", "ip": "10.3.0.0"}
    assert operator.post("/v1/networks", json=spare).status_code == 201
    send_report(operator, 1)
    send_report(operator, 2, key="z" * 43)
    assert enrol(operator, "custom").status_code == 200
    before = snapshot(operator)
    answer = operator.request(method, f"/v1/{path}", json=body)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert snapshot(operator) == before


def test_a_machine_that_is_not_live_is_not_installed(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    enrol(operator, "custom")
    assert operator.post("/v1/machines/SERIAL0001/installation").status_code == 202
    again = operator.post("/v1/machines/SERIAL0001/installation")
    assert again.status_code == 409
    assert "the machine is installing; allowed: live → installing" in again.json()["detail"]
    assert operator.delete("/v1/machines/SERIAL0001/enrolment").status_code == 409


def test_a_machine_without_the_named_interface_is_not_enrolled(operator: TestClient) -> None:
    define_cluster(operator)
    spare = NETWORK | {"name": "spare", "ip": "10.3.0.0"}
    operator.post("/v1/networks", json=spare)
    body = {"cluster": "cl1", "role": "custom", "iface1": "eth7"}
    assert operator.put("/v1/networks/spare/assignment", json=body).status_code == 200
    send_report(operator)
    answer = enrol(operator, "custom")
    assert answer.status_code == 409 and "eth0 (10000 Mb/s)" in answer.json()["allowed"]
    assert operator.get("/v1/machines/SERIAL0001").json()["machine"]["hostname"] is None


def test_a_fourth_controller_is_refused_until_it_can_be_deployed(operator: TestClient) -> None:
    define_cluster(operator)
    for number in range(1, 5):
        send_report(operator, number, key=str(number) * 43)
    for number in range(1, 4):
        assert enrol(operator, serial=f"SERIAL000{number}").status_code == 200
    answer = enrol(operator, serial="SERIAL0004")
    assert (answer.status_code, answer.json()["allowed"]) == (409, "at most 3")


def test_numbers_of_removed_machines_are_not_used_again(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    assert enrol(operator).json()["hostname"] == "cl1-controller-1.example.com"
    assert operator.delete("/v1/machines/SERIAL0001/enrolment").status_code == 200
    view = enrol(operator).json()
    assert view["hostname"] == "cl1-controller-2.example.com"
    assert view["addresses"][0]["ip"] == "10.1.0.2"


def test_nobody_asks_without_a_password(operator: TestClient, anonymous: TestClient) -> None:
    assert anonymous.get("/v1/machines").status_code == 401
    assert anonymous.get("/v1/machines", auth=("admin", "wrong")).status_code == 401
    assert anonymous.get("/v1/machines", auth=("nobody", "wrong")).status_code == 401
    page = anonymous.get("/oci/", follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/oci/login")
    assert operator.get("/v1/machines").status_code == 200


def test_pages_show_what_is_there_and_escape_it(operator: TestClient) -> None:
    assert "No machine yet" in operator.get("/oci/machines").text
    define_cluster(operator)
    send_report(operator)
    assert "SERIAL0001" in operator.get("/oci/machines").text
    page = operator.get("/oci/machines/SERIAL0001")
    assert page.status_code == 200 and "52:54:00" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_health_is_open_to_monitoring(anonymous: TestClient) -> None:
    assert anonymous.get("/health").json()["status"] == "ok"
