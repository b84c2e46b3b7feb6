"""A real certificate of a cluster's API: given by an operator, signed by another CA.

It is served while the setting `self_signed_api_cert` is no. Machines that run already first learn
to trust its root: a controller that showed it earlier would lock the others out of the API.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation
from ocinstaller.model import naming
from ocinstaller.model.errors import Conflict, InvalidValue
from ocinstaller.model.states import LOCAL_BOOT_STATES
from ocinstaller.model.target_files import Identity
from ocinstaller.model.text import Text
from ocinstaller.pki import given, inventory
from ocinstaller.pki.inventory import CertificateFacts, CertificateKind
from ocinstaller.store import queries, setting_rows
from ocinstaller.store.certificate_tables import ApiCertificate
from ocinstaller.store.tables import Cluster, Machine

TRUST_FIRST = timedelta(hours=1)
"""Two intervals of Puppet (`runinterval`, 30 minutes), which brings the root to the machines."""


@dataclass(frozen=True)
class ApiCertificateView:
    """The certificate that an operator gave for a cluster's API; empty values while there is none.

    `in_use` tells whether machines get it; else OCI's own CA signs the API's certificate.
    """

    cluster: str
    api_hostname: str
    in_use: bool
    names: tuple[str, ...] = ()
    issuer: str = ""
    root: str = ""
    not_before: str = ""
    not_after: str = ""
    key_type: str = ""
    fingerprint: str = ""
    """SHA-256 of its DER form."""
    served_from: str = ""
    """Earliest; machines learn to trust its root until then."""
    next: str = ""
    """What is left to do."""


def show(session: Session, name: str, *, lock: bool = False) -> ApiCertificateView:
    """Return what is known of the certificate that was given for a cluster's API.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: there is no cluster of this name
    """
    cluster = queries.cluster(session, name, lock=lock)
    return _view(session, cluster, session.get(ApiCertificate, cluster.id))


def give(
    session: Session, oci: Installation, name: str, chain: str, key: str, root: str = ""
) -> ApiCertificateView:
    """Take a certificate for a cluster's API, in the place of one that was given before.

    :param chain: the certificate and its intermediates as PEM
    :param key: its private key as PEM
    :param root: the root as PEM; empty looks for it among the system's
    :raises NotFound: there is no cluster of this name
    :raises InvalidValue: what is wrong with it; nothing is changed
    """
    cluster = queries.cluster(session, name, lock=True)
    hostname = api_name(session, cluster)
    taken = given.accept(chain, key, hostname, root=root)
    row = session.get(ApiCertificate, cluster.id)
    served_from = _served_from(session, cluster, row, taken.root)
    if row is None:
        row = ApiCertificate(cluster_id=cluster.id)
        session.add(row)
    row.name, row.fingerprint = hostname, taken.fingerprint
    row.chain, row.root, row.root_given = taken.chain, taken.root, bool(root)
    row.sealed_key = oci.vault.seal(taken.key)
    row.served_from = served_from
    session.flush()
    return _view(session, cluster, row)


def remove(session: Session, name: str) -> ApiCertificateView:
    """Forget the certificate that was given for a cluster's API.

    :raises NotFound: there is no cluster of this name
    :raises Conflict: it is in use
    """
    cluster = queries.cluster(session, name, lock=True)
    row = session.get(ApiCertificate, cluster.id)
    if row is not None:
        if not is_signed_by_oci(session, cluster):
            raise Conflict(
                Text("the API of cluster {name} uses the certificate", name=name),
                field="self_signed_api_cert",
                value="no",
                allowed=Text("yes: let OCI's CA sign the API's certificate first"),
            )
        session.delete(row)
        session.flush()
    return _view(session, cluster, None)


def identity(session: Session, oci: Installation, cluster: Cluster) -> Identity | None:
    """Return the given certificate when machines are to serve it; None leaves OCI's own."""
    row = session.get(ApiCertificate, cluster.id)
    if row is None or not _in_use(session, cluster, row):
        return None
    key = oci.vault.open(row.sealed_key)
    leaf = given.first(row.chain)
    return Identity(api_name(session, cluster), leaf, row.chain, key, key + row.chain)


def local_authority(session: Session, cluster: Cluster) -> str:
    """Return the root that the cluster's machines are to trust in all they do; empty for none.

    A root of Debian's is trusted anyway.
    """
    row = session.get(ApiCertificate, cluster.id)
    return row.root if row is not None and row.root_given else ""


def api_authorities(session: Session, oci: Installation, cluster: Cluster) -> str:
    """Return the roots that clients of the API trust, as PEM; empty when OCI's alone will do."""
    row = session.get(ApiCertificate, cluster.id)
    return oci.authority.root_pem() + row.root if row is not None else ""


