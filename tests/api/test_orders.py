"""Orders to machines over the API, from the operator's word to the machine's answer."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from ocinstaller.actions.context import open_installation
from ocinstaller.api.app import serve
from tests.api.test_machine_way import bearer, define_cluster, enrol, send_event, send_report
from tests.api.test_pages import log_in
from tests.support import mac, report, write_config

MACHINE = "/v1/machines/SERIAL0001"
LATER_KEY = "l" * 43


def machine(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get(MACHINE).json()["machine"]
    return found


def status(client: TestClient) -> str:
    return str(machine(client)["status"])


def fetch(client: TestClient, key: str = "k" * 43) -> dict[str, Any] | None:
    answer = client.get("/node/v1/order?serial=SERIAL0001", headers=bearer(key), auth=None)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] | None = answer.json()["order"]
    return found


def tell(
    client: TestClient, order_id: str, state: str, output: str = "", key: str = "k" * 43
) -> Response:
    document = {"serial": "SERIAL0001", "order_id": order_id, "state": state, "output": output}
    return client.post("/node/v1/order", json=document, headers=bearer(key), auth=None)


def states(client: TestClient) -> list[tuple[str, str]]:
    return [(row["kind"], row["state"]) for row in client.get(f"{MACHINE}/orders").json()]


def install(client: TestClient) -> str:
    """Let machine 1, which is enrolled and live, come to run its installed system."""
    assert client.post(f"{MACHINE}/installation").status_code == 202
    plan = client.get("/node/v1/plan?serial=SERIAL0001", headers=bearer(), auth=None).json()
    for event in ("install-started", "installed", "booted"):
        assert send_event(client, event, plan["plan_id"]).status_code == 204
    return str(plan["plan_id"])


def nonce(starter: TestClient) -> str:
    """Start machine 1 from the network; return what lets its agent bind another key."""
    script = starter.get(f"/boot/ipxe?mac={mac(1)}").text
    return script.partition("oci.boot=")[2].split()[0]


@pytest.fixture
def live(operator: TestClient) -> TestClient:
    define_cluster(operator)
    send_report(operator)
    enrol(operator)
    return operator


@pytest.fixture
def installed(live: TestClient) -> TestClient:
    install(live)
    return live


def test_an_order_is_fetched_again_until_its_outcome_is_told_once(live: TestClient) -> None:
    given = live.post(f"{MACHINE}/wipe")
    assert (given.status_code, given.json()["state"]) == (202, "waiting")
    assert machine(live)["open_order"] == "wipe"
    assert send_report(live).json()["kind"] == "order"
    assert send_report(live).json()["kind"] == "order"  # not taken for a repeated report
    order = fetch(live)
    assert order is not None and order == fetch(live)
    assert (order["order_id"], order["kind"]) == (given.json()["id"], "wipe")
    assert states(live) == [("wipe", "running")]
    assert tell(live, order["order_id"], "running", "disk 1 of 1: vda").status_code == 204
    assert live.get(f"{MACHINE}/orders").json()[0]["output"] == "disk 1 of 1: vda"
    assert tell(live, order["order_id"], "done", "1 disks are erased").status_code == 204
    assert tell(live, order["order_id"], "failed", "again").status_code == 204  # too late
    (row,) = live.get(MACHINE).json()["orders"]
    assert (row["state"], row["output"]) == ("done", "1 disks are erased")
    assert fetch(live) is None
    assert send_report(live).json()["kind"] == "wait"
    assert machine(live)["open_order"] is None


def test_an_order_survives_the_server(live: TestClient, tmp_path: Any) -> None:
    given = live.post(f"{MACHINE}/wipe").json()["id"]
    fetch(live)
    serve(live.app, open_installation(write_config(tmp_path)))  # type: ignore[arg-type]
    assert send_report(live).json()["kind"] == "order"
    assert (fetch(live) or {})["order_id"] == given


def test_who_ordered_what_is_in_the_audit_and_the_events(live: TestClient) -> None:
    given = live.post(f"{MACHINE}/wipe").json()["id"]
    (record,) = live.get("/v1/audit?action=machine-wipe").json()
    assert (record["actor"], record["object_name"]) == ("admin", "SERIAL0001")
    assert record["after"][f"machine order {given}"]["kind"] == "wipe"
    fetch(live)
    tell(live, given, "failed", "vda: is broken")
    told = live.get("/v1/audit?object_name=SERIAL0001").json()[0]
    assert told["actor_kind"] == "machine"
    assert told["after"][f"machine order {given}"] == {"state": "failed"}
    assert told["before"]["machine SERIAL0001"] == {"open_order": "wipe"}
    stream = live.get("/v1/events", params={"last": 20, "follow": "no"})
    assert "machine-order" in stream.text and given in stream.text


def test_what_is_refused(live: TestClient, operator: TestClient) -> None:
    assert operator.post("/v1/machines/nobody/wipe").status_code == 404
    other = tell(live, str(uuid.uuid4()), "done")
    assert (other.status_code, other.json()["field"]) == (404, "order")
    assert tell(live, "rubbish", "done").status_code == 422
    assert tell(live, str(uuid.uuid4()), "exploded").status_code == 422
    given = live.post(f"{MACHINE}/wipe").json()["id"]
    assert tell(live, given, "cancelled").status_code == 422
    assert tell(live, given, "done", key=LATER_KEY).status_code == 403
    answer = live.get("/node/v1/order?serial=SERIAL0001", headers=bearer(LATER_KEY), auth=None)
    assert answer.status_code == 403
    for path in ("wipe", "live", "disk", "installation", "release"):
        answer = live.post(f"{MACHINE}/{path}")
        expected = 202 if path == "release" else 409
        assert answer.status_code == expected, (path, answer.text)
    assert states(live) == [("wipe", "waiting")]


def test_an_order_that_was_not_begun_can_be_cancelled(live: TestClient) -> None:
    given = live.post(f"{MACHINE}/wipe").json()["id"]
    assert live.delete(f"{MACHINE}/orders/{given}").json()["state"] == "cancelled"
    assert live.delete(f"{MACHINE}/orders/{given}").status_code == 409
    assert live.delete(f"{MACHINE}/orders/nothing").status_code == 404
    assert send_report(live).json()["kind"] == "wait"
    again = live.post(f"{MACHINE}/wipe").json()["id"]
    fetch(live)
    refused = live.delete(f"{MACHINE}/orders/{again}")
    assert (refused.status_code, refused.json()["value"]) == (409, "running")


def test_only_the_live_system_wipes(installed: TestClient) -> None:
    answer = installed.post(f"{MACHINE}/wipe")
    assert (answer.status_code, answer.json()["allowed"]) == (409, "live")


def test_the_live_system_restarts_once(live: TestClient, starter: TestClient) -> None:
    answer = live.post(f"{MACHINE}/live").json()
    assert (answer["way"], answer["machine"]["status"]) == ("agent", "bootinglive")
    # However often it asks before it has restarted, it has not.
    assert [send_report(live).json()["kind"] for _ in range(2)] == ["reboot", "reboot"]
    assert (status(live), states(live)) == ("bootinglive", [("restart", "running")])
    assert live.post(f"{MACHINE}/live").status_code == 202
    assert states(live) == [("restart", "running")]
    back = send_report(live, key=LATER_KEY, nonce=nonce(starter))
    assert back.json()["kind"] == "wait", back.text
    assert (status(live), states(live)) == ("live", [("restart", "done")])
    assert send_report(live, key=LATER_KEY).json()["kind"] == "wait"


def test_back_to_the_disk_and_its_key(installed: TestClient, starter: TestClient) -> None:
    answer = installed.post(f"{MACHINE}/live").json()
    assert (answer["way"], answer["machine"]["status"]) == ("agent", "bootinglive")
    assert "within a minute" in answer["note"]
    assert "not controlled through a BMC" in answer["note"]
    assert send_report(installed, key=LATER_KEY, nonce=nonce(starter)).json()["kind"] == "wait"
    answer = installed.post(f"{MACHINE}/disk").json()
    assert (answer["way"], answer["machine"]["status"]) == ("agent", "firstboot")
    assert send_report(installed, key=LATER_KEY).json()["kind"] == "reboot"
    assert "oci.boot" not in starter.get(f"/boot/ipxe?mac={mac(1)}").text
    # The system on the disk has the key and the installation that it always had.
    plan = {"serial": "SERIAL0001", "event": "booted"}
    refused = installed.post(
        "/node/v1/event", json=plan | {"plan_id": "x"}, headers=bearer("m" * 43), auth=None
    )
    assert refused.status_code == 403
    (record, *_) = installed.get("/v1/audit?action=machine-install-os").json()
    plan_id = record["after"]["machine SERIAL0001"]["plan_id"]
    assert send_event(installed, "booted", plan_id).status_code == 204
    assert status(installed) == "installed"
    assert send_report(installed, key=LATER_KEY).status_code == 403


def test_the_installed_system_restarts_once(installed: TestClient) -> None:
    answer = installed.post(f"{MACHINE}/disk").json()
    assert (answer["way"], answer["machine"]["status"]) == ("agent", "installed")
    assert installed.post(f"{MACHINE}/disk").status_code == 202
    assert states(installed) == [("restart", "waiting")]
    order = fetch(installed)
    assert order is not None and order["kind"] == "restart" and order == fetch(installed)
    assert states(installed) == [("restart", "running")]
    assert tell(installed, order["order_id"], "done", "runs").status_code == 204
    assert (status(installed), states(installed)) == ("installed", [("restart", "done")])
    assert fetch(installed) is None


def test_the_installed_system_takes_nothing_but_restarts(installed: TestClient) -> None:
    installed.post(f"{MACHINE}/release")
    assert states(installed) == [("wipe", "waiting"), ("restart", "waiting")]
    order = fetch(installed)
    assert order is not None and order["kind"] == "restart"


def test_a_machine_that_starts_its_disk_again_is_not_restarted_for_ever(
    installed: TestClient,
) -> None:
    installed.post(f"{MACHINE}/reinstallation")
    order = fetch(installed) or {}
    assert tell(installed, order["order_id"], "done", "runs").status_code == 204
    assert states(installed) == [("install", "cancelled"), ("restart", "failed")]
    found = machine(installed)
    assert "start from the network" in found["status_reason"]
    assert (found["status"], found["open_order"]) == ("bootinglive", None)
    assert fetch(installed) is None
    assert installed.post(f"{MACHINE}/reinstallation").json()["way"] == "agent"
    assert states(installed)[:2] == [("install", "waiting"), ("restart", "waiting")]


def test_no_start_from_a_disk_without_a_system(live: TestClient) -> None:
    answer = live.post(f"{MACHINE}/disk")
    assert answer.status_code == 409 and "no system" in answer.json()["detail"]
    assert status(live) == "live"


def test_a_wiped_disk_is_not_started(installed: TestClient, starter: TestClient) -> None:
    installed.post(f"{MACHINE}/live")
    send_report(installed, key=LATER_KEY, nonce=nonce(starter))
    given = installed.post(f"{MACHINE}/wipe").json()["id"]
    fetch(installed, LATER_KEY)
    tell(installed, given, "done", key=LATER_KEY)
    assert "no system" in installed.post(f"{MACHINE}/disk").json()["detail"]


def test_installing_anew_goes_its_way_by_itself(installed: TestClient, starter: TestClient) -> None:
    before = machine(installed)
    answer = installed.post(f"{MACHINE}/reinstallation").json()
    assert (answer["way"], answer["machine"]["status"]) == ("agent", "bootinglive")
    assert installed.post(f"{MACHINE}/reinstallation").status_code == 202  # asked twice: once
    assert states(installed) == [("install", "waiting"), ("restart", "waiting")]
    assert send_report(installed, key=LATER_KEY, nonce=nonce(starter)).status_code == 200
    assert states(installed) == [("install", "done"), ("restart", "done")]
    assert status(installed) == "installing"
    assert machine(installed)["hostname"] == before["hostname"]
    assert send_report(installed, key=LATER_KEY).json()["kind"] == "install"
    refused = installed.post(f"{MACHINE}/reinstallation")
    assert (refused.status_code, refused.json()["value"]) == (409, "installing")


def test_an_ordered_installation_that_is_impossible_says_why(
    installed: TestClient, oci: Any, starter: TestClient
) -> None:
    installed.post(f"{MACHINE}/reinstallation")
    oci.conf.puppet.ca_file = "/nowhere"
    small = report().model_copy(update={"block_devices": ()}).model_dump_json()
    headers = bearer(LATER_KEY) | {"X-OCI-Boot": nonce(starter)}
    answer = installed.post("/node/v1/report", content=small, headers=headers, auth=None)
    assert (answer.status_code, answer.json()["kind"]) == (200, "wait")
    found = machine(installed)
    assert found["status"] == "live" and found["open_order"] is None
    assert "the ordered installation was refused" in found["status_reason"]
    assert states(installed) == [("install", "failed"), ("restart", "done")]
    record = installed.get("/v1/audit?object_name=SERIAL0001").json()[0]
    told = record["after"]["machine SERIAL0001"]
    assert told.keys() == {"key_digest", "open_order", "report_digest", "status"}, record


def test_a_released_machine_is_wiped_when_it_is_live_again(
    installed: TestClient, starter: TestClient
) -> None:
    answer = installed.post(f"{MACHINE}/release").json()
    assert answer["machine"]["cluster"] is None and answer["machine"]["status"] == "bootinglive"
    assert installed.post(f"{MACHINE}/release").status_code == 202  # goes on where it is
    assert states(installed) == [("wipe", "waiting"), ("restart", "waiting")]
    back = send_report(installed, key=LATER_KEY, nonce=nonce(starter))
    assert back.json()["kind"] == "order"
    # Enrolled meanwhile, it is wiped first: only then can it be installed.
    assert enrol(installed).status_code == 200
    assert installed.post(f"{MACHINE}/installation").json()["field"] == "order"
    tell(installed, (fetch(installed, LATER_KEY) or {})["order_id"], "done", key=LATER_KEY)
    assert installed.post(f"{MACHINE}/installation").status_code == 202


def test_a_replacement_is_installed_in_the_same_command(live: TestClient) -> None:
    send_report(live, 2, key=LATER_KEY)
    body = {"machine": "SERIAL0002", "install": True}
    answer = live.post(f"{MACHINE}/replacement", json=body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["serial"], answer.json()["status"]) == ("SERIAL0002", "installing")
    assert answer.json()["hostname"] == "cl1-controller-1.example.com"
    assert send_report(live, 2, key=LATER_KEY).json()["kind"] == "install"


@pytest.mark.parametrize(
    "given", [lambda: {"machine": "SERIAL0002", "install": "perhaps"}, lambda: {"install": True}]
)
def test_a_malformed_replacement(live: TestClient, given: Callable[[], dict[str, Any]]) -> None:
    assert live.post(f"{MACHINE}/replacement", json=given()).status_code == 422
    assert machine(live)["hostname"] == "cl1-controller-1.example.com"


def test_pages_order_with_the_name_typed(live: TestClient, browser: TestClient) -> None:
    token = log_in(browser)
    page = browser.get("/oci/machines/SERIAL0001").text
    assert "/oci/machines/SERIAL0001/wipe" in page and "/oci/machines/SERIAL0001/release" in page
    asked = browser.get("/oci/machines/SERIAL0001/wipe").text
    assert "Everything on vda is lost." in asked
    form = {"csrf": token, "confirm": "SERIAL0002"}
    assert browser.post("/oci/machines/SERIAL0001/wipe", data=form).status_code == 422
    assert states(live) == []
    done = browser.post("/oci/machines/SERIAL0001/wipe", data=form | {"confirm": "SERIAL0001"})
    assert done.url.path == "/oci/machines/SERIAL0001" and "Orders" in done.text
    assert states(live) == [("wipe", "waiting")]
    given = (fetch(live) or {})["order_id"]
    tell(live, given, "running", "disk 1 of 1: <b>vda</b>")
    shown = browser.get("/oci/machines/SERIAL0001").text
    assert "disk 1 of 1: &lt;b&gt;vda" in shown
    refused = browser.post("/oci/machines/SERIAL0001/live", data={"csrf": token})
    assert refused.status_code == 409 and "open order: wipe" in refused.text
    tell(live, given, "done")
    browser.post("/oci/machines/SERIAL0001/live", data={"csrf": token})
    assert status(live) == "bootinglive"
    for action in ("reinstall", "release", "disk"):
        assert browser.get(f"/oci/machines/SERIAL0001/{action}").status_code == 200
