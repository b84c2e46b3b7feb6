"""`machine-install-os --plan`: what would be erased, and why; nothing changes."""

from fastapi.testclient import TestClient
from sqlalchemy import select

from ocinstaller.actions.context import Installation
from ocinstaller.store.access_tables import AuditRecord
from ocinstaller.store.tables import Machine

from .test_machine_way import bearer, define_cluster, enrol, nonce_of, send_event, send_report

PLAN = "/v1/machines/SERIAL0001/installation/plan"
SETTINGS = "/v1/machines/SERIAL0001/settings"


def test_a_plan_shows_disks_and_network_with_reasons_and_changes_nothing(
    operator: TestClient, oci: Installation
) -> None:
    define_cluster(operator)
    send_report(operator)
    enrol(operator)
    with oci.store.read() as session:
        audited = len(session.scalars(select(AuditRecord)).all())

    plan = operator.get(PLAN).json()

    (disk,) = plan["disks"]
    assert (disk["name"], disk["use"], disk["erased"]) == ("vda", "system", True)
    assert disk["reason"] == "dest_blk is automatic: the only disk that the system fits on"
    assert [(v["on"], v["kind"], v["mountpoint"]) for v in plan["volumes"]] == [
        ("vda", "bios-boot", ""),
        ("vda", "root", "/"),
    ]
    assert [(i["name"], i["addresses"], i["gateways"]) for i in plan["interfaces"]] == [
        ("eth0", ["10.1.0.2/24"], ["10.1.0.1"]),
        ("eth1", [], []),
    ]
    assert "default route for IPv4 by 10.1.0.1: int is the management network" in plan["reasons"]
    with oci.store.read() as session:
        machine = session.scalars(select(Machine)).one()
        assert (machine.status, machine.plan_id) == ("live", None)
        assert len(session.scalars(select(AuditRecord)).all()) == audited


def test_the_plan_is_what_the_machine_then_gets(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    enrol(operator)
    planned = operator.get(PLAN).json()
    operator.post("/v1/machines/SERIAL0001/installation")

    plan = operator.get("/node/v1/plan?serial=SERIAL0001", headers=bearer(), auth=None).json()

    disks = plan["storage"]["disks"]
    assert [disk["name"] for disk in disks] == [d["name"] for d in planned["disks"] if d["erased"]]
    kinds = [partition["kind"] for disk in disks for partition in disk["partitions"]]
    assert kinds == [volume["kind"] for volume in planned["volumes"]]
    configured = {
        file["path"].removeprefix("/etc/systemd/network/10-oci-").removesuffix(".network")
        for file in plan["files"]
        if file["path"].endswith(".network")
    }
    assert configured == {interface["name"] for interface in planned["interfaces"]}


def test_a_machine_of_no_cluster_has_no_plan(operator: TestClient) -> None:
    send_report(operator)

    answer = operator.get(PLAN)

    assert answer.status_code == 409
    assert "machine-add" in answer.text


def test_an_installed_machine_is_planned_but_asked_to_start_the_live_system_first(
    operator: TestClient, starter: TestClient
) -> None:
    define_cluster(operator)
    send_report(operator)
    enrol(operator)
    operator.post("/v1/machines/SERIAL0001/installation")
    plan = operator.get("/node/v1/plan?serial=SERIAL0001", headers=bearer(), auth=None).json()
    for event in ("installed", "booted"):
        assert send_event(operator, event, plan["plan_id"]).is_success

    refused = operator.post("/v1/machines/SERIAL0001/installation")

    assert refused.status_code == 409
    assert "the machine is installed" in refused.text
    assert "machine-reinstall" in refused.text
    assert operator.get(PLAN).is_success
    assert operator.post("/v1/machines/SERIAL0001/live").is_success
    back = send_report(operator, key="l" * 43, nonce=nonce_of(starter))
    assert back.json()["kind"] == "wait"
    assert operator.post("/v1/machines/SERIAL0001/installation").is_success


def test_settings_of_the_machine_decide(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    enrol(operator)
    changes = {"dest_blk": "serial=NONE"}
    assert operator.patch(SETTINGS, json={"settings": changes}).is_success

    refused = operator.get(PLAN)

    assert refused.status_code == 409
    assert "dest_blk: disk serial=NONE does not exist; the machine has: vda" in refused.text
    changes = {"dest_blk": "vda", "system_on_lvm": "yes", "swap_mib": "512"}
    assert operator.patch(SETTINGS, json={"settings": changes}).is_success
    plan = operator.get(PLAN).json()
    assert plan["disks"][0]["reason"] == "dest_blk is vda"
    assert [(v["on"], v["name"], v["size_mib"]) for v in plan["volumes"][-2:]] == [
        ("ocisystem", "swap", 512),
        ("ocisystem", "root", None),
    ]
