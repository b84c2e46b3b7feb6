"""The decision of what a machine starts, with the files that it needs: for every boot loader."""

from functools import partial
from pathlib import Path

from ocinstaller.actions import boot as boot_action
from ocinstaller.actions import installation
from ocinstaller.actions.context import Installation
from ocinstaller.boot import BootDecision, LiveBoot, LiveOptions, LocalBoot, live_cmdline
from ocinstaller.boot.files import UefiLoader
from ocinstaller.boot.grub import MACHINE_NAMES, grub_config
from ocinstaller.drivers.dnsmasq import dhcp_settings, fill_tftp_root
from ocinstaller.drivers.tftp import TftpServer
from ocinstaller.images import imageset
from ocinstaller.images.errors import BrokenImageError
from ocinstaller.images.kinds import ImageKind
from ocinstaller.model.errors import Conflict, NotFound, OciError
from ocinstaller.model.text import Text


def decide(oci: Installation, mac_text: str) -> BootDecision:
    """Decide what a machine starts now.

    :raises InvalidValue: it is no hardware address
    :raises Conflict: there is no live image
    """
    mac = boot_action.check_mac(mac_text)
    nonce = oci.store.write(lambda session: boot_action.offer_boot(session, mac))
    if nonce is None:
        return LocalBoot()
    base = installation.boot_url(oci)
    try:
        image = imageset.current(Path(oci.conf.images.directory), ImageKind.LIVE)
    except BrokenImageError as error:
        raise Conflict(
            Text("there is no live image: {error}", error=error),
            field="images.directory",
            value=oci.conf.images.directory,
            allowed=Text("an image made by oci-build-image live"),
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


def image_file(oci: Installation, kind: str, digest: str, name: str) -> Path:
    """Return the place of a file of an image.

    :raises NotFound: there is no such image or file
    """
    directory = Path(oci.conf.images.directory)
    if kind not in list(ImageKind) or not digest.isalnum():
        raise NotFound(Text("image"), f"{kind}/{digest}", ", ".join(ImageKind))
    try:
        image = imageset.load(directory / kind / digest)
    except BrokenImageError as error:
        raise NotFound(Text("image"), f"{kind}/{digest}") from error
    if name not in image.files:
        raise NotFound(Text("image file"), name, ", ".join(image.files))
    return image.directory / name


def find_for_grub(oci: Installation, first: dict[str, Path], name: str) -> bytes | Path | None:
    """Return what GRUB asks for by TFTP: a first program, a file of an image, its decision.

    :param first: the first programs, by name
    """
    if name in first:
        return first[name]
    try:
        if name.startswith(MACHINE_NAMES):
            return grub_config(decide(oci, name.removeprefix(MACHINE_NAMES))).encode()
        place, _, rest = name.partition("/")
        kind, _, file = rest.partition("/")
        digest, _, file = file.partition("/")
        return image_file(oci, kind, digest, file) if place == "images" else None
    except OciError:
        return None


def grub_server(oci: Installation) -> TftpServer | None:
    """Return what answers GRUB, with the first programs in place; None where iPXE is started.

    :raises DnsmasqError: the package of a first program is missing
    """
    conf = oci.conf
    if conf.dhcp.uefi_loader != UefiLoader.SHIM:
        return None
    found = dhcp_settings(conf, installation.boot_url(oci))
    names = fill_tftp_root(found, found.tftp_root)
    find = partial(find_for_grub, oci, {name: found.tftp_root / name for name in names})
    return TftpServer(conf.network.OCI_IP, find, namespace=conf.dhcp.network_namespace)
