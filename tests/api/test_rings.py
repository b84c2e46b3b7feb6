"""Rings over the API: calculated, published, fetched by machines; nothing half done."""

import hashlib
import threading

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from ocinstaller.actions import rings
from ocinstaller.actions.context import Installation
from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import BlockDevice, DiskKind
from ocinstaller.store.tables import Machine
from tests.api.test_machine_way import bearer, define_cluster, enrol
from tests.support import GIB, report

pytestmark = pytest.mark.filterwarnings("ignore:.*Eventlet is deprecated.*")


def disk(name: str, gib: int) -> BlockDevice:
    return BlockDevice(
        name=name, size_bytes=gib * GIB, kind=DiskKind.HDD, serial=f"{name.upper()}00001"
    )


def key_of(number: int) -> str:
    return f"{number:04d}" + "k" * 39


def introduce(client: TestClient, number: int, role: str = "swiftstore", disks: int = 2) -> None:
    """Let a machine with data disks report, and enrol it."""
    devices = (disk("sda", 20), *(disk(f"sd{chr(98 + n)}", 1000) for n in range(disks)))
    document = report(number).model_copy(update={"block_devices": devices})
    answer = client.post(
        "/node/v1/report",
        content=document.model_dump_json(),
        headers=bearer(key_of(number)),
        auth=None,
    )
    assert answer.status_code == 200
    assert enrol(client, role, f"SERIAL{number:04d}").status_code == 200


