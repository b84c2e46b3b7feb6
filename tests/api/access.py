"""What the tests of logins, tokens and the audit share."""

from typing import Any

from fastapi.testclient import TestClient

from tests.conftest import PASSWORD

OTHER = ("198.51.100.7", 50000)


def as_user(client: TestClient, login: str, *, address: tuple[str, int] = OTHER) -> TestClient:
    """Return a client of the same application that is logged in as another user."""
    other = TestClient(client.app, client=address)
    other.auth = (login, PASSWORD)
    return other


def with_token(client: TestClient, token: str) -> TestClient:
    """Return a client of the same application that has a token."""
    other = TestClient(client.app, client=OTHER)
    other.headers = {"Authorization": f"Bearer {token}"}
    return other


def make_user(admin: TestClient, login: str, role: str) -> TestClient:
    """Make a user; return a client that is logged in as the user."""
    body = {"login": login, "password": PASSWORD, "role": role}
    assert admin.post("/v1/users", json=body).status_code == 201
    return as_user(admin, login)


def make_token(client: TestClient, name: str, **more: object) -> TestClient:
    """Make a token of the client's user; return a client that has it."""
    answer = client.post("/v1/tokens", json={"name": name, **more})
    assert answer.status_code == 201, answer.text
    return with_token(client, answer.json()["token"])


def newest(admin: TestClient, **wanted: object) -> dict[str, Any]:
    """Return the newest record of the audit that fits."""
    records = admin.get("/v1/audit", params={"limit": 1, **wanted}).json()
    assert records, "no such record"
    return records[0]
