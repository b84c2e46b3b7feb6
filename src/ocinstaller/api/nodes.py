"""What machines ask: `/node/v1`."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from ocinstaller.actions import installation, nodes
from ocinstaller.actions.context import Installation
from ocinstaller.api.auth import Bearer, Oci, Peer
from ocinstaller.api.documentation import body_of
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.plan import Directive, EventReport, InstallPlan, LogBatch

router = APIRouter(prefix="/node/v1", tags=["machines' agents"])


@router.post(
    "/report",
    response_model=Directive,
    openapi_extra={"requestBody": body_of(HardwareReport)},
)
async def report(
    request: Request,
    oci: Oci,
    key: Bearer,
    peer: Peer,
    x_oci_boot: Annotated[str, Header()] = "",
) -> Response:
    """Take a hardware report; answer what the machine is to do next."""
    body = await request.body()
    directive = await run_in_threadpool(_receive, oci, body, key, peer, x_oci_boot)
    return Response(directive.model_dump_json(), media_type="application/json")


def _receive(oci: Installation, body: bytes, key: str, peer: str, nonce: str) -> Directive:
    """Read a report only when it is not the machine's last one again, which most are."""
    digest = hashlib.sha256(body).hexdigest()
    known = nodes.unchanged_report(oci, digest, key, peer)
    if known is not None:
        return known
    try:
        document = HardwareReport.model_validate_json(body)
    except ValidationError as error:
        faults = [fault | {"loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from error
    return oci.store.write(
        lambda session: nodes.receive_report(session, oci, document, key, nonce, peer, digest)
    )


@router.get("/plan")
def plan(oci: Oci, key: Bearer, serial: str) -> InstallPlan:
    """Give the plan of the machine's installation."""
    return oci.store.write(lambda session: installation.fetch_plan(session, oci, serial, key))


@router.post("/event", status_code=204)
def event(oci: Oci, key: Bearer, peer: Peer, document: EventReport) -> None:
    """Take an event of the machine's installation, start or Puppet run."""
    oci.store.write(lambda session: nodes.receive_event(session, document, key, peer))


@router.post("/log", status_code=204)
def log(oci: Oci, key: Bearer, document: LogBatch) -> None:
    """Append lines to the machine's installation log."""
    oci.store.write(lambda session: nodes.receive_log(session, document, key))
