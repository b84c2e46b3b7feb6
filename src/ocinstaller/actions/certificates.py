"""Certificates of machines and APIs: issued, listed, renewed, fetched by their machines.

A certificate is renewed when a third of its life is left, the next time that its machine asks;
machines ask every day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ocinstaller.actions import api_certificates
from ocinstaller.actions.api_certificates import api_name
from ocinstaller.actions.context import Installation
from ocinstaller.actions.nodes import authenticate
from ocinstaller.model import naming, target_files
from ocinstaller.model.certificate_turns import RolloutState, TurnState
from ocinstaller.model.errors import Conflict, NotFound
from ocinstaller.model.plan import CertificateFiles
from ocinstaller.model.states import LOCAL_BOOT_STATES
from ocinstaller.model.target_files import Identity
from ocinstaller.model.text import Text
from ocinstaller.pki import inventory
from ocinstaller.pki.inventory import CertificateFacts, CertificateKind
from ocinstaller.store import queries
from ocinstaller.store.certificate_tables import CertificateRollout, CertificateTurn
from ocinstaller.store.tables import Cluster, Machine

KINDS: tuple[str, ...] = tuple(CertificateKind)
"""What certificates are for, as their list names it."""

_NOT_YET = (TurnState.WAITING, TurnState.FAILED)


@dataclass(frozen=True)
class CertificateView:
    """A certificate, whose it is and how long it lasts."""

    name: str
    kind: str
    machine: str | None
    """Serial number of the machine that has it."""
    cluster: str | None
    """The cluster of that machine, or whose API has it."""
    alternative_names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    days_left: int
    """Whole days; negative when it has expired."""
    key_type: str
    fingerprint: str
    """SHA-256 of its DER form."""


def machine_identity(
    session: Session, oci: Installation, machine: Machine, *, renew: bool = False
) -> Identity:
    """Return the certificate of an enrolled machine: its host name and all of its addresses.

    Controllers have the API's name too: haproxy passes connections to the data base on as they are.
    """
    hostname = machine.hostname or ""
    names = [hostname, hostname.split(".")[0]]
    if machine.role == "controller" and machine.cluster is not None:
        names.append(api_name(session, machine.cluster))
    return _identity(oci, names, [address.ip for address in machine.addresses], renew=renew)


def api_identity(
    session: Session, oci: Installation, cluster: Cluster, *, renew: bool = False
) -> Identity:
    """Return the certificate of a cluster's API: OCI's own, or the one that was given for it.

    :param renew: make another one even if that of OCI's CA is still good
    :raises Conflict: the cluster has no public network for the API's address
    """
    vip = queries.vip_address(session, cluster.id)
    if vip is None:
        raise Conflict(
            Text("cluster {name} has no public network for the API's address", name=cluster.name),
            field="network",
            allowed=Text("a public network of role all or controller: use network-add first"),
        )
    if (given := api_certificates.identity(session, oci, cluster)) is not None:
        return given
    return _identity(oci, [api_name(session, cluster)], [vip.ip], renew=renew)


def fetch(session: Session, oci: Installation, serial: str, key: str) -> CertificateFiles:
    """Return the files of an installed machine's certificates, renewed when it is time.

    :raises Forbidden: the key is not that of this machine
    :raises Conflict: the machine runs no system that OCI installed, or its turn in a roll-out of
        certificates has not come
    """
    machine = authenticate(session, serial, key)
    if machine.cluster is None or machine.status not in LOCAL_BOOT_STATES:
        raise Conflict(
            Text("machine {serial} is {status}", serial=serial, status=machine.status),
            field="status",
            value=machine.status,
            allowed=Text("{states}, in a cluster", states=", ".join(sorted(LOCAL_BOOT_STATES))),
        )
    _wait_for_turn(session, machine)
    is_controller = machine.role == "controller"
    return CertificateFiles(
        files=target_files.certificate_files(
            oci.authority.root_pem(),
            machine_identity(session, oci, machine),
            api_identity(session, oci, machine.cluster) if is_controller else None,
            api_certificates.local_authority(session, machine.cluster),
        )
    )


def _wait_for_turn(session: Session, machine: Machine) -> None:
    rollout = session.get(CertificateRollout, machine.cluster_id)
    turn = session.get(CertificateTurn, machine.id)
    if rollout is None or rollout.state == RolloutState.DONE or turn is None:
        return
    if turn.cluster_id == machine.cluster_id and turn.state in _NOT_YET:
        raise Conflict(
            Text(
                "certificates are rolled out in cluster {name}: machine {turn_name} is {state}",
                name=rollout.name,
                turn_name=turn.name,
                state=turn.state,
            ),
            field="turn",
            value=turn.state,
            allowed=Text("when its turn has come: see oci-update-cluster-certs"),
        )


def list_certificates(session: Session, oci: Installation) -> list[CertificateView]:
    """Return all certificates of OCI's CA, those that expire first first."""
    machines = _machines_by_name(session)
    apis = _clusters_by_api_name(session)
    views = [_view(facts, machines, apis) for facts in inventory.certificates(oci.authority)]
    views += [_view(facts, {}, apis) for _, facts in api_certificates.facts(session)]
    return sorted(views, key=lambda view: (view.not_after, view.name))


