"""Machines that have reported and wait for a cluster."""

import pytest
from fastapi.testclient import TestClient

from tests.support import report

MACHINES = 8


@pytest.fixture
def serials(operator: TestClient) -> list[str]:
    """Let machines report; return their serial numbers."""
    for number in range(1, MACHINES + 1):
        answer = operator.post(
            "/node/v1/report",
            content=report(number).model_dump_json(),
            headers={"Authorization": f"Bearer {'k' * 42}{number}"},
            auth=None,
        )
        assert answer.status_code == 200
    return [f"SERIAL{number:04d}" for number in range(1, MACHINES + 1)]
