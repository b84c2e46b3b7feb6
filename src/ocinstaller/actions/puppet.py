"""What the puppetserver asks: a machine's classes, and whether to sign its certificate."""

import logging
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import api_certificates, credentials, root_passwords, site_files
from ocinstaller.actions.context import Installation
from ocinstaller.actions.site_classes import SiteClasses, directory_of
from ocinstaller.model import secret_specs
from ocinstaller.model.errors import Forbidden, NotFound
from ocinstaller.model.placement.placing import place_machine
from ocinstaller.model.states import PuppetStatus, State
from ocinstaller.model.text import Text
from ocinstaller.puppet import csr
from ocinstaller.puppet.classification import classify
from ocinstaller.puppet.nodes import node_snapshot, secret_settings
from ocinstaller.store import setting_rows, snapshots
from ocinstaller.store.tables import Machine

LOG = logging.getLogger(__name__)

_SIGNABLE = frozenset({State.INSTALLING, State.FIRST_BOOT, State.INSTALLED})


def classify_machine(session: Session, oci: Installation, certname: str) -> str:
    """Return the classes and parameters of a machine, as the node classifier's YAML.

    :raises NotFound: no enrolled machine has this name
    :raises Conflict: its cluster lacks what the role needs
    :raises InvalidValue: a file of the site's own classes is wrong
    """
    machine = session.scalar(select(Machine).where(Machine.hostname == certname))
    if machine is None or machine.cluster is None or machine.role is None:
        raise NotFound(Text("enrolled machine"), certname, Text("the host names of machine-list"))
    cluster = snapshots.cluster_snapshot(session, machine.cluster)
    member = next(m for m in cluster.machines if m.serial == machine.serial)
    names = secret_specs.names_for_services(place_machine(cluster, member).services)
    secrets = oci.vault.cluster_secrets(session, machine.cluster.id, names)
    if given := secret_settings(cluster, member):
        opened = setting_rows.secrets_of_cluster(session, oci.vault, machine.cluster.id)
        secrets |= {name: opened[name] for name in given}
    api_ca = api_certificates.api_authorities(session, oci, machine.cluster)
    if root_password := root_passwords.hash_of(oci, machine):
        secrets["root_password_hash"] = root_password
    own = SiteClasses(directory_of(oci.conf)).of(cluster.name, member.role, member.hostname)
    node = node_snapshot(cluster, member, secrets, api_ca, own)
    added = site_files.packages(oci.conf, cluster.name, member.role, member.hostname)
    return classify(replace(node, extra_packages=added))


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
        raise _not_signed(
            certname, Text("the request is for {common_name}", common_name=common_name)
        )
    machine = session.scalar(select(Machine).where(Machine.hostname == certname))
    if machine is None or machine.puppet_token is None:
        raise _not_signed(certname, "no machine of this name is being installed")
    if machine.status not in _SIGNABLE or machine.puppet_status == PuppetStatus.SUCCESS:
        raise _not_signed(certname, Text("the machine is {status}", status=machine.status))
    if token is None or not credentials.same(token, oci.vault.open(machine.puppet_token)):
        raise _not_signed(certname, "the token is not that of its installation")
    LOG.info("certificate authorised", extra={"certname": certname})


def _not_signed(certname: str, reason: str) -> Forbidden:
    return Forbidden(
        Text("no certificate for {certname}: {reason}", certname=certname, reason=reason),
        field="certname",
        value=certname,
        allowed=Text("machines that OCI is installing, with the token of that installation"),
    )
