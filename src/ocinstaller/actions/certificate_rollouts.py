"""Rolling certificates out through a cluster, one machine after the other.

Machines ask whether it is their turn. The one whose turn it is takes its certificates, lets Puppet
hand them to the services, and looks at every port; then it tells how that ended, and the next one
follows. Nobody has to wait for it: a roll-out goes on whoever is interrupted.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ocinstaller.actions import api_certificates, certificates
from ocinstaller.actions.context import Installation
from ocinstaller.actions.nodes import authenticate
from ocinstaller.model import certificate_turns as model
from ocinstaller.model import certificate_wire as wire
from ocinstaller.model.certificate_turns import RolloutState, TurnState
from ocinstaller.model.errors import Conflict
from ocinstaller.model.states import LOCAL_BOOT_STATES
from ocinstaller.model.text import Text
from ocinstaller.store import queries, snapshots
from ocinstaller.store.certificate_tables import ApiCertificate, CertificateRollout, CertificateTurn
from ocinstaller.store.tables import Cluster, Machine

_NONE = wire.CertificateTurn(due=False)


@dataclass(frozen=True)
class TurnView:
    """A machine's place in a roll-out."""

    hostname: str
    state: str
    reason: str
    changed_at: str


@dataclass(frozen=True)
class RolloutView:
    """The last roll-out of certificates in a cluster; number 0 while there was none."""

    cluster: str
    number: int = 0
    state: str = ""
    api_only: bool = False
    started_at: str = ""
    turns: tuple[TurnView, ...] = ()


def show(session: Session, name: str, *, lock: bool = False) -> RolloutView:
    """Return how far the last roll-out of certificates in a cluster is.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: there is no cluster of this name
    """
    cluster = queries.cluster(session, name, lock=lock)
    row = session.get(CertificateRollout, cluster.id)
    if row is None:
        return RolloutView(cluster.name)
    turns = tuple(
        TurnView(turn.name, turn.state, turn.reason, turn.changed_at.isoformat(timespec="seconds"))
        for turn in _turns(session, cluster.id)
    )
    started = row.started_at.isoformat(timespec="seconds")
    return RolloutView(cluster.name, row.number, _state(session, row), row.api_only, started, turns)


def start(session: Session, oci: Installation, name: str, *, api_only: bool = False) -> RolloutView:
    """Start a roll-out, or let one that failed go on; one that runs stays as it is.

    :param api_only: only the certificate of the API, on the controllers
    :raises NotFound: there is no cluster of this name
    :raises Conflict: a machine cannot take part yet, or another kind of roll-out is not finished
    """
    cluster = queries.cluster(session, name, lock=True)
    row = session.get(CertificateRollout, cluster.id)
    if row is None or _state(session, row) == RolloutState.DONE:
        _begin(session, oci, cluster, row, api_only=api_only)
    elif row.api_only != api_only:
        kind = "of the API's certificate only" if row.api_only else "of all certificates"
        raise Conflict(
            Text(
                "a roll-out {kind} is {state} in cluster {name}",
                kind=kind,
                state=row.state,
                name=name,
            ),
            field="api_only",
            value=api_only,
            allowed=Text("{api_only}: let it go on, or abandon it first", api_only=row.api_only),
        )
    elif row.state == RolloutState.FAILED:
        row.state = RolloutState.RUNNING
        for turn in _turns(session, cluster.id):
            if turn.state == TurnState.FAILED:
                _move(turn, TurnState.WAITING)
    session.flush()
    return show(session, name)


def abandon(session: Session, name: str) -> RolloutView:
    """Give a roll-out up; its machines take their certificates each day as before.

    :raises NotFound: there is no cluster of this name
    """
    cluster = queries.cluster(session, name, lock=True)
    row = session.get(CertificateRollout, cluster.id)
    if row is not None:
        row.state = RolloutState.DONE
        for turn in _turns(session, cluster.id):
            session.delete(turn)
        session.flush()
    return show(session, name)


def turn_of(oci: Installation, serial: str, key: str) -> wire.CertificateTurn:
    """Tell a machine whether it is its turn; if so, make its new certificate.

    All machines ask all the time: as long as nothing is rolled out, that only reads.

    :raises Forbidden: the key is not that of this machine
    """
    with oci.store.read() as session:
        machine = authenticate(session, serial, key)
        row = session.get(CertificateRollout, machine.cluster_id) if machine.cluster_id else None
        if row is None or row.state != RolloutState.RUNNING:
            return _NONE
    return oci.store.write(lambda session: _take_turn(session, oci, serial, key))


def _take_turn(session: Session, oci: Installation, serial: str, key: str) -> wire.CertificateTurn:
    machine = authenticate(session, serial, key)
    if machine.cluster is None:
        return _NONE
    cluster = queries.cluster(session, machine.cluster.name, lock=True)
    known = session.get(CertificateRollout, cluster.id)
    if known is None or known.state != RolloutState.RUNNING:
        return _NONE
    unfinished = (TurnState.TAKING, TurnState.WAITING)
    open_turns = [turn for turn in _turns(session, cluster.id) if turn.state in unfinished]
    now = next((t for t in open_turns if t.state == TurnState.TAKING), None)
    now = now or next(iter(open_turns), None)
    if now is None or now.machine_id != machine.id:
        return _NONE
    if now.state == TurnState.WAITING:
        _move(now, TurnState.TAKING)
        if not known.api_only:
            certificates.machine_identity(session, oci, machine, renew=True)
    return _what_to_do(session, oci, cluster, machine, known)


