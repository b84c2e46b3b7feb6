"""Secrets of clusters: administrators see and set them, Puppet gets them, nobody else."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from fastapi.testclient import TestClient
from sqlalchemy import update

from ocinstaller.actions import fernet_keys, users
from ocinstaller.actions.context import Installation
from ocinstaller.model.secret_kinds import SecretKind, generate, is_valid
from ocinstaller.model.secret_specs import SECRETS
from ocinstaller.model.services.identity import FERNET_KEYS
from ocinstaller.store.tables import Secret
from tests.api.access import make_user, newest
from tests.api.test_machine_way import bearer, define_cluster, enrol, send_report
from tests.conftest import PASSWORD

HOST = "cl1-controller-1.example.com"
NEW = "a-new.password_0123~"


@pytest.fixture
def controller(operator: TestClient) -> TestClient:
    define_cluster(operator)
    send_report(operator)
    enrol(operator)
    return operator


def classified(oci: Installation, client: TestClient) -> dict[str, str]:
    token = oci.store.write(lambda session: users.issue_service_token(session, "puppet"))
    answer = client.get(f"/puppet/v1/enc/{HOST}", headers=bearer(token), auth=None)
    secrets = yaml.safe_load(answer.text)["classes"]["ocinstaller"]["secrets"]
    assert isinstance(secrets, dict)
    return secrets


def put(client: TestClient, password_id: str, value: object) -> tuple[int, dict[str, object]]:
    answer = client.put(f"/v1/passwords/{password_id}", json={"password": value})
    return answer.status_code, answer.json()


def test_a_secret_that_is_set_reaches_puppet_and_its_audit_is_masked(
    oci: Installation, controller: TestClient
) -> None:
    listed = controller.get("/v1/passwords?cluster=cl1").json()
    assert listed == controller.get("/v1/passwords").json()
    assert {one["name"] for one in listed if one["present"]} == {spec.name for spec in SECRETS}
    assert not any(set(one) & {"value", "password"} for one in listed)

    before = classified(oci, controller)
    status, answer = put(controller, "cl1.keystone_admin", NEW)
    assert status == 200 and answer["machines"] == [HOST]
    assert "oci-installed" in str(answer["next"]) and NEW not in json.dumps(answer)
    assert controller.get("/v1/passwords/cl1.keystone_admin").json()["value"] == NEW
    assert classified(oci, controller) == before | {"keystone_admin": NEW}
    record = newest(controller, action="password-set")
    assert record["object_name"] == "keystone_admin" and record["result"] == "done"
    assert NEW not in json.dumps(record)


def test_secret_settings_reach_the_machines_whose_role_uses_them(
    oci: Installation, controller: TestClient
) -> None:
    name = "extswift_password"
    assert name not in classified(oci, controller)
    assert controller.get(f"/v1/passwords/cl1.{name}").status_code == 404
    status, answer = put(controller, f"cl1.{name}", NEW)
    assert status == 200 and answer["machines"] == [HOST]
    assert classified(oci, controller)[name] == NEW
    assert controller.get(f"/v1/passwords/cl1.{name}").json()["value"] == NEW
    plan = controller.post("/v1/clusters/cl1/plan", json={"settings": {name: "other-password-12"}})
    assert plan.status_code == 200 and "other-password" not in plan.text and NEW not in plan.text
    assert put(controller, "cl1.cloudkitty_storage_v2_host", "https://u:p@es.example.com")[0] == 200
    assert "cloudkitty_storage_v2_host" in classified(oci, controller)


def test_only_administrators_come_near(controller: TestClient) -> None:
    for role in ("viewer", "operator"):
        member = make_user(controller, f"a-{role}", role)
        assert member.get("/v1/passwords").status_code == 403
        assert member.get("/v1/passwords/cl1.keystone_admin").status_code == 403
        assert put(member, "cl1.keystone_admin", NEW)[0] == 403


BAD = [
    ("cl1.keystone_admin", "short", 422),
    ("cl1.keystone_admin", "with a blank in it", 422),
    ("cl1.keystone_admin", "p" * 129, 422),
    ("cl1.keystone_admin", "pässwörter-sind-es", 422),
    ("cl1.keystone_admin", "quote'quote\"quote", 422),
    ("cl1.keystone_admin", "line\nline-line-line", 422),
    ("cl1.keystone_admin", NEW + "\n", 422),
    ("cl1.keystone_admin", None, 422),
    ("cl1.keystone_fernet_0", NEW, 422),
    ("cl1.rabbitmq_cookie", NEW, 422),
    ("cl1.extswift_password", "x" * 200, 422),
    ("cl1.nonsense", NEW, 404),
    ("cl2.keystone_admin", NEW, 404),
    ("keystone_admin", NEW, 404),
]


@pytest.mark.parametrize(("password_id", "value", "status"), BAD)
def test_what_cannot_be_is_refused_and_not_repeated(
    controller: TestClient, password_id: str, value: str | None, status: int
) -> None:
    before = controller.get("/v1/passwords/cl1.keystone_admin").json()
    answered, problem = put(controller, password_id, value)
    assert answered == status and (problem.get("allowed") or problem["errors"])
    assert not value or value not in json.dumps(problem, ensure_ascii=False)
    assert controller.get("/v1/passwords/cl1.keystone_admin").json() == before


@pytest.mark.parametrize("kind", SecretKind)
def test_what_is_generated_could_be_set(kind: SecretKind) -> None:
    assert all(is_valid(kind, generate(kind)) for _ in range(20))


def test_a_fernet_key_is_32_bytes() -> None:
    for length, good in ((31, False), (32, True), (33, False)):
        text = urlsafe_b64encode(b"\xff" * length).decode()
        assert is_valid(SecretKind.FERNET_KEY, text) is good


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/v1/passwords/cl1.keystone_admin", "password-show"),
        ("/v1/clusters/cl1/openrc", "cluster-openrc"),
        (
            f"/oci/api.php?oci_login=admin&oci_pass={PASSWORD}"
            "&action=password_show&id=cl1.keystone_admin",
            "password-show",
        ),
    ],
)
def test_who_saw_a_secret_is_in_the_audit(controller: TestClient, path: str, action: str) -> None:
    secret = controller.get("/v1/passwords/cl1.keystone_admin").json()["value"]
    before = newest(controller, action=action) if action == "password-show" else None
    answer = controller.get(path)
    assert secret in answer.text
    record = newest(controller, action=action)
    assert record != before
    assert (record["actor"], record["result"], record["after"]) == ("admin", "done", {})
    assert secret not in json.dumps(record)


def keys(oci: Installation, client: TestClient) -> list[str]:
    secrets = classified(oci, client)
    return [secrets[name] for name in FERNET_KEYS]


def grow_older(oci: Installation, age: timedelta | None) -> None:
    """Let all secrets have been set this long ago; None: nobody knows when."""
    then = age and datetime.now(UTC) - age
    oci.store.write(lambda session: session.execute(update(Secret).values(set_at=then)))


@pytest.mark.parametrize("age", [fernet_keys.INTERVAL, None])
def test_keys_of_tokens_grow_older_in_time_and_only_then(
    oci: Installation, controller: TestClient, age: timedelta | None
) -> None:
    following, current, former, _ = before = keys(oci, controller)
    grow_older(oci, fernet_keys.INTERVAL - timedelta(minutes=1))
    assert keys(oci, controller) == before

    grow_older(oci, age)
    rotated = keys(oci, controller)
    assert rotated[1:] == [following, current, former]
    assert rotated[0] not in before and is_valid(SecretKind.FERNET_KEY, rotated[0])
    assert keys(oci, controller) == rotated, "the other machines get the same"


def test_a_key_that_was_given_waits_as_long_as_a_made_one(
    oci: Installation, controller: TestClient
) -> None:
    grow_older(oci, fernet_keys.INTERVAL)
    given = generate(SecretKind.FERNET_KEY)
    assert put(controller, f"cl1.{FERNET_KEYS[0]}", given)[0] == 200
    assert keys(oci, controller)[0] == given


def test_a_machine_that_nobody_knows_rotates_nothing(
    oci: Installation, controller: TestClient
) -> None:
    before = keys(oci, controller)
    grow_older(oci, fernet_keys.INTERVAL)
    fernet_keys.rotate_when_due(oci, "nobody.example.com")
    assert controller.get(f"/v1/passwords/cl1.{FERNET_KEYS[0]}").json()["value"] == before[0]
