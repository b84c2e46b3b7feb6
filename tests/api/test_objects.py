"""Networks, addresses, counters and replaced machines over HTTP."""

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from tests.api.test_machine_way import define_cluster, enrol, send_report

HOST = "cl1-controller-1.example.com"


@pytest.fixture
def member(operator: TestClient) -> TestClient:
    """Return a client where the machine SERIAL0001 is a controller of cluster cl1."""
    define_cluster(operator)
    send_report(operator)
    assert enrol(operator).status_code == 200
    return operator


def create(client: TestClient, name: str, ip: str, cidr: int, **more: object) -> Response:
    body = {"name": name, "ip": ip, "cidr": cidr, "location": "z1", "is_public": False, **more}
    return client.post("/v1/networks", json=body)


def assign(client: TestClient, name: str, role: str, iface1: str = "eth0", **more: str) -> Response:
    body = {"cluster": "cl1", "role": role, "iface1": iface1, **more}
    return client.put(f"/v1/networks/{name}/assignment", json=body)


def change(client: TestClient, name: str, **fields: object) -> Response:
    return client.patch(f"/v1/networks/{name}", json=fields)


def addresses(client: TestClient, serial: str = "SERIAL0001") -> dict[str, str]:
    found = client.get(f"/v1/machines/{serial}/addresses").json()
    return {address["network"]: address["ip"] for address in found}


def test_a_network_that_is_added_later_gives_each_machine_an_address(member: TestClient) -> None:
    assert create(member, "six", "2001:db8:1::", 64).status_code == 201
    assert create(member, "tunnel", "10.3.0.0", 24).status_code == 201
    assert assign(member, "six", "all", "eth0", iface2="eth1").json()["iface2"] == "eth1"
    assert assign(member, "tunnel", "vm-net", "eth1").status_code == 200
    assert addresses(member) == {
        "int": "10.1.0.2",
        "six": "2001:db8:1::2",
        "tunnel": "10.3.0.2",
    }
    held = member.delete("/v1/networks/six/assignment")
    assert held.status_code == 409 and HOST in held.json()["detail"]
    member.delete("/v1/machines/SERIAL0001/enrolment")
    assert addresses(member) == {}
    assert member.delete("/v1/networks/six/assignment").status_code == 200


def test_a_later_network_without_room_is_refused_whole(member: TestClient) -> None:
    for number in (2, 3):
        send_report(member, number)
        member.put(
            f"/v1/machines/SERIAL000{number}/enrolment",
            json={"cluster": "cl1", "role": "custom", "location": "z1"},
        )
    create(member, "small", "10.9.0.0", 31)
    refused = assign(member, "small", "all", "eth1")
    assert refused.status_code == 409 and "all 2 of 10.9.0.0 to 10.9.0.1" in refused.text
    assert member.get("/v1/networks/small").json()["cluster"] is None
    assert "small" not in addresses(member)


def test_every_field_of_a_network_can_be_set_and_cleared(member: TestClient) -> None:
    fields = {
        "iface1": "10g1", "iface2": "10g2", "vlan": 100, "mtu": 9000, "bridge_name": "br-ex",
        "gateway": "10.1.0.254", "first_ip": "10.1.0.2", "last_ip": "10.1.0.99",
        "lldp_match": "leaf", "ipmi_match_addr": "10.66.0.0", "ipmi_match_cidr": 24,
        "ipmi_mode": "externaldhcp",
    }  # fmt: skip
    answer = change(member, "int", **fields)
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in fields} == fields
    cleared = change(
        member, "int", iface2="none", vlan=0, mtu=0, bridge_name="none", gateway="none",
        lldp_match="none", ipmi_match_addr="none",
    ).json()  # fmt: skip
    for name in ("iface2", "vlan", "bridge_name", "gateway", "lldp_match", "ipmi_match_cidr"):
        assert cleared[name] is None, name
    assert cleared["mtu"] == 0
    tag = member.get("/v1/networks/int").headers["ETag"]
    assert change(member, "int", mtu=1500).status_code == 200
    stale = member.patch("/v1/networks/int", json={"mtu": 9000}, headers={"If-Match": tag})
    assert stale.status_code == 412


