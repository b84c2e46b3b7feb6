"""The secrets of clusters, for administrators: those that OCI made, and secret settings."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation
from ocinstaller.actions.settings import change_cluster_settings
from ocinstaller.model import secret_kinds
from ocinstaller.model.errors import InvalidValue, NotFound
from ocinstaller.model.placement.placing import place
from ocinstaller.model.secret_specs import SECRETS, SecretSpec
from ocinstaller.model.settings import CLUSTER_SETTINGS
from ocinstaller.puppet.nodes import receives
from ocinstaller.store import queries, snapshots
from ocinstaller.store.tables import Cluster, ClusterSetting, Secret

_SPECS = {spec.name: spec for spec in SECRETS}
_SETTINGS = {name: setting for name, setting in CLUSTER_SETTINGS.items() if setting.secret}
_SETTING = "setting"
_VERSION_DIGITS = 16


@dataclass(frozen=True)
class PasswordView:
    """A secret of a cluster, without its value."""

    id: str
    """`CLUSTER.NAME`."""
    cluster: str
    name: str
    type: str
    """How it is generated; `setting` for what an operator gives."""
    known_to: list[str]
    """Services; of a setting, roles."""
    version: str
    """Another one whenever it is set; empty while it is not present."""
    present: bool
    """A setting may be at its default, an older cluster may lack what no machine asked for yet."""


@dataclass(frozen=True)
class PasswordDetail:
    """A secret of a cluster with its value."""

    password: PasswordView
    value: str


@dataclass(frozen=True)
class PasswordChange:
    """A secret that was set, and what has to run before it is in use."""

    password: PasswordView
    machines: list[str]
    """Host names of those that receive it."""
    next: str


def list_passwords(session: Session, cluster: str | None = None) -> list[PasswordView]:
    """Return what secrets clusters have, by cluster and name.

    :param cluster: only those of one
    :raises NotFound: there is no cluster of this name
    """
    if cluster is not None:
        return list(_of_cluster(session, queries.cluster(session, cluster)))
    rows = session.scalars(select(Cluster).order_by(Cluster.name))
    return [view for row in rows for view in _of_cluster(session, row)]


def view_password(session: Session, password_id: str, *, lock: bool = False) -> PasswordView:
    """Return what there is to say of a secret beside its value.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: there is none of this number
    """
    row, name = _parse(session, password_id, lock=lock)
    return _view(row, name, _sealed(session, row).get(name))


def show_password(session: Session, oci: Installation, password_id: str) -> PasswordDetail:
    """Return a secret.

    :raises NotFound: there is none of this number, or its setting has not been set
    """
    row, name = _parse(session, password_id)
    sealed = _sealed(session, row).get(name)
    if sealed is None:
        raise NotFound("password", password_id, "one that password-list shows as present")
    return PasswordDetail(_view(row, name, sealed), oci.vault.open(sealed))


def set_password(
    session: Session, oci: Installation, password_id: str, value: str
) -> PasswordChange:
    """Set a secret; return which machines have to run Puppet.

    :raises NotFound: there is none of this number
    :raises InvalidValue: it cannot have this value
    """
    row, name = _parse(session, password_id, lock=True)
    if name in _SETTINGS:
        change_cluster_settings(session, oci, row.name, {name: value})
        consequence = ""
    else:
        kind = _SPECS[name].kind
        if not secret_kinds.is_valid(kind, value):
            # Neither log nor answer repeat what was meant to be a secret.
            raise InvalidValue("password", "(not shown)", secret_kinds.ALLOWED[kind])
        stored = session.get(Secret, (row.id, name))
        if stored is None:
            stored = Secret(cluster_id=row.id, name=name)
            session.add(stored)
        stored.ciphertext = oci.vault.seal(value)
        stored.set_at = datetime.now(UTC)
        consequence = secret_kinds.CONSEQUENCES.get(kind, "")
    session.flush()
    machines = _receivers(session, row, name)
    view = _view(row, name, _sealed(session, row).get(name))
    return PasswordChange(view, machines, _next(machines, consequence))


def _next(machines: list[str], consequence: str) -> str:
    if not machines:
        return "nothing: no machine of the cluster uses it yet"
    text = (
        f"run Puppet on {len(machines)} machines, by systemctl restart oci-installed on each: "
        "services that share it do not understand each other until all have it"
    )
    return f"{text}; {consequence}" if consequence else text


def _parse(session: Session, password_id: str, *, lock: bool = False) -> tuple[Cluster, str]:
    cluster, _, name = password_id.partition(".")
    if name not in _SPECS and name not in _SETTINGS:
        raise NotFound("password", password_id, "CLUSTER.NAME: see password-list")
    return queries.cluster(session, cluster, lock=lock), name


def _of_cluster(session: Session, row: Cluster) -> Iterator[PasswordView]:
    sealed = _sealed(session, row)
    for name in sorted(_SPECS.keys() | _SETTINGS.keys()):
        yield _view(row, name, sealed.get(name))


def _sealed(session: Session, row: Cluster) -> dict[str, bytes]:
    """Return the secrets of a cluster as they are stored, in two queries."""
    stored = select(Secret.name, Secret.ciphertext).where(Secret.cluster_id == row.id)
    given = select(ClusterSetting.name, ClusterSetting.sealed).where(
        ClusterSetting.cluster_id == row.id, ClusterSetting.sealed.is_not(None)
    )
    pairs = [*session.execute(stored).tuples(), *session.execute(given).tuples()]
    return {name: sealed for name, sealed in pairs if sealed is not None}


def _view(row: Cluster, name: str, sealed: bytes | None) -> PasswordView:
    spec: SecretSpec | None = _SPECS.get(name)
    kind, known_to = (
        (str(spec.kind), sorted(spec.services)) if spec else (_SETTING, list(_SETTINGS[name].roles))
    )
    # Of what is stored, which differs each time it is sealed: it tells nothing of the secret.
    version = hashlib.sha256(sealed).hexdigest()[:_VERSION_DIGITS] if sealed else ""
    number = f"{row.name}.{name}"
    return PasswordView(number, row.name, name, kind, known_to, version, sealed is not None)


def _receivers(session: Session, row: Cluster, name: str) -> list[str]:
    cluster = snapshots.cluster_snapshot(session, row)
    if name in _SETTINGS:
        return [m.hostname for m in cluster.machines if receives(_SETTINGS[name], m)]
    services = _SPECS[name].services
    placed = place(cluster).machines
    return [m.hostname for m in placed if not services.isdisjoint(m.services)]
