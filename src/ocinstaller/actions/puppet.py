"""What the puppetserver asks: a machine's classes, and whether to sign its certificate."""

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import credentials
from ocinstaller.actions.context import Installation
from ocinstaller.actions.installation import management_address
from ocinstaller.model import interfaces, naming, secret_specs
from ocinstaller.model.errors import Forbidden, NotFound
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.states import PuppetStatus, State
from ocinstaller.puppet import csr
from ocinstaller.puppet.classification import ApiAddress, Member, NodeSnapshot, classify
from ocinstaller.store import queries
from ocinstaller.store.tables import Cluster, Machine

LOG = logging.getLogger(__name__)

_SIGNABLE = frozenset({State.INSTALLING, State.FIRST_BOOT, State.INSTALLED})


def classify_machine(session: Session, oci: Installation, certname: str) -> str:
    """Return the classes and parameters of a machine, as the node classifier's YAML.

    :raises NotFound: no enrolled machine has this name
    :raises Conflict: its cluster lacks what the role needs
    """
    machine = session.scalar(select(Machine).where(Machine.hostname == certname))
    if machine is None or machine.cluster is None or machine.role is None:
        raise NotFound("enrolled machine", certname, "the host names of machine-list")
    return classify(_snapshot(session, oci, machine, machine.cluster, machine.role))


def _snapshot(
    session: Session, oci: Installation, machine: Machine, cluster: Cluster, role: str
) -> NodeSnapshot:
    controllers = queries.cluster_members(session, cluster.id, "controller")
    names = secret_specs.names_for_role(role)
    return NodeSnapshot(
        cluster_name=cluster.name,
        domain=cluster.domain,
        region_name=cluster.region_name,
        hostname=machine.hostname or "",
        address=management_address(machine),
        role=role,
        is_bootstrap=machine.bootstrap,
        initial_cluster_setup=cluster.initial_cluster_setup,
        vip_hostname=naming.api_hostname(cluster.name, cluster.domain, cluster.vip_hostname),
        vip=_api_address(session, cluster, machine),
        controllers=tuple(Member(member.hostname, member.address) for member in controllers),
        time_servers=(cluster.time_server_host,) if cluster.time_server_host else (),
        secrets=oci.vault.cluster_secrets(session, cluster.id, names),
    )


def _api_address(session: Session, cluster: Cluster, machine: Machine) -> ApiAddress | None:
    vip = queries.vip_address(session, cluster.id)
    if vip is None or vip.network.iface1 is None or machine.role != "controller":
        return None
    nics = HardwareReport.model_validate(machine.hardware).nics
    nic = interfaces.select_interface(vip.network.iface1, nics)
    return ApiAddress(vip.ip, vip.network.cidr, nic.name)


def authorise_certificate(
    session: Session, oci: Installation, certname: str, request: bytes
) -> None:
    """Accept a certificate request when it carries the token of the machine's installation.

    The token ends with the first successful Puppet run.

    :raises Forbidden: otherwise, with the reason
    """
    try:
        common_name, token = csr.common_name(request), csr.challenge_password(request)
    except csr.CsrError as error:
        raise _not_signed(certname, str(error)) from error
    if common_name != certname:
        raise _not_signed(certname, f"the request is for {common_name}")
    machine = session.scalar(select(Machine).where(Machine.hostname == certname))
    if machine is None or machine.puppet_token is None:
        raise _not_signed(certname, "no machine of this name is being installed")
    if machine.status not in _SIGNABLE or machine.puppet_status == PuppetStatus.SUCCESS:
        raise _not_signed(certname, f"the machine is {machine.status}")
    if token is None or not credentials.same(token, oci.vault.open(machine.puppet_token)):
        raise _not_signed(certname, "the token is not that of its installation")
    LOG.info("certificate authorised", extra={"certname": certname})


def _not_signed(certname: str, reason: str) -> Forbidden:
    return Forbidden(
        f"no certificate for {certname}: {reason}",
        field="certname",
        value=certname,
        allowed="machines that OCI is installing, with the token of that installation",
    )
