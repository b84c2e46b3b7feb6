"""What the puppetserver asks: `/puppet/v1`."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse

from ocinstaller.actions import puppet, users
from ocinstaller.api.auth import Bearer, Server
from ocinstaller.api.limits import raw_body


def _puppetserver(oci: Server, token: Bearer) -> None:
    with oci.store.read() as session:
        users.check_service_token(session, "puppet", token)


router = APIRouter(
    prefix="/puppet/v1", dependencies=[Depends(_puppetserver)], tags=["puppetserver"]
)


@router.get("/enc/{certname}")
def classify(oci: Server, certname: str) -> PlainTextResponse:
    """Give the node classifier's YAML of a machine."""
    with oci.store.read() as session:
        text = puppet.classify_machine(session, oci, certname)
    return PlainTextResponse(text, media_type="application/yaml")


@router.post("/autosign/{certname}", status_code=204)
def autosign(oci: Server, certname: str, request: Annotated[bytes, Depends(raw_body)]) -> None:
    """Tell whether to sign a certificate request."""
    with oci.store.read() as session:
        puppet.authorise_certificate(session, oci, certname, request)
