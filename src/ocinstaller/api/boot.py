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
from ocinstaller.actions import installation
from ocinstaller.actions.context import Installation
from ocinstaller.api.auth import Server
from ocinstaller.boot import (
    BootDecision,
    LiveBoot,
    LiveOptions,
    LocalBoot,
    http_files,
    ipxe_script,
    live_cmdline,
    pxelinux_config,
)
from ocinstaller.images import imageset
from ocinstaller.images.errors import BrokenImageError
from ocinstaller.images.kinds import ImageKind
from ocinstaller.model.errors import Conflict, NotFound

router = APIRouter()

_STATIC = {file.name: Path(file.source) for file in http_files()}
GET_AND_HEAD = ["GET", "HEAD"]  # UEFI HTTP Boot asks for a file's size first
_ETHERNET = "01-"  # PXELINUX puts the ARP hardware type before the address


@router.get("/boot/pxelinux/pxelinux.cfg/{name}")
def pxelinux(oci: Server, name: str) -> PlainTextResponse:
    """Answer PXELINUX; it tries several names, only that of its hardware address is served."""
    if not name.startswith(_ETHERNET):
        raise NotFound("boot configuration", name, f"{_ETHERNET}<hardware address>")
    return PlainTextResponse(pxelinux_config(_decide(oci, name.removeprefix(_ETHERNET))))


@router.get("/boot/ipxe")
def ipxe(oci: Server, mac: Annotated[str, Query()]) -> PlainTextResponse:
    """Answer iPXE."""
    decision = _decide(oci, mac)
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
    directory = Path(oci.conf.images.directory)
    if kind not in list(ImageKind) or not digest.isalnum():
        raise NotFound("image", f"{kind}/{digest}", ", ".join(ImageKind))
    try:
        image = imageset.load(directory / kind / digest)
    except BrokenImageError as error:
        raise NotFound("image", f"{kind}/{digest}") from error
    if name not in image.files:
        raise NotFound("image file", name, ", ".join(image.files))
    return ImageResponse(image.directory / name, media_type="application/octet-stream")


def _decide(oci: Installation, mac_text: str) -> BootDecision:
    mac = boot_action.check_mac(mac_text)
    nonce = oci.store.write(lambda session: boot_action.offer_boot(session, mac))
    if nonce is None:
        return LocalBoot()
    base = installation.boot_url(oci)
    try:
        image = imageset.current(Path(oci.conf.images.directory), ImageKind.LIVE)
    except BrokenImageError as error:
        raise Conflict(
            f"there is no live image: {error}",
            field="images.directory",
            value=oci.conf.images.directory,
            allowed="an image made by oci-build-image live",
        ) from error
    files = f"{base}/images/{image.kind}/{image.digest}"
    options = LiveOptions(
        server_url=installation.server_url(oci),
        ca_sha256=oci.authority.root_fingerprint(),
        ca_url=f"{base}/ca.pem",
        boot_nonce=nonce,
        boot_mac=mac,
        extra_cmdline=oci.conf.images.live_cmdline,
    )
    return LiveBoot(
        kernel_url=f"{files}/{imageset.KERNEL}",
        initrd_url=f"{files}/{imageset.INITRD}",
        squashfs_url=f"{files}/{imageset.SQUASHFS}",
        cmdline=live_cmdline(options),
    )
