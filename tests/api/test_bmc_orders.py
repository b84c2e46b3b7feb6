"""BMCs: programmed from the live system, asked over the network."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from ocinstaller.actions import power
from ocinstaller.actions.context import Installation
from ocinstaller.store import setting_rows
from tests.api.test_machine_way import send_report
from tests.api.test_orders import MACHINE, fetch, states, tell
from tests.drivers.virtual_bmc_process import PASSWORD, BmcProcess

SETTINGS = {
    "ipmi_addr": "10.9.0.7",
    "ipmi_default_gw": "10.9.0.1",
    "ipmi_username": "oci",
    "ipmi_password": "old-secret",
}


@pytest.fixture
def live(operator: TestClient) -> TestClient:
    send_report(operator)
    operator.patch(f"{MACHINE}/settings", json={"settings": SETTINGS})
    return operator


def stored(oci: Installation) -> str | None:
    with oci.store.read() as session:
        return setting_rows.secrets_of_machine(session, oci.vault, 1).get("ipmi_password")


def kept(oci: Installation) -> tuple[str, ...]:
    with oci.store.read() as session:
        machine = power.queries.machine(session, "SERIAL0001")
        return power.order_queue.unknown_passwords(session, oci.vault, machine)


def everything_shown(client: TestClient) -> str:
    paths = (MACHINE, f"{MACHINE}/orders", "/v1/audit", "/v1/events?last=100&follow=no")
    return "".join(client.get(path).text for path in paths)


def test_the_settings_are_programmed(live: TestClient) -> None:
    answer = live.post(f"{MACHINE}/bmc/programming")
    assert (answer.status_code, answer.json()["kind"]) == (202, "bmc"), answer.text
    order = fetch(live) or {}
    assert order["bmc"] == {
        "address": "10.9.0.7", "netmask": "255.255.255.0", "gateway": "10.9.0.1", "vlan": "off",
        "username": "oci", "password": "old-secret",
    }  # fmt: skip
    tell(live, order["order_id"], "done", "the BMC has what was set")
    assert states(live) == [("bmc", "done")]
    assert "old-secret" not in everything_shown(live)


def test_a_new_password_counts_once_the_bmc_has_it(live: TestClient, oci: Installation) -> None:
    live.post(f"{MACHINE}/bmc/password")
    order: dict[str, Any] = fetch(live) or {}
    assert set(filter(order["bmc"].get, order["bmc"])) == {"username", "password"}
    new = order["bmc"]["password"]
    assert (stored(oci), kept(oci)) == ("old-secret", (new,))
    tell(live, order["order_id"], "done")
    assert (stored(oci), kept(oci)) == (new, ())
    assert new not in everything_shown(live)


def test_both_passwords_are_kept_while_nobody_knows_which_counts(
    live: TestClient, oci: Installation
) -> None:
    live.post(f"{MACHINE}/bmc/password")
    order: dict[str, Any] = fetch(live) or {}
    tell(live, order["order_id"], "failed", "the BMC refuses user test")
    assert (stored(oci), kept(oci)) == ("old-secret", (order["bmc"]["password"],))


def test_the_other_password_opens_the_bmc_too(
    operator: TestClient, bmc: BmcProcess, oci: Installation
) -> None:
    operator.post(f"{MACHINE}/bmc/password")
    order: dict[str, Any] = fetch(operator) or {}
    tell(operator, order["order_id"], "failed")
    wrong = {"settings": {"ipmi_password": "not-this-one"}}

    def swap(session: Any) -> None:  # the BMC took the new one: here it has always had it
        (row,) = power.order_queue.rows(session, power.queries.machine(session, "SERIAL0001"))
        row.sealed = oci.vault.seal(PASSWORD)

    oci.store.write(swap)
    operator.patch(f"{MACHINE}/settings", json=wrong)
    assert operator.get(f"{MACHINE}/power").json()["power"] == "off"


def test_ipmi_over_lan(live: TestClient) -> None:
    live.post(f"{MACHINE}/bmc/lan-access")
    bmc = (fetch(live) or {})["bmc"]
    assert {name: value for name, value in bmc.items() if value} == {"username": "oci"}


def test_without_a_user_there_is_no_password_to_renew(operator: TestClient) -> None:
    send_report(operator)
    for path, field in (
        ("programming", "ipmi_addr"), ("password", "ipmi_username"), ("lan-access", "ipmi_username")
    ):  # fmt: skip
        answer = operator.post(f"{MACHINE}/bmc/{path}")
        assert (answer.status_code, answer.json()["field"]) == (409, field)
    assert states(operator) == []


def test_what_a_bmc_cannot_have_is_refused_before(live: TestClient) -> None:
    live.patch(f"{MACHINE}/settings", json={"settings": {"ipmi_password": "two words"}})
    answer = live.post(f"{MACHINE}/bmc/programming")
    assert (answer.status_code, answer.json()["field"]) == (422, "ipmi_password")
    assert "two words" not in answer.text


def test_a_command_in_ipmitools_words(operator: TestClient, bmc: BmcProcess) -> None:
    answer = operator.post(f"{MACHINE}/bmc/command", json={"arguments": ["chassis", "power", "on"]})
    assert answer.status_code == 200 and "Up/On" in answer.json()["output"], answer.text
    assert bmc.next() == "on own order"
    refused = operator.post(f"{MACHINE}/bmc/command", json={"arguments": ["exec", "/etc/passwd"]})
    assert (refused.status_code, refused.json()["field"]) == (422, "arguments")
    audit = operator.get("/v1/audit?action=machine-ipmi-cmd").json()
    assert [(row["result"], row["actor"]) for row in audit] == [
        ("refused", "admin"),
        ("done", "admin"),
    ]
    failed = operator.post(
        f"{MACHINE}/bmc/command", json={"arguments": ["chassis", "power", "explode"]}
    )
    assert failed.status_code == 409, failed.text
