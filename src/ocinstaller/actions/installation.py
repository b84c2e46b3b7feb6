"""Requesting an installation, and the plan that the machine then fetches."""

import uuid
from pathlib import Path

from oslo_config import cfg
from sqlalchemy.orm import Session

from ocinstaller.actions import (
    api_certificates,
    certificates,
    credentials,
    machine_network,
    machine_storage,
    order_queue,
    root_passwords,
    site_files,
)
from ocinstaller.actions.context import Installation
from ocinstaller.actions.nodes import authenticate
from ocinstaller.actions.views import MachineView
from ocinstaller.images import aptconf, imageset
from ocinstaller.images.errors import BrokenImageError, SettingError
from ocinstaller.images.kinds import PREPARED, ImageKind
from ocinstaller.model import naming, target_files
from ocinstaller.model.errors import Conflict, WrongState
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.plan import ImageRef, InstallPlan
from ocinstaller.model.plugins import CallState
from ocinstaller.model.states import LOCAL_BOOT_STATES, Event, PuppetStatus, State, next_state
from ocinstaller.model.target_files import HostEntry, TargetSystem
from ocinstaller.model.text import Text
from ocinstaller.store import queries, setting_rows
from ocinstaller.store.tables import Cluster, Machine

_UNITS = (
    "oci-certificates.timer",
    "oci-installed.service",
    "ssh.service",
    "systemd-networkd.service",
)


def request_installation(session: Session, oci: Installation, name: str) -> MachineView:
    """Have a machine install its system; it starts with its next report.

    :raises NotFound: no machine has this serial number or host name
    :raises WrongState: it does not run the live system
    :raises Conflict: it belongs to no cluster, or something that the plan needs is missing
    """
    machine = queries.machine(session, name, lock=True)
    order_queue.check_free(machine, "installation")
    return begin_installation(session, oci, machine)


def begin_installation(session: Session, oci: Installation, machine: Machine) -> MachineView:
    """Have a machine install its system; see `request_installation` for what is raised."""
    if machine.status in LOCAL_BOOT_STATES:
        raise WrongState(
            Text(
                "{install_requested}: the machine is {status}; to install it again, use "
                "machine-reinstall",
                install_requested=Event.INSTALL_REQUESTED,
                status=machine.status,
            ),
            field="status",
            value=machine.status,
            allowed=State.LIVE,
        )
    next_state(State(machine.status), Event.INSTALL_REQUESTED)
    cluster = cluster_of(machine)
    machine.plan_id = str(uuid.uuid4())
    machine.disk_key_digest, machine.disk_plan_id = None, None
    machine.puppet_token = oci.vault.seal(credentials.new_token())
    machine.puppet_status = PuppetStatus.NOT_RUN
    machine.status_reason = ""
    root_passwords.renew(session, oci, machine, CallState.HELD)
    if machine.role == "controller":
        cluster.initial_cluster_setup = True
    build_plan(session, oci, machine)
    layout = machine_storage.layout_of(session, oci, machine, target_image(oci, machine.role))
    machine_storage.remember_disks(session, machine, layout)
    machine.status = next_state(State(machine.status), Event.INSTALL_REQUESTED)
    return MachineView.of(machine)


def cluster_of(machine: Machine) -> Cluster:
    """Return the cluster of a machine that is to be installed.

    :raises Conflict: it belongs to none
    """
    if machine.cluster is None:
        raise Conflict(
            Text("machine {serial} belongs to no cluster", serial=machine.serial),
            field="machine",
            value=machine.serial,
            allowed=Text("a machine of a cluster: use machine-add first"),
        )
    return machine.cluster


def fetch_plan(session: Session, oci: Installation, serial: str, key: str) -> InstallPlan:
    """Return the plan of the machine's present installation.

    :raises Forbidden: the key is not that of this machine
    :raises Conflict: it is not being installed
    """
    machine = authenticate(session, serial, key)
    if machine.status != State.INSTALLING:
        raise Conflict(
            Text("machine {serial} is {status}", serial=serial, status=machine.status),
            field="status",
            value=machine.status,
            allowed=State.INSTALLING,
        )
    return build_plan(session, oci, machine)


def build_plan(session: Session, oci: Installation, machine: Machine) -> InstallPlan:
    """Return the whole installation as one document.

    :raises Conflict: when the machine, the images or the Puppet CA lack something
    """
    hardware = HardwareReport.model_validate(machine.hardware)
    image = target_image(oci, machine.role)
    squashfs = image.files[imageset.SQUASHFS]
    if machine.cluster is None or machine.hostname is None or machine.plan_id is None:
        raise Conflict(
            Text("machine {serial} is not enrolled", serial=machine.serial), field="machine"
        )
    system = _target_system(session, oci, machine, machine.cluster, hardware)
    return InstallPlan(
        plan_id=machine.plan_id,
        serial=machine.serial,
        hostname=machine.hostname,
        firmware=hardware.firmware,
        storage=machine_storage.layout_of(session, oci, machine, image).plan,
        image=ImageRef(
            url=f"{boot_url(oci)}/images/{image.kind}/{image.digest}/{imageset.SQUASHFS}",
            sha256=squashfs.sha256,
            size_bytes=squashfs.size_bytes,
        ),
        files=target_files.render(system),
        enable_units=_UNITS,
        kernel_cmdline=oci.conf.images.target_cmdline,
        root_password_hash=root_passwords.hash_of(oci, machine),
    )


