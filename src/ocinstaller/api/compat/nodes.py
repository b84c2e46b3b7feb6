"""What machines of the original ask over plain HTTP: reports, status, boot script and files.

Nothing is answered that others may not read, and nothing changes a machine that has a key.
"""

import hashlib
import logging
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from ocinstaller.actions import installation, keyless
from ocinstaller.actions.context import Installation
from ocinstaller.api.auth import Peer, Server
from ocinstaller.api.boot import GET_AND_HEAD
from ocinstaller.api.compat import parameters
from ocinstaller.api.compat.hardware import parse_report
from ocinstaller.api.limits import raw_body
from ocinstaller.api.problems import status_of
from ocinstaller.boot import BIOS_IPXE, ipxe_chain
from ocinstaller.images import imageset
from ocinstaller.images.errors import BrokenImageError
from ocinstaller.images.kinds import ImageKind
from ocinstaller.model.access import Act, Actor, ActorKind
from ocinstaller.model.errors import NotFound, OciError

LOG = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

_OK = "Ok\n"
Body = Annotated[bytes, Depends(raw_body)]

LIVE_FILES = {
    "/openstack-cluster-installer/filesystem.squashfs": imageset.SQUASHFS,
    "/openstack-cluster-installer/tftp/live/vmlinuz": imageset.KERNEL,
    "/openstack-cluster-installer/tftp/live/initrd.img": imageset.INITRD,
    "/oci/live/vmlinuz": imageset.KERNEL,
    "/oci/live/initrd.img": imageset.INITRD,
}
"""The paths of the original's live system, and the files of our live image that are there."""


@router.post("/oci/report.php")
def report(request: Request, oci: Server, peer: Peer, body: Body) -> Response:
    """Take the hardware report of an agent without a key."""
    digest = hashlib.sha256(body).hexdigest()
    try:
        if not keyless.is_unchanged(oci, digest, peer):
            document = parse_report(body)
            acting = _acting(oci, "machine-report", document.serial, peer)
            acting.store.write(
                lambda session: keyless.receive_report(session, oci, document, peer, digest)
            )
    except OciError as error:
        return _refused(request, error)
    return PlainTextResponse(_OK)


@router.api_route("/oci/install-status.php", methods=["GET", "POST"])
def install_status(request: Request, oci: Server, peer: Peer, body: Body) -> Response:
    """Take what a machine without a key tells of its installation, start or Puppet run."""
    try:
        content_type = request.headers.get("Content-Type", "")
        sent = parameters.parse(request.scope["query_string"], content_type, body)
        serial, status = sent.get("chassis-serial", "").strip(), sent.get("status", "")
        acting = _acting(oci, "machine-event", serial, peer)
        acting.store.write(
            lambda session: keyless.receive_status(
                session, oci, status, serial, sent.get("ipaddr", ""), peer
            )
        )
    except OciError as error:
        return _refused(request, error)
    return PlainTextResponse(_OK)


@router.api_route("/oci/ipxe.php", methods=GET_AND_HEAD)
def ipxe(oci: Server) -> PlainTextResponse:
    """Send iPXE on to where the decision is made, with the address of the interface it uses."""
    return PlainTextResponse(ipxe_chain(f"{installation.boot_url(oci)}/boot/ipxe"))


@router.api_route("/oci/undionly.kpxe", methods=GET_AND_HEAD)
def undionly() -> FileResponse:
    """Serve iPXE for BIOS machines."""
    return _file(Path(BIOS_IPXE.source))


def live_file(request: Request, oci: Server) -> FileResponse:
    """Serve a file of the present live image."""
    try:
        image = imageset.current(Path(oci.conf.images.directory), ImageKind.LIVE)
    except BrokenImageError as error:
        raise NotFound("live image", request.url.path, "what oci-build-image live makes") from error
    return _file(image.directory / LIVE_FILES[request.url.path])


for path in LIVE_FILES:
    router.add_api_route(path, live_file, methods=GET_AND_HEAD, response_model=None)


def _file(path: Path) -> FileResponse:
    if not path.is_file():
        raise NotFound("boot file", path.name, "those of the installed Debian packages")
    return FileResponse(path, media_type="application/octet-stream")


def _acting(oci: Installation, action: str, serial: str, peer: str) -> Installation:
    actor = Actor(ActorKind.MACHINE, "", peer, "trusted network")
    return oci.acting(Act(actor, action, "machine", serial))


def _refused(request: Request, error: OciError) -> PlainTextResponse:
    LOG.warning("refused", extra={"path": request.url.path, "reason": error.message})
    return PlainTextResponse(f"{error.message}\n", status_of(error))