BAD = [
    ({"vlan": 4095}, "vlan"),
    ({"vlan": -1}, "vlan"),
    ({"mtu": 10}, "mtu"),
    ({"iface1": "eth0; reboot"}, "iface1"),
    ({"iface2": "eth0"}, "iface2"),
    ({"iface1": "none", "iface2": "eth1"}, "iface2"),
    ({"bridge_name": "a-name-that-is-too-long"}, "bridge_name"),
    ({"first_ip": "10.1.0.99", "last_ip": "10.1.0.2"}, "last_ip"),
    ({"first_ip": "10.1.0.0"}, "first_ip"),
    ({"last_ip": "10.2.0.9"}, "last_ip"),
    ({"last_ip": "2001:db8::9"}, "last_ip"),
    ({"gateway": "10.9.0.1"}, "gateway"),
    ({"gateway": "10.1.0.2"}, "network"),
    ({"ip": "10.2.0.0"}, "ip"),
    ({"ip": "10.1.0.1"}, "ip"),
    ({"ip": "10.77.0.0"}, "network"),
    ({"cidr": 33}, "cidr"),
    ({"location": "nowhere"}, "network"),
    ({"role": "compute"}, "network"),
    ({"is_public": True}, "network"),
    ({"lldp_match": "\x00"}, "lldp_match"),
    ({"ipmi_match_addr": "10.66.0.0"}, "ipmi_match_cidr"),
    ({"ipmi_mode": "magic"}, "ipmi_mode"),
    ({"vip_usage": "web"}, "network"),
]


def test_bad_changes_name_the_field_and_change_nothing(member: TestClient) -> None:
    before = member.get("/v1/networks/int").json()
    for fields, field in BAD:
        answer = change(member, "int", mtu=fields.pop("mtu", 1400), **fields)
        assert answer.status_code in {404, 409, 422}, (fields, answer.text)
        assert answer.json()["field"] == field and answer.json()["allowed"], (fields, answer.text)
    assert member.get("/v1/networks/int").json() == before


def test_virtual_addresses_follow_what_networks_are_for(member: TestClient) -> None:
    create(member, "queue", "10.8.0.0", 24)
    assert assign(member, "queue", "vip", "none").status_code == 409  # the API has its address
    assert change(member, "queue", vip_usage="messaging").status_code == 200
    assert assign(member, "queue", "vip", "none").status_code == 200
    vips = {"messaging": "10.8.0.2"}
    assert member.get("/v1/clusters/cl1").json()["other_vips"] == vips
    assert member.get("/v1/clusters").json()[0]["other_vips"] == vips
    decisions = member.get("/v1/clusters/cl1/explanation").json()
    found = {one["subject"]: one["choice"] for one in decisions}
    assert found["messaging address"] == "10.8.0.2 on no interface"
    create(member, "queue2", "10.8.1.0", 24)
    change(member, "queue2", vip_usage="messaging")
    second = assign(member, "queue2", "vip", "none")
    assert second.status_code == 409 and "queue" in second.json()["detail"]
    assert member.get("/v1/clusters/cl1").json()["vip_address"] == "10.2.0.2"
    assert addresses(member) == {"int": "10.1.0.2"}
    create(member, "single", "192.0.2.7", 32, is_public=True)
    member.delete("/v1/networks/pub/assignment")
    assert assign(member, "single", "controller", "eth1").status_code == 200
    assert member.get("/v1/clusters/cl1").json()["vip_address"] == "192.0.2.7"


