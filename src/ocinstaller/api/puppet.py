"""What the puppetserver asks: `/puppet/v1`."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse

from ocinstaller.actions import fernet_keys, puppet, users
from ocinstaller.actions.context import Installation
from ocinstaller.api.auth import Bearer, Server
from ocinstaller.api.limits import raw_body
from ocinstaller.store.vault import SecretsMissing


def _puppetserver(oci: Server, token: Bearer) -> None:
    with oci.store.read() as session:
        users.check_service_token(session, "puppet", token)


router = APIRouter(
    prefix="/puppet/v1", dependencies=[Depends(_puppetserver)], tags=["puppetserver"]
)


@router.get("/enc/{certname}")
def classify(oci: Server, certname: str) -> PlainTextResponse:
    """Give the node classifier's YAML of a machine."""
    fernet_keys.rotate_when_due(oci, certname)
    try:
        text = _classify(oci, certname)
    except SecretsMissing as error:
        cluster_id = error.cluster_id
        oci.store.write(lambda session: oci.vault.create_cluster_secrets(session, cluster_id))
        text = _classify(oci, certname)
    return PlainTextResponse(text, media_type="application/yaml")


def _classify(oci: Installation, certname: str) -> str:
    with oci.store.read() as session:
        return puppet.classify_machine(session, oci, certname)


@router.post("/autosign/{certname}", status_code=204)
def autosign(oci: Server, certname: str, request: Annotated[bytes, Depends(raw_body)]) -> None:
    """Tell whether to sign a certificate request."""
    with oci.store.read() as session:
        puppet.authorise_certificate(session, oci, certname, request)