def calculate(client: TestClient, **body: object) -> dict:
    answer = client.post("/v1/clusters/cl1/rings/calculation", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def publish(client: TestClient) -> dict:
    answer = client.post("/v1/clusters/cl1/rings/publication")
    assert answer.status_code == 200, answer.text
    return answer.json()


def ask(client: TestClient, number: int, path: str = ""):
    target = f"/node/v1/rings{path}?serial=SERIAL{number:04d}"
    return client.get(target, headers=bearer(key_of(number)), auth=None)


def deploy(oci: Installation, number: int) -> None:
    """Mark a machine as one whose Puppet runs have succeeded."""
    statement = update(Machine).where(Machine.serial == f"SERIAL{number:04d}")
    oci.store.write(lambda session: session.execute(statement.values(puppet_status="success")))


@pytest.fixture
def stores(operator: TestClient) -> TestClient:
    """Return the operator of a cluster with three stores."""
    define_cluster(operator)
    for number in (1, 2, 3):
        introduce(operator, number)
    return operator


def test_rings_are_calculated_then_published_then_fetched(stores: TestClient) -> None:
    assert calculate(stores, dry_run=True)["rings"][0]["version"] == 1
    assert stores.get("/v1/clusters/cl1/rings").json()["rings"] == []

    made = {ring["name"]: ring for ring in calculate(stores)["rings"]}
    assert set(made) == {"account", "container", "object"}
    ring = made["object"]
    assert (ring["machines"], ring["devices"], ring["partitions"]) == (3, 6, 3 << 19)
    assert (ring["crowded_machines"], ring["crowded_devices"], ring["moved"]) == (0, 0, 0)
    assert ring["balance"] < 1
    per_machine = [h for h in ring["holdings"] if h["level"] == "machine"]
    assert [h["machine"] for h in per_machine] == [
        f"cl1-swiftstore-{n}.example.com" for n in (1, 2, 3)
    ]
    assert {(h["region"], h["zone"], h["weight"]) for h in per_machine} == {("r1", "z1", 2000.0)}

    shown = publish(stores)
    assert all(ring["published"] for ring in shown["rings"])
    assert [copy["current"] for copy in shown["copies"]] == [False] * 9

    offered = ask(stores, 1).json()["rings"]
    assert {r["name"]: r["sha256"] for r in offered} == {n: made[n]["sha256"] for n in made}
    content = ask(stores, 1, "/object").content
    assert hashlib.sha256(content).hexdigest() == made["object"]["sha256"]
    taken = {"serial": "SERIAL0001", "rings": offered}
    answer = stores.post("/node/v1/rings", json=taken, headers=bearer(key_of(1)), auth=None)
    assert answer.status_code == 204
    copies = stores.get("/v1/clusters/cl1/rings").json()["copies"]
    assert [copy["machine"] for copy in copies if copy["current"]] == [
        "cl1-swiftstore-1.example.com"
    ] * 3


def test_the_first_machine_that_asks_causes_the_first_rings(stores: TestClient) -> None:
    answers = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(ask(stores, n).json()["rings"]))
        for n in (1, 2, 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [ring["version"] for ring in answers[0]] == [1, 1, 1]
    assert answers[0] == answers[1] == answers[2]


def test_rings_that_cannot_be_made_are_refused_with_the_reason(operator: TestClient) -> None:
    define_cluster(operator)
    introduce(operator, 1)
    introduce(operator, 2, "swiftproxy")
    for answer in (
        ask(operator, 1),
        ask(operator, 2),
        operator.post("/v1/clusters/cl1/rings/calculation", json={}),
    ):
        assert answer.status_code == 409
        assert "2 disks with a weight for 3 replicas" in answer.json()["detail"]
    answer = operator.post("/v1/clusters/cl1/rings/publication")
    assert (answer.status_code, answer.json()["field"]) == (409, "rings")


def test_only_machines_that_need_rings_get_them(stores: TestClient) -> None:
    introduce(stores, 9, "custom")
    assert ask(stores, 9).status_code == 403
    stranger = stores.get("/node/v1/rings?serial=SERIAL0001", headers=bearer(key_of(2)), auth=None)
    assert stranger.status_code == 403
    ask(stores, 1)
    assert ask(stores, 1, "/object-7").status_code == 404


def test_a_new_store_joins_when_it_is_deployed_and_waits_for_its_partitions(
    stores: TestClient, oci: Installation
) -> None:
    calculate(stores)
    publish(stores)
    introduce(stores, 4)
    (ring, *_) = calculate(stores, dry_run=True)["rings"]
    assert "not deployed yet" in ring["left_out"][0]["reason"]
    assert ring["devices"] == 6
    deploy(oci, 4)
    (ring, *_) = calculate(stores, dry_run=True)["rings"]
    assert (ring["devices"], ring["moved"]) == (8, 0)
    assert ring["held_back"] > 0
    assert 0 < ring["wait_s"] <= 3600


def test_a_machine_can_be_welcomed_drained_and_taken_back(stores: TestClient) -> None:
    introduce(stores, 4)
    calculate(stores)
    publish(stores)

    def change(number: int, **body: object) -> dict:
        answer = stores.post(f"/v1/machines/SERIAL{number:04d}/rings/calculation", json=body)
        assert answer.status_code == 200, answer.text
        rings_of = {ring["name"]: ring for ring in answer.json()["rings"]}
        return rings_of["object"]

    def weight_of(ring: dict, number: int) -> float:
        name = f"cl1-swiftstore-{number}.example.com"
        return next(
            h["weight"] for h in ring["holdings"] if (h["level"], h["machine"]) == ("machine", name)
        )

    introduce(stores, 5)
    assert weight_of(change(5), 5) == 2000.0
    drained = change(4, weights={"object": 0, "account": 0, "container": 0})
    assert weight_of(drained, 4) == 0
    assert weight_of(drained, 5) == 2000.0
    # What was said stays said, whoever calculates next.
    (*_, ring) = calculate(stores)["rings"]
    assert weight_of(ring, 4) == 0
    assert weight_of(change(4), 4) == 2000.0
    (*_, ring) = calculate(stores, weights={"object": 10})["rings"]
    assert weight_of(ring, 4) == 20.0
    (*_, ring) = calculate(stores, weights={})["rings"]
    assert weight_of(ring, 4) == 2000.0


def test_a_calculation_that_dies_leaves_the_old_rings(
    stores: TestClient, oci: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    calculate(stores)
    publish(stores)
    before = stores.get("/v1/clusters/cl1/rings").json()

    def dies(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rings, "ring_file", dies)
        with pytest.raises(KeyboardInterrupt):
            rings.calculate_rings(oci, "cl1", rings.RingRequest(), dry_run=False)
    assert stores.get("/v1/clusters/cl1/rings").json() == before


def test_a_ring_published_meanwhile_is_not_overwritten(
    stores: TestClient, oci: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    calculate(stores)
    made = rings.ring_file

    def somebody_publishes(state: object) -> bytes:
        if stores.get("/v1/clusters/cl1/rings").json()["copies"] == []:
            publish(stores)
        return made(state)

    monkeypatch.setattr(rings, "ring_file", somebody_publishes)
    with pytest.raises(Conflict, match="published while it was calculated"):
        rings.calculate_rings(oci, "cl1", rings.RingRequest(), dry_run=False)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"weights": {"object": -1}}, 422, "weights"),
        ({"weights": {"objects": 1}}, 422, "account"),
        ({"ec_only": True}, 409, "swift_ec_enable=yes"),
        ({"dry": True}, 422, "dry"),
    ],
)
def test_refusals_name_what_is_wrong(
    stores: TestClient, body: dict, status: int, said: str
) -> None:
    answer = stores.post("/v1/clusters/cl1/rings/calculation", json=body)
    assert answer.status_code == status
    assert said in answer.text


def test_rings_go_with_their_cluster_and_are_in_the_audit(
    stores: TestClient, oci: Installation
) -> None:
    calculate(stores)
    publish(stores)
    actions = [record["action"] for record in stores.get("/v1/audit").json()]
    assert {"swift-calculate-ring", "swift-publish-ring"} <= set(actions)
    for number in (1, 2, 3):
        assert stores.delete(f"/v1/machines/SERIAL{number:04d}/enrolment").status_code == 200
    for name in ("int", "pub"):
        assert stores.delete(f"/v1/networks/{name}/assignment").status_code in (200, 204)
    assert stores.delete("/v1/clusters/cl1").status_code == 204
