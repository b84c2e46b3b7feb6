"""What OpenAPI says of every operation beyond its success: how it refuses."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

_REFERENCE = "#/components/schemas/{model}"
_PROBLEM_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One field of a malformed request."""

    field: str
    value: str
    allowed: str


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str = "about:blank"
    status: int
    title: str
    detail: str
    field: str = ""
    value: str = ""
    allowed: str = ""
    next_seq: int | None = None
    errors: list[FieldProblem] = []


def _example(status: int, title: str, detail: str, **more: str) -> dict[str, object]:
    return {"type": "about:blank", "status": status, "title": title, "detail": detail, **more}


_REFUSALS: dict[int, tuple[str, dict[str, object]]] = {
    400: (
        "The body is no text",
        _example(400, "There was an error parsing the body", "There was an error parsing the body"),
    ),
    401: (
        "Nobody, or a wrong password or token",
        _example(401, "Unauthenticated", "log in with OCI_LOGIN and OCI_PASS"),
    ),
    403: (
        "Somebody, but not for this",
        _example(403, "Forbidden", "the key is not that of machine SERIAL0001"),
    ),
    404: (
        "A named object does not exist",
        _example(404, "NotFound", "no cluster named 'c1'; there are: cloud", field="cluster"),
    ),
    409: (
        "The request contradicts the present state",
        _example(409, "InUse", "location zone-1 is still used by networks int", field="location"),
    ),
    412: (
        "The object is not in the state that If-Match names",
        _example(412, "Stale", "the object has been changed since it was read", field="If-Match"),
    ),
    413: ("The body is too large", _example(413, "Body too large", "the body is too large")),
    422: (
        "A value is malformed or not allowed",
        _example(422, "InvalidValue", "cidr: '33' is not allowed", field="cidr", value="33"),
    ),
    429: (
        "Too many wrong passwords, here or from this address",
        _example(429, "Throttled", "too many wrong passwords", allowed="again in 2 seconds"),
    ),
    503: (
        "The data base cannot be reached at present; Retry-After tells when to try again",
        _example(503, "Unavailable", "the data base cannot be reached at present"),
    ),
}

_CLUSTER_FILE = "cluster:\n  name: cloud\n  domain: example.com\n"

_BODIES: dict[str, dict[str, object]] = {
    "NewSwiftRegion": {"name": "region-1"},
    "SwiftRegionToChange": {"name": "region-1"},
    "RoleToChange": {"purpose": "web servers of the site"},
    "LocationToChange": {"swift_region": "region-1"},
    "ReservationToChange": {"last_ip": "192.168.100.29"},
    "NewRole": {"name": "webfarm", "purpose": "web servers of the site"},
    "NewLocation": {"name": "zone-1", "swift_region": "region-1"},
    "NewNetwork": {
        "name": "internal",
        "ip": "192.168.100.0",
        "cidr": 24,
        "location": "zone-1",
        "is_public": False,
    },
    "NetworkAssignment": {"cluster": "cloud", "role": "all", "iface1": "eth0"},
    "NewCluster": {"name": "cloud", "domain": "example.com"},
    "NetworkToChange": {"vlan": 100, "mtu": 9000},
    "NewReservation": {"first_ip": "192.168.100.10", "last_ip": "192.168.100.19", "note": "lab"},
    "NewAddress": {"network": "internal", "ip": "192.168.100.77"},
    "NewApiCertificate": {
        "chain": "-----BEGIN CERTIFICATE-----\n…",
        "key": "-----BEGIN PRIVATE KEY-----\n…",
    },
    "NewRollout": {"api_only": False},
    "NewRoleCount": {"count": 10},
    "NewFilebeatHost": {"hostname": "logs.example.com", "port": 5044},
    "Replacement": {"machine": "SERIAL0002"},
    "ClusterSettingsToChange": {"settings": {"neutron_use_dvr": "no", "swift_part_power": 18}},
    "MachineSettingsToChange": {"settings": {"notes": "rack 4", "cpu_mode": None}},
    "Enrolment": {"cluster": "cloud", "role": "controller", "location": "zone-1"},
    "RingCalculation": {"dry_run": True},
    "MachineRingCalculation": {"weights": {"object": 0}, "dry_run": True},
    "NewUser": {"login": "alice", "password": "a long password", "role": "operator"},
    "UserSettings": {"role": "viewer"},
    "BmcCommand": {"arguments": ["chassis", "status"]},
    "BmcNetwork": {"network": "bmcs"},
    "PowerRequest": {"action": "reset"},
    "NewValue": {"password": "a-long-random-text"},
    "NewPassword": {"password": "another long password"},
    "TokenRequest": {"name": "backup", "role": "viewer", "days": 30},
    "ChangeToPlan": {"add_machines": [{"role": "compute", "count": 3}]},
    "NewDocument": {
        "text": '{"productnames": {"R640": {"num-u": 1}}, "switchportnames": {"swp3": 3}, '
        '"switchhostnames": {"sw-0-1": {"dc": "paris", "row": "r1", "rack": "12"}}}'
    },
    "FileToPlan": {
        "name": "cloud.yaml",
        "text": _CLUSTER_FILE,
    },
    "FileToApply": {
        "name": "cloud.yaml",
        "text": _CLUSTER_FILE,
    },
}
"""An example of each body that operators send, by the name of its schema."""

_ALWAYS = (413, 503)
_LATER = (429, 503)
_OPERATORS = "/v1/"
_READING = (404, 422)
_CHANGING = (400, 404, 409, 412, 422)
_OPEN = "/health"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def install(app: FastAPI) -> None:
    """Let the application describe itself completely."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    description=app.description,
                    routes=app.routes,
                    separate_input_output_schemas=False,
                )
            )
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schema = Problem.model_json_schema(ref_template=_REFERENCE)
    schemas.update(schema.pop("$defs", {}))
    schemas[Problem.__name__] = schema
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for name, example in _BODIES.items():
        if name in schemas:
            schemas[name]["examples"] = [example]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in _METHODS:
                _describe_refusals(path, method, operation)
    return document


def _describe_refusals(path: str, method: str, operation: dict[str, Any]) -> None:
    """Add the refusals that the kind of the operation can lead to."""
    statuses: tuple[int, ...] = _ALWAYS
    if path != _OPEN:
        statuses += (429,) if path.startswith(_OPERATORS) else ()
        statuses += (401, 403) + (_READING if method == "get" else _CHANGING)
    for status in sorted(statuses):
        text, example = _REFUSALS[status]
        content = {
            "schema": {"$ref": _REFERENCE.format(model="Problem")},
            "example": example,
        }
        answer: dict[str, Any] = {"description": text, "content": {_PROBLEM_TYPE: content}}
        if status in _LATER:
            answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
        operation["responses"][str(status)] = answer
