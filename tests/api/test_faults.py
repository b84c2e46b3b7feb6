"""What every route answers when the data base is gone, or when somebody else was first."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from ocinstaller.actions import users
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.api.app import https_app
from ocinstaller.api.documentation import _BODIES
from ocinstaller.api.permissions import ROUTES
from ocinstaller.web import pages
from tests.api.test_machine_way import define_cluster, enrol, send_report
from tests.conftest import PASSWORD
from tests.databases import DatabaseServer
from tests.support import write_config

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
NAMES = {
    "swift-regions": "r1",
    "locations": "z1",
    "networks": "int",
    "clusters": "cl1",
    "machines": "SERIAL0001",
    "users": "somebody",
    "roles": "webfarm",
    "passwords": "cl1.keystone_admin",
    "site-documents": "racking-map",
}
"""An object of each collection that exists in the world of these tests."""
PARTS = {
    "{first_ip}": "10.1.0.9",
    "{role}": "custom",
    "{hostname}": "log.example.com",
    "{port}": "5044",
    "{ip}": "10.1.0.2",
    "{scope}": "cluster",
}

UNCONDITIONAL = {
    "/v1/machines/{name}/power": "a button, nothing that is stored",
    "/v1/machines/{name}/bmc/command": "a question to the BMC, nothing that is stored",
    "/v1/machines/{name}/power/live": "a button, nothing that is stored",
    "/v1/machines/{name}/power/disk": "a button, nothing that is stored",
    "/v1/clusters/{name}/plan": "changes nothing",
    "/v1/clusters/{name}/rings/calculation": "refused by itself when the rings changed meanwhile",
    "/v1/machines/{name}/rings/calculation": "refused by itself when the rings changed meanwhile",
    "/v1/certificates/{name}/renewal": "always ends in a new certificate",
    "/v1/tokens/{name}": "tokens are never changed",
}
"""Routes of an existing object that take no If-Match, and why."""


@pytest.fixture
def world(operator: TestClient) -> TestClient:
    define_cluster(operator)
    send_report(operator)
    enrol(operator)
    body = {"login": "somebody", "password": PASSWORD, "role": "viewer"}
    assert operator.post("/v1/users", json=body).status_code == 201
    assert operator.post("/v1/roles", json={"name": "webfarm"}).status_code == 201
    return operator


def target_of(path: str) -> str:
    """Return the path of a route with the names of objects that exist."""
    parts = path.split("/")
    filled = [
        NAMES.get(parts[number - 1], PARTS.get(part, "nothing")) if part[:1] == "{" else part
        for number, part in enumerate(parts)
    ]
    return "/".join(
        PARTS.get(p, n) if p in PARTS else n for p, n in zip(parts, filled, strict=True)
    )


def body_of(client: TestClient, method: str, path: str) -> Any:
    """Return the documented example of a route's body."""
    operation = client.get("/v1/openapi.json").json()["paths"][path][method.lower()]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return _BODIES[content["schema"]["$ref"].rpartition("/")[2]] if content else None


CONDITIONAL = [
    (method, path)
    for method, path in ROUTES
    if method in CHANGING and path.startswith("/v1/") and "{" in path and path not in UNCONDITIONAL
]


def test_what_takes_no_condition_is_a_route() -> None:
    assert UNCONDITIONAL.keys() <= {path for method, path in ROUTES if method in CHANGING}


@pytest.mark.parametrize(("method", "path"), CONDITIONAL)
def test_whoever_comes_second_is_told_and_changes_nothing(
    world: TestClient, method: str, path: str
) -> None:
    def send(tag: str) -> Any:
        body = body_of(world, method, path)
        return world.request(method, target_of(path), json=body, headers={"If-Match": tag})

    def audited() -> list[str]:
        return [r["id"] for r in world.get("/v1/audit?result=done").json()]

    before = audited()
    stale = send('"0123"')
    assert (stale.status_code, stale.json()["field"]) == (412, "If-Match"), stale.text
    assert audited() == before
    tag = stale.json()["allowed"].partition(":")[0]
    assert send(tag).status_code != 412
    assert send("*").status_code != 412


def test_a_user_and_a_secret_are_changed_by_one_of_two(world: TestClient) -> None:
    changes: dict[str, Callable[[str], Any]] = {
        "/v1/users/somebody": lambda tag: world.patch(
            "/v1/users/somebody", json={"role": "operator"}, headers={"If-Match": tag}
        ),
        "/v1/passwords/cl1.keystone_admin": lambda tag: world.put(
            "/v1/passwords/cl1.keystone_admin",
            json={"password": "the-first-of-two"},
            headers={"If-Match": tag},
        ),
    }
    for target, change in changes.items():
        tag = world.get(target).headers["etag"]
        first = change(tag)
        assert first.status_code == 200
        assert first.headers["etag"] == world.get(target).headers["etag"] != tag
        assert change(tag).status_code == 412


@pytest.fixture
def remote(mariadb_server: DatabaseServer, tmp_path: Path) -> Iterator[Installation]:
    yield open_installation(write_config(tmp_path, database=mariadb_server.fresh()))


def test_every_route_says_when_to_come_back_while_the_data_base_is_gone(
    remote: Installation, mariadb_server: DatabaseServer
) -> None:
    remote.store.write(
        lambda s: users.create_user(s, "admin", PASSWORD, role="administrator", source="password")
    )
    client = TestClient(https_app(remote, pages.router), client=("127.0.0.1", 50000))
    client.auth = ("admin", PASSWORD)
    define_cluster(client)
    send_report(client)
    enrol(client)
    session = client.post(
        "/oci/login", data={"login": "admin", "password": PASSWORD}, follow_redirects=False
    )
    assert session.status_code == 303
    bodies = {
        (method, path): body_of(client, method, path)
        for method, path in ROUTES
        if path.startswith("/v1/")
    }
    before = {name: client.get(f"/v1/{name}").text for name in ("clusters", "networks", "machines")}
    mariadb_server.kill()
    try:
        for method, path in ROUTES:
            answer = client.request(
                method, target_of(path), json=bodies.get((method, path)), follow_redirects=False
            )
            assert answer.status_code == 503, (method, path, answer.status_code, answer.text)
            assert answer.headers["retry-after"].isdigit(), (method, path)
    finally:
        mariadb_server.start()
    assert before == {name: client.get(f"/v1/{name}").text for name in before}