def renew(session: Session, oci: Installation, name: str) -> CertificateView:
    """Make another key and certificate of a machine or an API, whatever is left of the old one's.

    Its machines fetch it within a day, or when their `oci-certificates.service` is started.

    :raises NotFound: no machine has this host name and no cluster's API this name
    :raises Conflict: the API uses a certificate of another CA
    """
    machines, apis = _machines_by_name(session, name), _clusters_by_api_name(session)
    if name in machines:
        machine_identity(session, oci, machines[name], renew=True)
    elif name in apis:
        _refuse_given(session, oci, apis[name])
        api_identity(session, oci, apis[name], renew=True)
    else:
        raise NotFound(Text("machine or API"), name, Text("those of certificate-list"))
    return _view(inventory.server_certificate(oci.authority, name), machines, apis)


def generate(session: Session, oci: Installation, name: str, addresses: list[str]) -> Identity:
    """Return a certificate for any host name; for an enrolled machine's, that of the machine.

    :param addresses: what it is to be valid for besides the name; a machine's are known
    :raises InvalidValue: the name is no host name
    """
    naming.check_domain("name", name)
    machine = _machines_by_name(session, name).get(name)
    if machine is not None:
        return machine_identity(session, oci, machine)
    names = list(dict.fromkeys([name, name.split(".")[0]]))
    return _identity(oci, names, addresses)


def _identity(
    oci: Installation, names: list[str], addresses: list[str], *, renew: bool = False
) -> Identity:
    issued = oci.authority.issue(names, addresses, renew=renew)
    return Identity(names[0], issued.certificate, issued.chain, issued.key, issued.bundle)


def _refuse_given(session: Session, oci: Installation, cluster: Cluster) -> None:
    if api_certificates.identity(session, oci, cluster) is not None:
        raise Conflict(
            Text("the API of cluster {name} uses a certificate of another CA", name=cluster.name),
            field="self_signed_api_cert",
            value="no",
            allowed=Text("give a renewed one: cluster-certificate-set"),
        )


def _machines_by_name(session: Session, name: str | None = None) -> dict[str, Machine]:
    """Return the enrolled machines by host name: all, or the one of a name."""
    wanted = Machine.hostname.is_not(None) if name is None else Machine.hostname == name
    rows = session.scalars(select(Machine).where(wanted).options(joinedload(Machine.cluster)))
    return {row.hostname: row for row in rows if row.hostname}


def _clusters_by_api_name(session: Session) -> dict[str, Cluster]:
    return {api_name(session, row): row for row in session.scalars(select(Cluster))}


def _view(
    facts: CertificateFacts, machines: Mapping[str, Machine], apis: Mapping[str, Cluster]
) -> CertificateView:
    machine = machines.get(facts.name)
    cluster = machine.cluster if machine else apis.get(facts.name)
    return CertificateView(
        name=facts.name,
        kind=facts.kind,
        machine=machine.serial if machine else None,
        cluster=cluster.name if cluster else None,
        alternative_names=facts.alternative_names,
        not_before=facts.not_before,
        not_after=facts.not_after,
        days_left=(facts.not_after - datetime.now(UTC)).days,
        key_type=facts.key_type,
        fingerprint=facts.fingerprint,
    )
