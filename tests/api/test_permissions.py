"""Every route has its permission, and every role may exactly what it should."""

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from ocinstaller.actions import users
from ocinstaller.actions.context import Installation
from ocinstaller.api.permissions import PROVEN_OTHERWISE, ROUTES
from ocinstaller.model.access import ROLE_PERMISSIONS, UserRole
from tests.conftest import PASSWORD


def operators_routes(client: TestClient) -> set[tuple[str, str]]:
    """Return the routes that prove nothing otherwise."""
    return {
        (method, route.path)
        for route in client.app.routes
        if isinstance(route, APIRoute)
        for method in route.methods
        if not any(
            route.path == path
            or (len(path) > 1 and path[-1] == "/" and route.path.startswith(path))
            for path in PROVEN_OTHERWISE
        )
    }


def test_every_route_declares_its_permission(operator: TestClient) -> None:
    assert operators_routes(operator) == set(ROUTES)


@pytest.mark.parametrize("role", UserRole)
def test_each_role_may_exactly_what_the_table_says(
    oci: Installation, anonymous: TestClient, role: UserRole
) -> None:
    oci.store.write(lambda s: users.create_user(s, "somebody", PASSWORD, role=role))
    client = anonymous
    client.auth = ("somebody", PASSWORD)
    for (method, path), access in ROUTES.items():
        answer = client.request(method, path.replace("{", "").replace("}", ""))
        may = access.permission in ROLE_PERMISSIONS[role]
        assert (answer.status_code != 403) == may, (role, method, path, answer.text)
        assert answer.status_code != 401
        if not may and path.startswith("/oci/"):
            assert f"role {role} does not allow this" in answer.text
        elif not may:
            assert f"role {role} does not allow this" in answer.json()["detail"]
            assert answer.json()["allowed"] == f"a role with the permission {access.permission}"


def test_nobody_in_particular_may_nothing(anonymous: TestClient) -> None:
    for method, path in ROUTES:
        answer = anonymous.request(method, path, follow_redirects=False)
        assert answer.status_code == (303 if path.startswith("/oci/") else 401), path


def test_a_route_that_is_not_in_the_table_is_closed(
    operator: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocinstaller.api.auth.ROUTES", {})
    assert operator.get("/v1/roles").status_code == 403
