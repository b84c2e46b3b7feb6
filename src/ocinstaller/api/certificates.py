"""Certificates below `/v1`."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from ocinstaller.actions import api_certificates, certificate_rollouts, certificates, metrics
from ocinstaller.actions.api_certificates import ApiCertificateView
from ocinstaller.actions.certificate_rollouts import RolloutView
from ocinstaller.actions.certificates import CertificateView
from ocinstaller.api.auth import Oci
from ocinstaller.api.conditional import Condition

router = APIRouter(prefix="/v1")


class NewApiCertificate(BaseModel):
    """A certificate that another CA signed for a cluster's API, as PEM."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    chain: str
    """The certificate, then its intermediates."""
    key: str
    """Its private key, not encrypted."""
    root: str = ""
    """The root; empty when it is one of Debian's CAs."""


class NewRollout(BaseModel):
    """What is to be rolled out."""

    model_config = ConfigDict(extra="forbid")

    api_only: bool = False
    """Only the certificate of the API, on the controllers."""


@router.get("/certificates", tags=["certificates"])
def list_certificates(oci: Oci) -> list[CertificateView]:
    """List all certificates of OCI's CA, those that expire first first."""
    with oci.store.read() as session:
        return certificates.list_certificates(session, oci)


@router.post("/certificates/{name}/renewal", status_code=202, tags=["certificates"])
def renew_certificate(oci: Oci, name: str) -> CertificateView:
    """Make another key and certificate of a machine or an API; its machines fetch it."""
    return oci.store.write(lambda session: certificates.renew(session, oci, name))


@router.get("/clusters/{name}/certificate", tags=["certificates"])
def show_api_certificate(oci: Oci, name: str, condition: Condition) -> ApiCertificateView:
    """Show the certificate that was given for a cluster's API."""
    with oci.store.read() as session:
        return condition.show(api_certificates.show(session, name))


@router.put("/clusters/{name}/certificate", tags=["certificates"])
def give_api_certificate(
    oci: Oci, name: str, body: NewApiCertificate, condition: Condition
) -> ApiCertificateView:
    """Check and keep a certificate for a cluster's API, and its key, which is kept encrypted."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                api_certificates.show,
                name,
                lambda session: api_certificates.give(
                    session, oci, name, body.chain, body.key, body.root
                ),
            )
        )
    )


@router.delete("/clusters/{name}/certificate", tags=["certificates"])
def remove_api_certificate(oci: Oci, name: str, condition: Condition) -> ApiCertificateView:
    """Forget the certificate that was given for a cluster's API, with its key."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                api_certificates.show, name, lambda session: api_certificates.remove(session, name)
            )
        )
    )


@router.get("/clusters/{name}/certificate-rollout", tags=["certificates"])
def show_rollout(oci: Oci, name: str, condition: Condition) -> RolloutView:
    """Show how far the last roll-out of certificates in a cluster is."""
    with oci.store.read() as session:
        return condition.show(certificate_rollouts.show(session, name))


@router.post("/clusters/{name}/certificate-rollout", status_code=202, tags=["certificates"])
def start_rollout(oci: Oci, name: str, body: NewRollout, condition: Condition) -> RolloutView:
    """Roll new certificates out machine by machine; let a roll-out that failed go on."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                certificate_rollouts.show,
                name,
                lambda session: certificate_rollouts.start(
                    session, oci, name, api_only=body.api_only
                ),
            )
        )
    )


@router.delete("/clusters/{name}/certificate-rollout", tags=["certificates"])
def abandon_rollout(oci: Oci, name: str, condition: Condition) -> RolloutView:
    """Give a roll-out of certificates up; what was rolled out stays."""
    return condition.changed(
        oci.store.write(
            condition.guard(
                certificate_rollouts.show,
                name,
                lambda session: certificate_rollouts.abandon(session, name),
            )
        )
    )


@router.get(
    "/metrics",
    tags=["health"],
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus' text format"}},
)
def show_metrics(oci: Oci) -> Response:
    """Give what monitoring measures: when each certificate ends."""
    with oci.store.read() as session:
        text = metrics.render(session, oci)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