def server_url(oci: Installation) -> str:
    """Return the HTTPS address of this server as machines see it."""
    port = oci.conf.server.https_port
    return f"https://{oci.conf.network.OCI_IP}" + ("" if port == HTTPS_PORT else f":{port}")


def boot_url(oci: Installation) -> str:
    """Return the plain HTTP address of the boot files; their digests come over HTTPS."""
    return configured_boot_url(oci.conf)


def configured_boot_url(conf: cfg.ConfigOpts) -> str:
    """Return what `boot_url` returns, from the configuration alone."""
    port = conf.server.http_port
    return f"http://{conf.network.OCI_IP}" + ("" if port == HTTP_PORT else f":{port}")


HTTP_PORT = 80  # RFC 9110, section 4.2.1
HTTPS_PORT = 443  # RFC 9110, section 4.2.2


def target_image(oci: Installation, role: str | None) -> imageset.ImageSet:
    """Return the image that installations of a role write: the role's own, if one was built.

    :raises Conflict: there is none, or it is broken
    """
    directory = Path(oci.conf.images.directory)
    own = PREPARED.get(role or "", ImageKind.TARGET)
    kind = own if imageset.was_built(directory, own) else ImageKind.TARGET
    try:
        return imageset.current(directory, kind)
    except BrokenImageError as error:
        raise Conflict(
            Text("there is no target image: {error}", error=error),
            field="images.directory",
            value=directory,
            allowed=Text("an image made by oci-build-image target"),
        ) from error


def _target_system(
    session: Session,
    oci: Installation,
    machine: Machine,
    cluster: Cluster,
    hardware: HardwareReport,
) -> TargetSystem:
    network = oci.conf.network
    hostname = machine.hostname or ""
    return TargetSystem(
        serial=machine.serial,
        plan_id=machine.plan_id or "",
        hostname=hostname,
        server_url=server_url(oci),
        firmware=hardware.firmware,
        network=machine_network.layout_of(session, machine, cluster),
        hosts=_hosts(session, oci, cluster),
        nameservers=tuple(network.nameservers),
        packages=_packages(oci),
        authorized_keys=_authorized_keys(oci),
        root_ca=oci.authority.root_pem(),
        machine_identity=certificates.machine_identity(session, oci, machine),
        api_identity=(
            certificates.api_identity(session, oci, cluster)
            if machine.role == "controller"
            else None
        ),
        api_root=api_certificates.local_authority(session, cluster),
        puppet=target_files.PuppetConfig(
            server=oci.conf.puppet.server,
            environment=oci.conf.puppet.environment,
            ca_pem=_puppet_ca(oci),
            token=oci.vault.open(machine.puppet_token or b""),
        ),
        hosts_append=site_files.hosts_lines(oci.conf),
        extra_files=site_files.extras(oci.conf, cluster.name, machine.role or "", hostname).files,
    )


def _packages(oci: Installation) -> target_files.PackageSource:
    network = oci.conf.network
    archive, security = network.debian_mirror, network.debian_security_mirror
    if not (archive and security):
        try:
            found = aptconf.host_mirrors()
        except SettingError as error:
            raise Conflict(
                Text(
                    "no Debian mirror is configured, and this host's apt names none: {error}",
                    error=error,
                ),
                field="network.debian_mirror",
                allowed=Text(
                    "debian_mirror and debian_security_mirror in the server's configuration"
                ),
            ) from error
        archive, security = archive or found.archive, security or found.security
    return target_files.PackageSource(
        release=oci.conf.releasenames.debian_release,
        mirror=archive,
        security_mirror=security,
        proxy=network.HTTP_PROXY_ADDR if network.USE_HTTP_PROXY else None,
    )


def _hosts(session: Session, oci: Installation, cluster: Cluster) -> tuple[HostEntry, ...]:
    entries = []
    vip = queries.vip_address(session, cluster.id)
    if vip is not None:
        name = _api_name(session, cluster)
        entries.append(HostEntry(vip.ip, (name,)))
    puppet = oci.conf.puppet
    if puppet.server_address:
        entries.append(HostEntry(puppet.server_address, (puppet.server,)))
    for member in queries.cluster_members(session, cluster.id):
        if member.address:
            short = member.hostname.split(".")[0]
            entries.append(HostEntry(member.address, (member.hostname, short)))
    return tuple(entries)


def _api_name(session: Session, cluster: Cluster) -> str:
    own = setting_rows.of_cluster(session, cluster.id).get("vip_hostname", "")
    return naming.api_hostname(cluster.name, cluster.domain, str(own))


def _authorized_keys(oci: Installation) -> str:
    file = Path(oci.conf.server.authorized_keys)
    return file.read_text() if file.exists() else ""


def _puppet_ca(oci: Installation) -> str:
    file = Path(oci.conf.puppet.ca_file)
    try:
        return file.read_text()
    except OSError as error:
        raise Conflict(
            Text("the certificate of Puppet's CA cannot be read: {error}", error=error),
            field="puppet.ca_file",
            value=file,
            allowed=Text("the CA certificate of the puppetserver; oci-puppet-setup makes one"),
        ) from error
