"""What the tests of API and pages share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.api.test_machine_way import send_report
from tests.drivers.virtual_bmc_process import PASSWORD, USER, BmcProcess

MACHINE = "/v1/machines/SERIAL0001"


@pytest.fixture
def bmc(tmp_path: Path, operator: TestClient) -> Iterator[BmcProcess]:
    """Run a BMC and let machine 1 be controlled through it."""
    directory = tmp_path / "bmc"
    directory.mkdir()
    process = BmcProcess(directory)
    send_report(operator)
    settings = {
        "ipmi_use": "yes",
        "ipmi_addr": process.access.address,
        "ipmi_port": str(process.access.port),
        "ipmi_username": USER,
        "ipmi_password": PASSWORD,
    }
    answer = operator.patch(f"{MACHINE}/settings", json={"settings": settings})
    assert answer.status_code == 200, answer.text
    assert PASSWORD not in answer.text
    try:
        yield process
    finally:
        process.stop()


@pytest.fixture
def browser(anonymous: TestClient) -> TestClient:
    """Return a browser that has not logged in; its cookies need https."""
    return TestClient(anonymous.app, base_url="https://oci.example.com", client=("192.0.2.1", 1))
