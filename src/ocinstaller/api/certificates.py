"""Certificates below `/v1`."""

from fastapi import APIRouter

from ocinstaller.actions import certificates
from ocinstaller.actions.certificates import CertificateView
from ocinstaller.api.auth import Oci

router = APIRouter(prefix="/v1")


@router.get("/certificates", tags=["certificates"])
def list_certificates(oci: Oci) -> list[CertificateView]:
    """List all certificates of OCI's CA, those that expire first first."""
    with oci.store.read() as session:
        return certificates.list_certificates(session, oci)


@router.post("/certificates/{name}/renewal", status_code=202, tags=["certificates"])
def renew_certificate(oci: Oci, name: str) -> CertificateView:
    """Make another key and certificate of a machine or an API; its machines fetch it."""
    return oci.store.write(lambda session: certificates.renew(session, oci, name))
