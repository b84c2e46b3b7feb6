"""What machines ask: `/node/v1`."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from ocinstaller.actions import (
    certificate_rollouts,
    certificates,
    installation,
    node_logs,
    nodes,
    orders,
    ring_distribution,
)
from ocinstaller.api.auth import Bearer, MachineOci, Peer
from ocinstaller.model.certificate_wire import CertificateTurn, TurnResult
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.orders import NextOrder, OrderReport
from ocinstaller.model.plan import CertificateFiles, Directive, EventReport, InstallPlan, LogBatch
from ocinstaller.model.rings.wire import RingFiles, RingsTaken

router = APIRouter(prefix="/node/v1", tags=["machines' agents"])


async def _digest(request: Request) -> str:
    return hashlib.sha256(await request.body()).hexdigest()


@router.post("/report")
def report(
    oci: MachineOci,
    key: Bearer,
    peer: Peer,
    document: HardwareReport,
    digest: Annotated[str, Depends(_digest)],
    x_oci_boot: Annotated[str, Header()] = "",
) -> Directive:
    """Take a hardware report; answer what the machine is to do next.

    Reports that repeat the machine's last one do not come here: see `UnchangedReports`.
    """
    return orders.receive_report(oci, document, key, x_oci_boot, peer, digest)


@router.get("/plan")
def plan(oci: MachineOci, key: Bearer, serial: str) -> InstallPlan:
    """Give the plan of the machine's installation."""
    return oci.store.write(lambda session: installation.fetch_plan(session, oci, serial, key))


@router.get("/order")
def order(oci: MachineOci, key: Bearer, serial: str) -> NextOrder:
    """Give the order that the machine is to carry out now, if there is one."""
    return oci.store.write(lambda session: orders.fetch(session, oci, serial, key))


@router.post("/order", status_code=204)
def order_outcome(oci: MachineOci, key: Bearer, document: OrderReport) -> None:
    """Take how an order goes, or its outcome."""
    oci.store.write(lambda session: orders.receive_outcome(session, oci, document, key))


@router.post("/event", status_code=204)
def event(oci: MachineOci, key: Bearer, peer: Peer, document: EventReport) -> None:
    """Take an event of the machine's installation, start or Puppet run."""
    oci.store.write(lambda session: nodes.receive_event(session, oci, document, key, peer))


@router.post("/log", status_code=204)
def log(oci: MachineOci, key: Bearer, document: LogBatch) -> None:
    """Append lines to the machine's installation log."""
    oci.store.write(lambda session: node_logs.receive_log(session, document, key))


@router.get("/certificates")
def node_certificates(oci: MachineOci, key: Bearer, serial: str) -> CertificateFiles:
    """Give the files of an installed machine's certificates, renewed when it is time."""
    return oci.store.write(lambda session: certificates.fetch(session, oci, serial, key))


@router.get("/certificate-turn")
def certificate_turn(oci: MachineOci, key: Bearer, serial: str) -> CertificateTurn:
    """Tell whether it is the machine's turn in a roll-out of certificates, and what to check."""
    return certificate_rollouts.turn_of(oci, serial, key)


@router.post("/certificate-turn", status_code=204)
def certificate_turn_ended(oci: MachineOci, key: Bearer, document: TurnResult) -> None:
    """Take how the machine's turn ended."""
    oci.store.write(lambda s: certificate_rollouts.finish_turn(s, document, key))


@router.get("/rings")
def offer_rings(oci: MachineOci, key: Bearer, serial: str) -> RingFiles:
    """Tell which rings of Swift the machine is to have, with their digests."""
    return ring_distribution.offer_rings(oci, serial, key)


@router.get(
    "/rings/{name}",
    response_class=Response,
    responses={200: {"content": {"application/gzip": {}}, "description": "The ring's file"}},
)
def ring_content(oci: MachineOci, key: Bearer, serial: str, name: str) -> Response:
    """Give the file of a ring."""
    with oci.store.read() as session:
        content = ring_distribution.ring_content(session, serial, key, name)
    return Response(content, media_type="application/gzip")


@router.post("/rings", status_code=204)
def rings_taken(oci: MachineOci, key: Bearer, document: RingsTaken) -> None:
    """Note which rings the machine has."""
    oci.store.write(lambda session: ring_distribution.rings_taken(session, document, key))
