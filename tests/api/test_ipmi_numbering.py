"""BMCs get addresses over the API."""

import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

from ocinstaller.actions.automatic_numbering import AutomaticNumbering
from ocinstaller.actions.context import Installation
from ocinstaller.model.hardware import Bmc
from tests.api.test_machine_way import bearer
from tests.api.test_orders import MACHINE, fetch, states
from tests.support import report


def seen(client: TestClient, number: int, *, bmc: bool = True) -> None:
    document = report(number).model_copy(update={"bmc": Bmc() if bmc else None})
    answer = client.post(
        "/node/v1/report", content=document.model_dump_json(), headers=bearer(), auth=None
    )
    assert answer.status_code == 200, answer.text


@pytest.fixture
def bmcs(operator: TestClient) -> TestClient:
    """Define a network of BMCs for the machines that report from the loopback: three addresses."""
    for path, body in (
        ("swift-regions", {"name": "r1"}),
        ("locations", {"name": "z1", "swift_region": "r1"}),
        (
            "networks",
            {"name": "bmcs", "ip": "10.9.0.0", "cidr": 24, "location": "z1", "is_public": False},
        ),
        ("clusters", {"name": "cl1", "domain": "example.com"}),
    ):
        assert operator.post(f"/v1/{path}", json=body).status_code == 201
    purpose = {"cluster": "cl1", "role": "ipmi", "iface1": "eth0", "iface2": "none"}
    answer = operator.put("/v1/networks/bmcs/assignment", json=purpose)
    assert answer.status_code == 200, answer.text
    body = {
        "ipmi_match_addr": "127.0.0.0", "ipmi_match_cidr": 8,
        "first_ip": "10.9.0.10", "last_ip": "10.9.0.12", "vlan": 40,
    }  # fmt: skip
    answer = operator.patch("/v1/networks/bmcs", json=body)
    assert answer.status_code == 200, answer.text
    return operator


def settings(client: TestClient, number: int = 1) -> dict[str, str]:
    found: list[dict[str, str]] = client.get(f"/v1/machines/SERIAL{number:04d}/settings").json()[
        "settings"
    ]
    return {row["name"]: row["value"] for row in found if row["name"].startswith("ipmi_")}


def test_all_bmcs_are_numbered_once(bmcs: TestClient) -> None:
    for number in (3, 1, 2):
        seen(bmcs, number)
    seen(bmcs, 4, bmc=False)
    given = bmcs.post("/v1/bmc-addresses").json()
    assert [(row["serial"], row["ip"], row["problem"]) for row in given] == [
        ("SERIAL0001", "10.9.0.10", ""), ("SERIAL0002", "10.9.0.11", ""),
        ("SERIAL0003", "10.9.0.12", ""),
    ]  # fmt: skip
    assert bmcs.post("/v1/bmc-addresses").json() == []
    assert settings(bmcs).items() >= {
        "ipmi_use": "yes", "ipmi_addr": "10.9.0.10", "ipmi_netmask": "255.255.255.0",
        "ipmi_default_gw": "10.9.0.1", "ipmi_vlan": "40", "ipmi_username": "oci",
        "ipmi_password": "(not shown)",
    }.items()  # fmt: skip
    order: dict[str, Any] = (fetch(bmcs) or {})["bmc"]
    assert (order["address"], order["gateway"], order["vlan"]) == ("10.9.0.10", "10.9.0.1", "40")
    assert len(order["password"]) == 16
    assert bmcs.get(MACHINE).json()["machine"]["addresses"] == [
        {"network": "bmcs", "ip": "10.9.0.10", "cidr": 24, "usefor": "ipmi"}
    ]


def test_a_full_network_leaves_a_machine_and_says_so(bmcs: TestClient) -> None:
    for number in (1, 2, 3, 4):
        seen(bmcs, number)
    *_, last = bmcs.post("/v1/bmc-addresses").json()
    assert (last["serial"], last["ip"]) == ("SERIAL0004", "")
    assert "no free address" in last["problem"]
    assert settings(bmcs, 4)["ipmi_use"] == "no"


def test_what_an_operator_set_stays(bmcs: TestClient) -> None:
    seen(bmcs, 1)
    own = {"settings": {"ipmi_addr": "192.0.2.1"}}
    assert bmcs.patch(f"{MACHINE}/settings", json=own).status_code == 200
    assert bmcs.post("/v1/bmc-addresses").json() == []


def test_one_bmc_is_numbered_and_asked_twice_keeps_its_address(bmcs: TestClient) -> None:
    seen(bmcs, 1)
    body = {"network": "bmcs"}
    given = bmcs.post(f"{MACHINE}/bmc/address", json=body).json()
    assert (given["ip"], states(bmcs)) == ("10.9.0.10", [("bmc", "waiting")])
    busy = bmcs.post(f"{MACHINE}/bmc/address", json=body)
    assert (busy.status_code, busy.json()["field"]) == (409, "order")
    bmcs.delete(f"{MACHINE}/orders/{given['order']}")
    assert bmcs.post(f"{MACHINE}/bmc/address", json=body).json()["ip"] == "10.9.0.10"


def test_refusals_change_nothing(bmcs: TestClient) -> None:
    seen(bmcs, 1)
    assert bmcs.post(f"{MACHINE}/bmc/address", json={"network": "nowhere"}).status_code == 404
    bmcs.patch("/v1/networks/bmcs", json={"ipmi_mode": "externaldhcp"})
    refused = bmcs.post(f"{MACHINE}/bmc/address", json={"network": "bmcs"})
    assert (refused.status_code, refused.json()["field"]) == (409, "network")
    assert bmcs.post("/v1/bmc-addresses").json() == []
    assert settings(bmcs)["ipmi_addr"] == "" and states(bmcs) == []


def test_bmcs_are_numbered_without_being_asked_when_the_site_wants_that(
    bmcs: TestClient, oci: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    oci.conf.set_override("report_interval", 1, "server")
    for number in (1, 2, 3, 4):
        seen(bmcs, number)
    numbering = AutomaticNumbering(oci)
    numbering.start()
    numbering.stop()
    assert settings(bmcs)["ipmi_use"] == "no", "nobody asked for it"

    oci.conf.set_override("automatic_ipmi_numbering", True, "ipmi")
    numbering = AutomaticNumbering(oci)
    numbering.start()
    deadline = time.monotonic() + 60
    while "SERIAL0004" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.1)
    numbering.stop()
    addresses = [settings(bmcs, number)["ipmi_addr"] for number in (1, 2, 3)]
    assert addresses == ["10.9.0.10", "10.9.0.11", "10.9.0.12"]
    assert states(bmcs) == [("bmc", "waiting")]
    caplog.clear()
    numbering.look()
    assert caplog.text == "", "the same problem is told once"
