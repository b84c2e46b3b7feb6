"""What OpenAPI promises is what the server does: generated requests, documented answers only."""

import base64
import re
import warnings

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.api.test_machine_way import define_cluster, enrol, send_report
from tests.conftest import PASSWORD

_EXAMPLES = 12
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_every_operation_documents_its_refusals(operator: TestClient) -> None:
    document = operator.get("/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert "503" in operation["responses"], f"{method} {path}"
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert set(answer["content"]) == {"application/problem+json"}, (path, status)
            if path.startswith("/v1/"):
                assert operation.get("description"), f"{method} {path}"


def test_every_body_that_operators_send_has_an_example_that_is_accepted(
    operator: TestClient,
) -> None:
    document = operator.get("/v1/openapi.json").json()
    schemas = document["components"]["schemas"]
    # One's own password comes last: everything after it would be refused.
    paths = sorted(document["paths"].items(), key=lambda item: item[0].startswith("/v1/me"))
    for path, operations in paths:
        for method, operation in operations.items():
            if "requestBody" not in operation or not path.startswith("/v1/"):
                continue
            reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            (example,) = schemas[reference.rpartition("/")[2]]["examples"]
            answer = operator.request(method, re.sub(r"\{.*?\}", "x", path), json=example)
            assert answer.status_code in {200, 201, 204, 404}, (path, answer.text)


@pytest.mark.schemathesis
def test_generated_requests_get_documented_answers(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    enrol(operator)
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", from_loopback(operator.app))
    basic = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=_EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @schemathesis_given(operation)
        def check(case: schemathesis.Case) -> None:
            token = "Basic " + basic if case.path.startswith("/v1") else "Bearer " + "k" * 43
            case.call_and_validate(headers={"Authorization": token}, checks=_CHECKS)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check()


def from_loopback(app: ASGIApp) -> ASGIApp:
    """Let the requests come from an address, as those of real clients do."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope | {"client": ("127.0.0.1", 50000)}, receive, send)

    return wrapped


def schemathesis_given(operation: object) -> object:
    """Let hypothesis generate cases of an operation, right ones and wrong ones."""
    from hypothesis import given
    from hypothesis import strategies as st
    from schemathesis import GenerationMode

    return given(
        case=st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        )
    )