def finish_turn(session: Session, result: wire.TurnResult, key: str) -> None:
    """Take what a machine tells of its turn; a repeated word changes nothing.

    :raises Forbidden: the key is not that of this machine
    """
    machine = authenticate(session, result.serial, key)
    if machine.cluster is None:
        return
    cluster = queries.cluster(session, machine.cluster.name, lock=True)
    row = session.get(CertificateRollout, cluster.id)
    turn = session.get(CertificateTurn, machine.id)
    if row is None or turn is None or row.number != result.rollout:
        return
    if turn.state != TurnState.TAKING:
        return
    if result.success:
        _move(turn, TurnState.DONE)
    else:
        _move(turn, TurnState.FAILED, result.reason)
        row.state = RolloutState.FAILED
    row.state = _state(session, row)
    session.flush()


def _begin(
    session: Session,
    oci: Installation,
    cluster: Cluster,
    row: CertificateRollout | None,
    *,
    api_only: bool,
) -> None:
    names = model.order(snapshots.cluster_snapshot(session, cluster), api_only=api_only)
    machines = _members(session, cluster, names)
    _prepare_api(session, oci, cluster, machines)
    of_before = CertificateTurn.cluster_id == cluster.id
    came_over = CertificateTurn.machine_id.in_([machine.id for machine in machines])
    for old in session.scalars(select(CertificateTurn).where(or_(of_before, came_over))):
        session.delete(old)
    session.flush()
    now = datetime.now(UTC)
    if row is None:
        row = CertificateRollout(cluster_id=cluster.id, name=cluster.name, number=0)
        session.add(row)
    row.number, row.api_only = row.number + 1, api_only
    row.state, row.started_at = RolloutState.RUNNING, now
    for place, machine in enumerate(machines):
        session.add(
            CertificateTurn(
                machine_id=machine.id,
                cluster_id=cluster.id,
                name=machine.hostname,
                place=place,
                state=TurnState.WAITING,
                reason="",
                changed_at=now,
            )
        )


def _members(session: Session, cluster: Cluster, names: tuple[str, ...]) -> list[Machine]:
    """Return the machines that take part.

    :raises Conflict: there is none, or one of them runs no installed system
    """
    rows = {row.hostname: row for row in queries.cluster_machines(session, cluster.id)}
    machines = [rows[name] for name in names]
    absent = [m.hostname or m.serial for m in machines if m.status not in LOCAL_BOOT_STATES]
    if absent or not machines:
        raise Conflict(
            Text(
                "cluster {name}: not installed: {absent}",
                name=cluster.name,
                absent=", ".join(absent) or Text("no machine"),
            ),
            field="cluster",
            value=cluster.name,
            allowed=Text("a cluster whose machines are installed: install or remove those"),
        )
    return machines


def _prepare_api(
    session: Session, oci: Installation, cluster: Cluster, machines: list[Machine]
) -> None:
    """Make the API's new certificate when OCI's CA signs it.

    :raises Conflict: another one was given, and not all machines trust its root yet
    """
    if not any(machine.role == "controller" for machine in machines):
        return
    given = session.get(ApiCertificate, cluster.id)
    view = api_certificates.show(session, cluster.name)
    if given is None or api_certificates.is_signed_by_oci(session, cluster):
        certificates.api_identity(session, oci, cluster, renew=True)
    elif not view.in_use:
        raise Conflict(
            Text("cluster {name}: the API's certificate is not served yet", name=cluster.name),
            field="served_from",
            value=view.served_from,
            allowed=Text("later: until then machines learn to trust its root"),
        )


def _what_to_do(
    session: Session,
    oci: Installation,
    cluster: Cluster,
    machine: Machine,
    rollout: CertificateRollout,
) -> wire.CertificateTurn:
    snapshot = snapshots.cluster_snapshot(session, cluster)
    member = next(m for m in snapshot.machines if m.serial == machine.serial)
    found = model.endpoints(
        snapshot, member, api_certificates.api_name(session, cluster), api_only=rollout.api_only
    )
    roots = api_certificates.api_authorities(session, oci, cluster)
    return wire.CertificateTurn(
        due=True,
        rollout=rollout.number,
        api_only=rollout.api_only,
        endpoints=found,
        authorities=roots or oci.authority.root_pem(),
    )


def _turns(session: Session, cluster_id: int) -> list[CertificateTurn]:
    """Return the turns of a cluster's machines in their order; who left the cluster has none."""
    query = (
        select(CertificateTurn)
        .join(Machine, Machine.id == CertificateTurn.machine_id)
        .where(CertificateTurn.cluster_id == cluster_id, Machine.cluster_id == cluster_id)
        .order_by(CertificateTurn.place)
    )
    return list(session.scalars(query))


def _state(session: Session, row: CertificateRollout) -> str:
    """Return how far a roll-out is; it is done, too, when the last to take part has left."""
    turns = _turns(session, row.cluster_id)
    ended = all(turn.state == TurnState.DONE for turn in turns)
    return RolloutState.DONE if row.state == RolloutState.RUNNING and ended else row.state


def _move(turn: CertificateTurn, state: TurnState, reason: str = "") -> None:
    turn.state, turn.reason, turn.changed_at = state, reason, datetime.now(UTC)
