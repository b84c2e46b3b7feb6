"""Networks on two interfaces."""

from fastapi.testclient import TestClient

from .test_machine_way import bearer, define_cluster, send_report


def assign(operator: TestClient, iface1: str, iface2: str) -> object:
    body = {"cluster": "cl1", "role": "all", "iface1": iface1, "iface2": iface2}
    return operator.put("/v1/networks/bonded/assignment", json=body)


def test_a_network_on_two_interfaces_is_an_lacp_bond_of_the_installed_system(
    operator: TestClient,
) -> None:
    define_cluster(operator)
    for name, swift_region in (("z2", "r1"),):
        operator.post("/v1/locations", json={"name": name, "swift_region": swift_region})
    network = {"name": "bonded", "ip": "10.3.0.0", "cidr": 24, "location": "z2", "is_public": False}
    assert operator.post("/v1/networks", json=network).is_success

    for refused, reason in (("eth0", "another interface"), ("-x", "iface2")):
        answer = assign(operator, "eth0", refused)
        assert answer.status_code == 422
        assert reason in answer.text
    assert assign(operator, "eth0", "eth1").json()["iface2"] == "eth1"

    send_report(operator)
    body = {"cluster": "cl1", "role": "custom", "location": "z2"}
    assert operator.put("/v1/machines/SERIAL0001/enrolment", json=body).is_success
    assert operator.post("/v1/machines/SERIAL0001/installation").is_success
    plan = operator.get("/node/v1/plan?serial=SERIAL0001", headers=bearer(), auth=None).json()
    files = {file["path"].rpartition("/")[2]: file["content"] for file in plan["files"]}
    assert "Mode=802.3ad" in files["10-oci-bond0.netdev"]
    assert "Address=10.3.0.2/24\nGateway=10.3.0.1" in files["10-oci-bond0.network"]
    assert "Bond=bond0" in files["10-oci-eth1.network"]