def test_reserved_addresses_are_never_handed_out(member: TestClient) -> None:
    path = "/v1/networks/int/reservations"

    def reserve(first: str, last: str | None = None, note: str = "") -> Response:
        return member.post(path, json={"first_ip": first, "last_ip": last, "note": note})

    assert reserve("10.1.0.3", "10.1.0.9", "printers").status_code == 201
    send_report(member, 2)
    enrolled = enrol(member, "custom", "SERIAL0002").json()
    assert [address["ip"] for address in enrolled["addresses"]] == ["10.1.0.10"]
    for first, last, status in (
        ("10.1.0.9", "10.1.0.12", 409),
        ("10.1.0.2", None, 409),
        ("10.1.0.20", "10.1.0.19", 422),
        ("10.2.0.2", None, 422),
        ("x", None, 422),
    ):
        refused = reserve(first, last)
        assert refused.status_code == status and refused.json()["allowed"], refused.text
    assert reserve("10.1.0.40", note="a\nb").status_code == 422
    (kept,) = member.get(path).json()
    assert (kept["first_ip"], kept["last_ip"], kept["note"]) == (
        "10.1.0.3", "10.1.0.9", "printers",
    )  # fmt: skip
    manual = {"network": "int", "ip": "10.1.0.5"}
    member.delete("/v1/machines/SERIAL0002/addresses/10.1.0.10")
    refused = member.post("/v1/machines/SERIAL0002/addresses", json=manual)
    assert refused.status_code == 409 and "reserved" in refused.json()["detail"]
    assert member.delete(f"{path}/10.1.0.3").status_code == 204
    assert member.delete(f"{path}/10.1.0.3").status_code == 404
    assert member.post("/v1/machines/SERIAL0002/addresses", json=manual).status_code == 201


def test_a_reservation_is_changed_as_a_whole_or_not_at_all(member: TestClient) -> None:
    path = "/v1/networks/int/reservations"
    for first in ("10.1.0.10", "10.1.0.20"):
        assert member.post(path, json={"first_ip": first, "note": "lab"}).status_code == 201
    moved = member.patch(f"{path}/10.1.0.10", json={"last_ip": "10.1.0.19"})
    assert moved.json() == {
        "network": "int", "first_ip": "10.1.0.10", "last_ip": "10.1.0.19", "note": "lab",
    }  # fmt: skip
    before = member.get(path).json()
    for body, status in (
        ({"last_ip": "10.1.0.20"}, 409),
        ({"first_ip": "10.1.0.2"}, 409),
        ({"last_ip": "10.1.0.9"}, 422),
        ({"first_ip": "10.2.0.2"}, 422),
        ({"note": "a\nb"}, 422),
    ):
        refused = member.patch(f"{path}/10.1.0.10", json=body)
        assert refused.status_code == status and refused.json()["allowed"], refused.text
    assert member.get(path).json() == before
    assert member.patch(f"{path}/10.1.0.11", json={"note": ""}).status_code == 404
    assert member.patch(f"{path}/10.1.0.10", json={"note": ""}).json()["note"] == ""


def test_locations_and_regions_get_other_names(member: TestClient) -> None:
    assert member.post("/v1/swift-regions", json={"name": "r2"}).status_code == 201
    assert member.patch("/v1/swift-regions/r2", json={"name": "south"}).json() == {"name": "south"}
    moved = member.patch("/v1/locations/z1", json={"name": "hall-1", "swift_region": "south"})
    assert moved.json() == {"name": "hall-1", "swift_region": "south"}
    assert member.get("/v1/machines/SERIAL0001").json()["machine"]["location"] == "hall-1"
    assert member.get("/v1/networks/int").json()["location"] == "hall-1"
    assert member.delete("/v1/swift-regions/r1").status_code == 204
    for path, body, status in (
        ("locations/hall-1", {"swift_region": "r1"}, 404),
        ("locations/hall-1", {"name": "a b"}, 422),
        ("locations/z1", {"name": "z2"}, 404),
        ("swift-regions/south", {"name": ""}, 422),
    ):
        refused = member.patch(f"/v1/{path}", json=body)
        assert refused.status_code == status and refused.json()["allowed"], refused.text
    for kind, body in (("swift-regions", {}), ("locations", {"swift_region": "south"})):
        assert member.post(f"/v1/{kind}", json={"name": "taken", **body}).status_code == 201
        own = "south" if kind == "swift-regions" else "hall-1"
        refused = member.patch(f"/v1/{kind}/{own}", json={"name": "taken"})
        assert refused.status_code == 409 and refused.json()["field"] == "name"
        same = member.patch(f"/v1/{kind}/{own}", json={"name": own})
        assert same.status_code == 200, "its own name is free"


