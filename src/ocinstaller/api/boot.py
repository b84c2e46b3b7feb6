"""What starting machines ask, over plain HTTP: boot configurations and public files.

Nothing here is secret: the files are public, the answers name no secret but a number that is good
for one start of one machine, and everything that matters is verified by a digest that the machine
gets over TLS.
"""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, PlainTextResponse

from ocinstaller.actions import boot as boot_action
from ocinstaller.actions import boot_decision, installation
from ocinstaller.api.auth import Server
from ocinstaller.boot import http_files, ipxe_script, pxelinux_config
from ocinstaller.model.errors import NotFound

router = APIRouter()

_STATIC = {file.name: Path(file.source) for file in http_files()}
GET_AND_HEAD = ["GET", "HEAD"]  # UEFI HTTP Boot asks for a file's size first
_ETHERNET = "01-"  # PXELINUX puts the ARP hardware type before the address


@router.get("/boot/pxelinux/pxelinux.cfg/{name}")
def pxelinux(oci: Server, name: str) -> PlainTextResponse:
    """Answer PXELINUX; it tries several names, only that of its hardware address is served."""
    if not name.startswith(_ETHERNET):
        raise NotFound("boot configuration", name, f"{_ETHERNET}<hardware address>")
    return PlainTextResponse(
        pxelinux_config(boot_decision.decide(oci, name.removeprefix(_ETHERNET)))
    )


@router.get("/boot/ipxe")
def ipxe(oci: Server, mac: Annotated[str, Query()]) -> PlainTextResponse:
    """Answer iPXE."""
    decision = boot_decision.decide(oci, mac)
    retry = f"{installation.boot_url(oci)}/boot/ipxe?mac={boot_action.check_mac(mac)}"
    return PlainTextResponse(ipxe_script(decision, retry))


@router.api_route("/boot/pxelinux/{name}", methods=GET_AND_HEAD)
def boot_file(name: str) -> FileResponse:
    """Serve a module of PXELINUX."""
    if name not in _STATIC:
        raise NotFound("boot file", name, ", ".join(sorted(_STATIC)))
    return FileResponse(_STATIC[name])


@router.get("/ca.pem")
def root_ca(oci: Server) -> PlainTextResponse:
    """Serve the root certificate; machines know its fingerprint already."""
    return PlainTextResponse(oci.authority.root_pem(), media_type="application/x-pem-file")


class ImageResponse(FileResponse):
    """A large file, read in pieces that are worth the change of threads that each costs."""

    chunk_size = 1024 * 1024


@router.api_route("/images/{kind}/{digest}/{name}", methods=GET_AND_HEAD)
def image_file(oci: Server, kind: str, digest: str, name: str) -> FileResponse:
    """Serve a file of an image."""
    file = boot_decision.image_file(oci, kind, digest, name)
    return ImageResponse(file, media_type="application/octet-stream")
