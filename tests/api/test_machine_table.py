"""`machine-list` with groups of columns, over the API."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from ocinstaller.actions.context import Installation
from ocinstaller.model.machine_columns import GROUPS
from tests.api.test_collections import counted, enrol_all, introduce
from tests.api.test_machine_way import define_cluster, enrol, send_report

URL = "/v1/machine-table"


def table(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    found = client.get(URL, params=query)
    assert found.status_code == 200, found.text
    answer = found.json()
    return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]


def test_cells_are_what_machines_reported_and_operators_set(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator, 1)
    enrol(operator)
    settings = "/v1/machines/SERIAL0001/settings"
    values = {"loc_rack": "r7", "notes": "new fan", "ipmi_password": "hush-hush"}
    assert operator.patch(settings, json={"settings": values}).status_code == 200
    (row,) = table(operator, group=list(GROUPS))
    detail = operator.get("/v1/machines/SERIAL0001").json()
    hardware = detail["hardware"]
    assert row["hostname"] == detail["machine"]["hostname"]
    assert row["product_name"] == hardware["product"]["name"]
    assert row["memory"] == hardware["memory_mib"]
    assert row["nics"].count("@") == len(hardware["nics"])
    assert (row["rack"], row["notes"], row["cluster"]) == ("r7", "new fan", "cl1")
    assert row["location"] == detail["machine"]["location"]
    assert row["puppet"] == "notrun" and row["lastseen"].startswith("20")
    assert "hush-hush" not in str(row)


def test_machines_are_filtered_and_sorted(operator: TestClient) -> None:
    for number in (3, 1, 2):
        send_report(operator, number)
    assert [row["serial"] for row in table(operator)] == ["SERIAL0001", "SERIAL0002", "SERIAL0003"]
    racks = {1: "b", 2: "a", 3: "c"}
    for number, rack in racks.items():
        where = f"/v1/machines/SERIAL000{number}/settings"
        assert operator.patch(where, json={"settings": {"loc_rack": rack}}).status_code == 200
    found = table(operator, order="racking", group="racking")
    assert [row["rack"] for row in found] == ["a", "b", "c"]
    assert table(operator, status="installed") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [({"group": "colour"}, "group"), ({"order": "colour"}, "order"), ({"speed": "1"}, "speed")],
)
def test_what_does_not_exist_is_refused(
    operator: TestClient, query: dict[str, str], field: str
) -> None:
    answer = operator.get(URL, params=query)
    assert answer.status_code == 422
    assert field in answer.text


def test_the_number_of_queries_does_not_grow(oci: Installation, operator: TestClient) -> None:
    define_cluster(operator)
    taken = []
    for numbers in (range(1, 3), range(3, 15)):
        introduce(oci, numbers)
        enrol_all(oci, numbers)
        table(operator)  # the first request checks the password
        with counted(oci) as statements:
            assert len(table(operator, group=list(GROUPS))) == numbers[-1]
        taken.append(len(statements))
    assert taken[0] == taken[1], statements