def test_manual_addresses_are_checked_and_respected(member: TestClient) -> None:
    path = "/v1/machines/SERIAL0001/addresses"
    assert member.delete(f"{path}/10.1.0.9").status_code == 404
    member.delete(f"{path}/10.1.0.2")
    for ip, status in (("10.1.0.1", 422), ("10.1.0.255", 422), ("10.9.0.1", 422), ("é", 422)):
        refused = member.post(path, json={"network": "int", "ip": ip})
        assert refused.status_code == status and refused.json()["allowed"], refused.text
    change(member, "int", first_ip="10.1.0.100", last_ip="10.1.0.110")
    assert member.post(path, json={"network": "int", "ip": "10.1.0.9"}).status_code == 201
    assert addresses(member) == {"int": "10.1.0.9"}
    again = member.post(path, json={"network": "int", "ip": "10.1.0.8"})
    assert again.status_code == 409 and "already" in again.json()["detail"]
    assert change(member, "int", cidr=29, ip="10.1.0.0").status_code == 409


def test_a_machine_takes_anothers_place(member: TestClient) -> None:
    send_report(member, 2)
    member.patch("/v1/machines/SERIAL0001/settings", json={"settings": {"notes": "front row"}})
    path = "/v1/machines/SERIAL0001/replacement"
    assert member.post(path, json={"machine": "SERIAL0009"}).status_code == 404
    assert member.post(path, json={"machine": "SERIAL0001"}).status_code == 409
    taken = member.post(path, json={"machine": "SERIAL0002"})
    assert taken.status_code == 200, taken.text
    assert (taken.json()["serial"], taken.json()["hostname"]) == ("SERIAL0002", HOST)
    assert addresses(member, "SERIAL0002") == {"int": "10.1.0.2"}
    settings = member.get("/v1/machines/SERIAL0002/settings").json()["settings"]
    assert {"name": "notes", "value": "front row", "is_default": False} in settings
    assert member.get("/v1/machines/SERIAL0001").status_code == 404
    first = member.get("/v1/clusters/cl1/settings").json()["settings"]
    assert {"name": "first_master", "value": HOST, "is_default": False} in first


def test_counters_and_log_hosts_of_a_cluster(member: TestClient) -> None:
    counts = "/v1/clusters/cl1/role-counts"
    assert member.get(counts).json() == [{"role": "controller", "count": 1}]
    assert member.put(f"{counts}/controller", json={"count": 0}).status_code == 422
    assert member.put(f"{counts}/king", json={"count": 1}).status_code == 422
    assert member.put(f"{counts}/custom", json={"count": 41}).status_code == 200
    send_report(member, 2)
    assert enrol(member, "custom", "SERIAL0002").json()["hostname"].startswith("cl1-custom-42.")
    hosts = "/v1/clusters/cl1/filebeat-hosts"
    log_host = {"hostname": "logs.example.com", "port": 5044}
    assert member.post(hosts, json=log_host).status_code == 201
    assert member.post(hosts, json=log_host).status_code == 409
    assert member.post(hosts, json=log_host | {"port": 0}).status_code == 422
    assert member.post(hosts, json=log_host | {"hostname": "a b"}).status_code == 422
    assert member.get(hosts).json() == [log_host]
    assert member.delete(f"{hosts}/logs.example.com/5045").status_code == 404
    assert member.delete(f"{hosts}/logs.example.com/5044").status_code == 204
    assert member.delete("/v1/machines/SERIAL0001/report-counter").json()["report_counter"] == 0
