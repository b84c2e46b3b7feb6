"""Power of machines over the API, with a real BMC behind it."""

import os
import shlex
import subprocess

import pytest
from fastapi.testclient import TestClient

from ocinstaller.model.hardware import Bmc
from tests.api.test_machine_way import bearer, define_cluster, enrol, send_event, send_report
from tests.drivers.virtual_bmc_process import PASSWORD, BmcProcess
from tests.support import report

MACHINE = "/v1/machines/SERIAL0001"


def status(client: TestClient) -> str:
    machine: dict[str, str] = client.get(MACHINE).json()["machine"]
    return machine["status"]


def test_buttons(operator: TestClient, bmc: BmcProcess) -> None:
    assert operator.get(f"{MACHINE}/power").json()["power"] == "off"
    assert operator.post(f"{MACHINE}/power", json={"action": "on"}).json()["power"] == "on"
    assert bmc.next() == "on own order"
    refused = operator.post(f"{MACHINE}/power", json={"action": "explode"})
    assert refused.status_code == 422 and "reset" in refused.json()["allowed"]
    audit = operator.get("/v1/audit?action=machine-power").json()
    assert [row["result"] for row in audit] == ["refused", "done"]


def test_live_system_and_disk(operator: TestClient, bmc: BmcProcess) -> None:
    refused = operator.post(f"{MACHINE}/power/disk")
    assert refused.status_code == 409 and "start from disk" in refused.json()["detail"]
    assert operator.post(f"{MACHINE}/power/live").status_code == 202
    assert (bmc.next(), status(operator)) == ("on n", "bootinglive")
    send_report(operator)

    define_cluster(operator)
    enrol(operator)
    plan = operator.post(f"{MACHINE}/installation") and operator.get(
        "/node/v1/plan?serial=SERIAL0001", headers=bearer(), auth=None
    )
    for event in ("install-started", "installed", "booted"):
        send_event(operator, event, plan.json()["plan_id"])
    assert operator.post(f"{MACHINE}/power/disk").status_code == 202
    assert [bmc.next(), bmc.next()] == ["off", "on c"]
    assert status(operator) == "installed"


def test_a_bmc_that_is_away_changes_nothing(operator: TestClient, bmc: BmcProcess) -> None:
    bmc.stop()
    answer = operator.post(f"{MACHINE}/power/live")
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert status(operator) == "live"


def test_a_machine_without_bmc(operator: TestClient) -> None:
    send_report(operator)
    for answer in (operator.get(f"{MACHINE}/power"), operator.post(f"{MACHINE}/power/live")):
        assert (answer.status_code, answer.json()["field"]) == (409, "ipmi_use")


def test_the_console_is_told_without_the_password(operator: TestClient, bmc: BmcProcess) -> None:
    answer = operator.get(f"{MACHINE}/console")
    found = answer.json()
    assert PASSWORD not in answer.text
    assert found["web"] == "https://127.0.0.1/"
    argv = shlex.split(found["command"])
    opens, session = argv[: argv.index("-a")], argv[argv.index("-a") :]
    assert session == ["-a", "sol", "activate"]
    asked = subprocess.run(
        [*opens, "-E", "chassis", "power", "status"], env=os.environ | {"IPMI_PASSWORD": PASSWORD},
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert "Power is off" in asked.stdout, asked.stderr


def send_bmc(client: TestClient, address: str) -> None:
    document = report().model_copy(update={"bmc": Bmc(address=address)}).model_dump_json()
    answer = client.post("/node/v1/report", content=document, headers=bearer(), auth=None)
    assert answer.status_code == 200, answer.text


def test_the_address_that_a_bmc_has_is_taken_over(operator: TestClient) -> None:
    send_bmc(operator, "192.0.2.44")
    taken = operator.post(f"{MACHINE}/bmc/adoption").json()["changes"]
    assert {row["name"]: row["after"] for row in taken} == {
        "ipmi_addr": "192.0.2.44", "ipmi_use": "yes",
    }  # fmt: skip
    assert operator.post(f"{MACHINE}/bmc/adoption").json()["changes"] == []
    assert "-H 192.0.2.44 -p 623" in operator.get(f"{MACHINE}/console").json()["command"]


@pytest.mark.parametrize("address", ["", "0.0.0.0", "127.0.0.1", "what?"])  # noqa: S104
def test_an_address_that_is_none_is_not_taken_over(operator: TestClient, address: str) -> None:
    send_bmc(operator, address)
    answer = operator.post(f"{MACHINE}/bmc/adoption")
    assert (answer.status_code, answer.json()["field"]) == (409, "ipmi_addr")
    assert operator.get(f"{MACHINE}/power").json()["field"] == "ipmi_use"


def test_a_machine_without_bmc_has_none_to_take_over(operator: TestClient) -> None:
    send_report(operator)
    assert operator.post(f"{MACHINE}/bmc/adoption").status_code == 409
    assert operator.get(f"{MACHINE}/console").status_code == 409
    assert operator.post("/v1/machines/nobody/bmc/adoption").status_code == 404
