"""What the tests of API and pages share."""

import pytest
from fastapi.testclient import TestClient


@pytest.fixture
def browser(anonymous: TestClient) -> TestClient:
    """Return a browser that has not logged in; its cookies need https."""
    return TestClient(anonymous.app, base_url="https://oci.example.com", client=("192.0.2.1", 1))