def facts(session: Session) -> list[tuple[Cluster, CertificateFacts]]:
    """Return all given certificates and whose API each is for, in the order of names."""
    query = select(Cluster, ApiCertificate).join(
        ApiCertificate, ApiCertificate.cluster_id == Cluster.id
    )
    rows = session.execute(query.order_by(ApiCertificate.name)).tuples()
    return [(cluster, _facts(row)) for cluster, row in rows]


def missing(session: Session) -> list[str]:
    """Return the clusters whose settings ask for another CA's certificate that nobody gave."""
    given = set(session.scalars(select(ApiCertificate.cluster_id)))
    rows = session.scalars(select(Cluster).order_by(Cluster.name))
    return [row.name for row in rows if row.id not in given and not is_signed_by_oci(session, row)]


def check_settings(session: Session, cluster: Cluster, values: Mapping[str, object]) -> None:
    """Refuse settings with which the API would serve a certificate that its clients refuse.

    :param values: `vip_hostname` and `self_signed_api_cert` as they are to be
    :raises InvalidValue: the given certificate does not fit the API's name, or has ended
    """
    row = session.get(ApiCertificate, cluster.id)
    if row is None or values["self_signed_api_cert"]:
        return
    hostname = naming.api_hostname(cluster.name, cluster.domain, str(values["vip_hostname"]))
    found = _facts(row)
    if not given.covers(found.alternative_names, hostname):
        raise InvalidValue(
            "vip_hostname",
            hostname,
            Text(
                "{alternative_names}: what the given certificate is for; with "
                "self_signed_api_cert=yes any, then give a certificate for it",
                alternative_names=", ".join(found.alternative_names),
            ),
        )
    if found.not_after < datetime.now(UTC):
        ended = Text(
            "no: the given certificate ended on {not_after:%Y-%m-%d}", not_after=found.not_after
        )
        raise InvalidValue("self_signed_api_cert", ended, Text("yes, until another one is given"))


def api_name(session: Session, cluster: Cluster) -> str:
    """Return the host name of a cluster's API."""
    own = setting_rows.of_cluster(session, cluster.id).get("vip_hostname", "")
    return naming.api_hostname(cluster.name, cluster.domain, str(own))


def is_signed_by_oci(session: Session, cluster: Cluster) -> bool:
    """Tell whether the settings have OCI's CA sign the certificate of a cluster's API."""
    return bool(setting_rows.of_cluster(session, cluster.id).get("self_signed_api_cert", True))


def _in_use(session: Session, cluster: Cluster, row: ApiCertificate) -> bool:
    return not is_signed_by_oci(session, cluster) and datetime.now(UTC) >= row.served_from


def _served_from(
    session: Session, cluster: Cluster, before: ApiCertificate | None, root: str
) -> datetime:
    if before is not None and before.root == root:
        return before.served_from
    running = select(Machine.id).where(
        Machine.cluster_id == cluster.id, Machine.status.in_(LOCAL_BOOT_STATES)
    )
    now = datetime.now(UTC)
    return now + TRUST_FIRST if session.scalar(running.limit(1)) else now


def _facts(row: ApiCertificate) -> CertificateFacts:
    return inventory.describe(row.chain.encode(), row.name, CertificateKind.GIVEN)


def _view(session: Session, cluster: Cluster, row: ApiCertificate | None) -> ApiCertificateView:
    hostname = api_name(session, cluster)
    signed_by_oci = is_signed_by_oci(session, cluster)
    if row is None:
        todo = "" if signed_by_oci else "give a certificate: until then OCI's CA signs one"
        return ApiCertificateView(cluster.name, hostname, in_use=False, next=todo)
    found = _facts(row)
    return ApiCertificateView(
        cluster=cluster.name,
        api_hostname=hostname,
        in_use=_in_use(session, cluster, row),
        names=found.alternative_names,
        issuer=found.issuer,
        root=inventory.describe(row.root.encode(), "", CertificateKind.ROOT).subject,
        not_before=_shown(found.not_before),
        not_after=_shown(found.not_after),
        key_type=found.key_type,
        fingerprint=found.fingerprint,
        served_from=_shown(row.served_from),
        next=_next(signed_by_oci=signed_by_oci, served_from=row.served_from),
    )


def _next(*, signed_by_oci: bool, served_from: datetime) -> str:
    trusted = served_from <= datetime.now(UTC)
    if signed_by_oci:
        when = "" if trusted else Text(", from {served_from} on", served_from=_shown(served_from))
        return Text(
            "set self_signed_api_cert to no{when}: machines trust its root by then", when=when
        )
    if trusted:
        return Text("nothing: controllers fetch it within a day, or with oci-certificates.service")
    return Text(
        "nothing: controllers fetch it after {served_from}, when all trust its root",
        served_from=_shown(served_from),
    )


def _shown(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
