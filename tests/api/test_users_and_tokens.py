"""Users and API tokens: what administrators and owners do with them."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from ocinstaller.actions.context import Installation
from ocinstaller.store.access_tables import ApiToken
from ocinstaller.store.tables import User
from tests.api.access import as_user, make_token, make_user, newest, with_token
from tests.conftest import PASSWORD


def test_a_user_is_made_changed_and_deleted(operator: TestClient) -> None:
    ada = make_user(operator, "ada@example.com", "viewer")
    assert ada.get("/v1/machines").status_code == 200
    assert ada.post("/v1/swift-regions", json={"name": "r1"}).status_code == 403
    changed = operator.patch("/v1/users/ada@example.com", json={"role": "operator"})
    assert changed.json() == {
        "login": "ada@example.com", "role": "operator", "source": "password", "activated": True,
    }  # fmt: skip
    assert ada.post("/v1/swift-regions", json={"name": "r1"}).status_code == 201
    operator.patch("/v1/users/ada@example.com", json={"activated": False})
    assert ada.get("/v1/machines").status_code == 401
    assert operator.delete("/v1/users/ada@example.com").status_code == 204
    assert operator.get("/v1/machines", auth=("ada@example.com", PASSWORD)).status_code == 401
    assert [user["login"] for user in operator.get("/v1/users").json()] == ["admin"]


def test_only_a_bcrypt_hash_is_stored(oci: Installation) -> None:
    with oci.store.read() as session:
        stored = session.scalars(select(User.password_hash)).one()
    assert stored.startswith("$2b$") and PASSWORD not in stored


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"login": "-x", "password": PASSWORD}, 422, "letters, digits"),
        ({"login": "x", "password": "short"}, 422, "8 characters to 72 bytes"),
        ({"login": "x", "password": "ü" * 37}, 422, "8 characters to 72 bytes"),
        ({"login": "x", "password": "with\0zero"}, 422, "8 characters to 72 bytes"),
        ({"login": "x"}, 422, "a password"),
        ({"login": "x", "password": PASSWORD, "role": "king"}, 422, "viewer, operator"),
        ({"login": "x", "password": PASSWORD, "source": "ldap"}, 422, "password, radius"),
        ({"login": "x", "password": PASSWORD, "source": "radius"}, 422, "radius knows it"),
        ({"login": "admin", "password": PASSWORD}, 409, "admin is already in use"),
        ({"login": "x", "password": {"s3cret-guess": 1}}, 422, "(not shown)"),
        ({"login": "x", "password": "s3cret-guess", "extra": 1}, 422, "extra"),
    ],
)
def test_bad_users_are_refused_without_repeating_the_password(
    operator: TestClient, body: dict[str, object], status: int, said: str
) -> None:
    answer = operator.post("/v1/users", json=body)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert "s3cret-guess" not in answer.text and "short" not in answer.json().get("value", "")
    assert len(operator.get("/v1/users").json()) == 1


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"activated": False}, None])
def test_administrators_do_not_shut_themselves_out(
    operator: TestClient, change: dict[str, object] | None
) -> None:
    if change is None:
        answer = operator.delete("/v1/users/admin")
    else:
        answer = operator.patch("/v1/users/admin", json=change)
    assert answer.status_code == 409 and "yourself" in answer.json()["detail"]
    assert operator.get("/v1/users").json()[0]["role"] == "administrator"


def test_everybody_changes_the_own_password(operator: TestClient) -> None:
    viewer = make_user(operator, "viewer", "viewer")
    assert viewer.get("/v1/machines").status_code == 200
    changed = viewer.put("/v1/me/password", json={"password": "another password"})
    assert changed.status_code == 200
    assert viewer.get("/v1/machines").status_code == 401, "the former one ends at once"
    viewer.auth = ("viewer", "another password")
    assert viewer.get("/v1/machines").status_code == 200
    assert newest(operator, action="user-password")["after"] == {
        "user viewer": {"password_hash": "(not shown)"}
    }


def test_a_token_stands_for_its_owner(operator: TestClient, oci: Installation) -> None:
    worker = make_user(operator, "worker", "operator")
    token = make_token(worker, "ci")
    assert token.post("/v1/swift-regions", json={"name": "r1"}).status_code == 201
    record = newest(operator, action="swift-region-create")
    assert (record["actor"], record["via"]) == ("worker", "token ci")
    secret = token.headers["Authorization"].removeprefix("Bearer ")
    assert secret.startswith("oci_")
    with oci.store.read() as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM api_tokens").all()
    assert secret not in repr(rows)
    assert secret not in worker.get("/v1/tokens").text
    assert secret not in operator.get("/v1/audit").text


def test_a_token_may_no_more_than_its_role_and_its_owner(operator: TestClient) -> None:
    worker = make_user(operator, "worker", "operator")
    above = worker.post("/v1/tokens", json={"name": "t", "role": "administrator"})
    assert above.status_code == 422 and above.json()["allowed"] == "viewer, operator"
    viewing = make_token(worker, "view", role="viewer")
    assert viewing.get("/v1/machines").status_code == 200
    refused = viewing.post("/v1/swift-regions", json={"name": "r1"})
    assert refused.status_code == 403 and "token of role viewer" in refused.json()["detail"]
    working = make_token(worker, "work")
    operator.patch("/v1/users/worker", json={"role": "viewer"})
    assert working.post("/v1/swift-regions", json={"name": "r1"}).status_code == 403


def test_a_token_makes_no_tokens_and_changes_no_password(operator: TestClient) -> None:
    token = make_token(operator, "all")
    assert token.get("/v1/users").status_code == 200
    assert token.post("/v1/tokens", json={"name": "more"}).status_code == 403
    assert token.put("/v1/me/password", json={"password": PASSWORD}).status_code == 403


def test_a_token_ends(operator: TestClient, oci: Installation) -> None:
    worker = make_user(operator, "worker", "operator")
    tokens = {name: make_token(worker, name) for name in ("old", "deleted", "orphan")}

    def age(session: object) -> None:
        row = session.scalars(select(ApiToken).where(ApiToken.name == "old")).one()
        row.expires_at = datetime.now(UTC) - timedelta(seconds=1)

    oci.store.write(age)
    expired = tokens["old"].get("/v1/machines")
    assert expired.status_code == 401 and "token old expired on" in expired.json()["detail"]
    assert [t["expired"] for t in worker.get("/v1/tokens").json()] == [False, True, False]
    assert worker.delete("/v1/tokens/deleted").status_code == 204
    assert tokens["deleted"].get("/v1/machines").status_code == 401
    assert tokens["orphan"].get("/v1/machines").status_code == 200
    assert operator.delete("/v1/users/worker").status_code == 204
    assert tokens["orphan"].get("/v1/machines").status_code == 401
    assert with_token(operator, "oci_guess").get("/v1/machines").status_code == 401


def test_tokens_of_others_are_the_administrators_business(operator: TestClient) -> None:
    make_token(operator, "admins")
    worker = make_user(operator, "worker", "operator")
    make_token(worker, "workers")
    assert [token["name"] for token in worker.get("/v1/tokens").json()] == ["workers"]
    assert worker.delete("/v1/tokens/admins").status_code == 404
    assert len(operator.get("/v1/tokens").json()) == 2
    assert operator.delete("/v1/tokens/workers").status_code == 204


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": "a b"}, "letters, digits"),
        ({"name": "t", "days": 0}, "1 to 3650"),
        ({"name": "t", "days": 99999999999}, "1 to 3650"),
        ({"name": "t", "role": "king"}, "viewer, operator, administrator"),
    ],
)
def test_bad_tokens_are_refused(operator: TestClient, body: dict[str, object], said: str) -> None:
    answer = operator.post("/v1/tokens", json=body)
    assert answer.status_code == 422 and said in answer.json()["detail"]
    assert operator.get("/v1/tokens").json() == []


def test_a_name_is_given_to_one_token(operator: TestClient) -> None:
    make_token(operator, "ci")
    assert operator.post("/v1/tokens", json={"name": "ci"}).status_code == 409
    assert as_user(operator, "admin").get("/v1/tokens").json()[0]["login"] == "admin"


def test_passwords_have_any_letters(operator: TestClient) -> None:
    password = "pässwörd: 合言葉"
    body = {"login": "müller", "password": password}
    assert operator.post("/v1/users", json=body).status_code == 422, "logins do not"
    assert operator.post("/v1/users", json=body | {"login": "mueller"}).status_code == 201
    auth = ("mueller", password.encode())
    assert operator.get("/v1/machines", auth=auth).status_code == 200


@pytest.mark.parametrize("given", ["Basic", "Basic %", "Basic /w==", "Bearer", "Digest x", "x"])
def test_malformed_credentials_are_no_credentials(anonymous: TestClient, given: str) -> None:
    answer = anonymous.get("/v1/machines", headers={"Authorization": given})
    assert answer.status_code == 401 and "OCI_TOKEN" in answer.json()["detail"]
