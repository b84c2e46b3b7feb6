"""Machines: showing, enrolling and removing them."""

from collections.abc import Callable

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ocinstaller.actions import addresses, listings, order_queue, plugins
from ocinstaller.actions.context import Installation
from ocinstaller.actions.views import LogLineView, MachineDetail, MachineView
from ocinstaller.model import naming
from ocinstaller.model.enrolment import networks_of_member, settings_of_member
from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.network_layout import network_layout
from ocinstaller.model.settings import MACHINE_SETTINGS
from ocinstaller.model.states import Event, PuppetStatus, State, next_state
from ocinstaller.model.text import Text
from ocinstaller.puppet.classification import check_count, check_deployable
from ocinstaller.store import queries, setting_rows, site_roles
from ocinstaller.store.paging import Filter, Window
from ocinstaller.store.tables import (
    Cluster,
    InstallLogLine,
    Location,
    Machine,
    Network,
    RoleCount,
)

_SHOWN_ORDERS = 5
_NO_CLUSTER = Text("a machine that belongs to no cluster: see machine-list")


def list_machines(
    session: Session, wanted: Filter | None = None, window: Window | None = None
) -> list[MachineView]:
    """Return machines, by serial number; all of them unless a filter and a window say otherwise.

    :raises InvalidValue: the filter names an unknown field
    """
    return listings.machine_views(session, wanted or {}, window)


def show_machine(session: Session, name: str, *, lock: bool = False) -> MachineDetail:
    """Return everything about a machine.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: no machine has this serial number or host name
    """
    row = queries.machine(session, name, lock=lock)
    hardware = HardwareReport.model_validate(row.hardware)
    return MachineDetail(
        MachineView.of(row),
        hardware,
        row.first_seen,
        row.report_counter,
        order_queue.views(session, row, _SHOWN_ORDERS),
        plugins.views(session, row.serial),
    )


def install_log(session: Session, name: str, after: int, limit: int) -> list[LogLineView]:
    """Return the lines of a machine's installations whose id is greater than `after`, in order.

    :raises NotFound: no machine has this serial number or host name
    """
    row = queries.machine(session, name)
    query = (
        select(InstallLogLine)
        .where(InstallLogLine.machine_id == row.id, InstallLogLine.id > after)
        .order_by(InstallLogLine.id)
        .limit(limit)
    )
    return [LogLineView.of(line) for line in session.scalars(query)]


def install_log_tail(session: Session, name: str, limit: int) -> list[LogLineView]:
    """Return the last lines of a machine's installations, in order.

    :raises NotFound: no machine has this serial number or host name
    """
    row = queries.machine(session, name)
    query = select(InstallLogLine).where(InstallLogLine.machine_id == row.id)
    lines = session.scalars(query.order_by(InstallLogLine.id.desc()).limit(limit)).all()
    return [LogLineView.of(line) for line in reversed(lines)]


def enrol(
    session: Session,
    oci: Installation,
    name: str,
    cluster: str,
    role: str,
    location: str,
    fixed_ip: str | None = None,
) -> MachineView:
    """Make a machine a member of a cluster: it gets a host name and its addresses.

    :raises InvalidValue: role or address are not allowed
    :raises NotFound: machine, cluster or location do not exist
    :raises WrongState: the machine does not run the live system
    :raises Conflict: it is enrolled already, has not the interfaces that the networks name, or
        the cluster has no network for it
    :raises Exhausted: a network has no free address
    """
    site_roles.check_role(session, role)
    check_deployment(session, queries.cluster(session, cluster, lock=True), role)
    return join(session, oci, name, cluster, role, location, lambda _network: fixed_ip)


def join(
    session: Session,
    oci: Installation,
    name: str,
    cluster: str,
    role: str,
    location: str,
    fixed_ip: Callable[[str], str | None],
) -> MachineView:
    """Enrol a machine whether or not its role can be deployed: plans do that.

    :param fixed_ip: given a network's name, returns the operator's choice of the address there
    :raises OciError: as `enrol`
    """
    site_roles.check_role(session, role)
    group = queries.cluster(session, cluster, lock=True)
    place = queries.location(session, location)
    machine = queries.machine(session, name, lock=True)
    if machine.cluster is not None:
        raise Conflict(
            Text(
                "machine {name} belongs to cluster {cluster_name} as {hostname}",
                name=name,
                cluster_name=machine.cluster.name,
                hostname=machine.hostname,
            ),
            field="machine",
            value=name,
            allowed=_NO_CLUSTER,
        )
    machine.status = next_state(State(machine.status), Event.ENROLLED)
    networks = _networks(session, group, role, place)
    _check_interfaces(machine, networks)
    machine.bootstrap = role == "controller" and not queries.has_role(
        session, group.id, "controller"
    )
    machine.cluster, machine.role, machine.location = group, role, place
    number = _next_number(session, group.id, role)
    machine.hostname = _hostname(session, group, role, number)
    machine.puppet_status = PuppetStatus.NOT_RUN
    for setting, value in settings_of_member(role).items():
        known = MACHINE_SETTINGS[setting]
        setting_rows.write_of_machine(session, oci.vault, machine.id, known, value)
    for network in networks:
        addresses.give(session, oci, machine, network, fixed_ip(network.name))
    session.flush()
    session.refresh(machine, ["addresses"])
    plugins.enrolled(session, oci, machine)
    return MachineView.of(machine)


def check_deployment(session: Session, cluster: Cluster, role: str) -> None:
    """Refuse what this version cannot deploy: an unknown role's machine, or one too many.

    :raises Conflict: naming what can be deployed
    """
    check_deployable(role)
    query = select(func.count()).where(Machine.cluster_id == cluster.id, Machine.role == role)
    check_count(role, (session.scalar(query) or 0) + 1)


def _networks(session: Session, cluster: Cluster, role: str, place: Location) -> list[Network]:
    """Return the networks that the machine will be connected to.

    :raises Conflict: when none of them can carry its management traffic
    """
    rows = {row.name: row for row in queries.cluster_networks(session, cluster.id)}
    uses = networks_of_member(
        cluster.name,
        [queries.network_use(row) for row in rows.values()],
        role,
        place.name,
        has_network_nodes=queries.has_role(session, cluster.id, "network"),
    )
    return [rows[use.name] for use in uses]


def _check_interfaces(machine: Machine, networks: list[Network]) -> None:
    nics = HardwareReport.model_validate(machine.hardware).nics
    network_layout([queries.network_use(network) for network in networks], {}, nics)


def _next_number(session: Session, cluster_id: int, role: str) -> int:
    """Return the next number of a role's host names; numbers are never used again."""
    counter = session.get(RoleCount, (cluster_id, role))
    if counter is None:
        counter = RoleCount(cluster_id=cluster_id, role=role, count=0)
        session.add(counter)
    counter.count += 1
    return counter.count


def _hostname(session: Session, cluster: Cluster, role: str, number: int) -> str:
    """Return a machine's host name; `a-b-c-1` may be of cluster `a` and of cluster `a-b`.

    :raises Conflict: another machine has it
    """
    hostname = naming.machine_hostname(cluster.name, role, number, cluster.domain)
    owner = session.scalar(select(Machine).where(Machine.hostname == hostname))
    if owner is not None:
        raise Conflict(
            Text(
                "host name {hostname} is that of machine {serial}",
                hostname=hostname,
                serial=owner.serial,
            ),
            field="role",
            value=role,
            allowed=Text(
                "a free number: use cluster-rolecounts-set {name} {role} {number}",
                name=cluster.name,
                role=role,
                number=number,
            ),
        )
    return hostname


def remove(session: Session, oci: Installation, name: str) -> MachineView:
    """Take a machine out of its cluster; an installed one starts the live system next.

    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: it belongs to no cluster
    :raises WrongState: it is being installed
    """
    machine = queries.machine(session, name, lock=True)
    cluster = machine.cluster
    if cluster is None:
        raise Conflict(
            Text("machine {name} belongs to no cluster", name=name),
            field="machine",
            value=name,
            allowed=Text("a machine of a cluster: see machine-list"),
        )
    queries.cluster(session, cluster.name, lock=True)
    machine.status = next_state(State(machine.status), Event.REMOVED)
    plugins.leaving(session, oci, machine)
    if machine.bootstrap:
        _pass_on_bootstrap(session, cluster, machine)
    for address in list(machine.addresses):
        if address.usefor != "ipmi":
            session.delete(address)
    machine.cluster, machine.role, machine.hostname, machine.location = None, None, None, None
    machine.plan_id, machine.puppet_token = None, None
    machine.disk_key_digest, machine.disk_plan_id = None, None
    machine.puppet_status = PuppetStatus.NOT_RUN
    session.flush()
    session.refresh(machine, ["addresses"])
    return MachineView.of(machine)


def _pass_on_bootstrap(session: Session, cluster: Cluster, leaving: Machine) -> None:
    leaving.bootstrap = False
    for machine in queries.cluster_machines(session, cluster.id):
        if machine.role == "controller" and machine.id != leaving.id:
            machine.bootstrap = True
            return


def destroy(session: Session, name: str) -> None:
    """Forget a machine that belongs to no cluster; it may introduce itself anew.

    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: it belongs to a cluster
    """
    machine = queries.machine(session, name, lock=True)
    if machine.cluster is not None:
        raise Conflict(
            Text(
                "machine {name} belongs to cluster {cluster_name}",
                name=name,
                cluster_name=machine.cluster.name,
            ),
            field="machine",
            value=name,
            allowed=Text("{wanted}; use machine-remove first", wanted=_NO_CLUSTER),
        )
    session.execute(delete(InstallLogLine).where(InstallLogLine.machine_id == machine.id))
    session.delete(machine)


def replace(session: Session, name: str, replacement: str) -> MachineView:
    """Give a machine's place to another one, and forget it: host name, addresses, settings.

    The other machine is to be installed then.

    :raises NotFound: one of the machines does not exist
    :raises Conflict: the first belongs to no cluster, the other does, or lacks an interface
    :raises WrongState: the other does not run the live system
    """
    old = queries.machine(session, name, lock=True)
    new = queries.machine(session, replacement, lock=True)
    if old.cluster is None or old.location is None or old.role is None:
        raise Conflict(
            Text("machine {name} belongs to no cluster", name=name),
            field="machine",
            value=name,
            allowed=Text("a machine of a cluster: see machine-list"),
        )
    if new.cluster is not None:
        raise Conflict(
            Text(
                "machine {replacement} belongs to cluster {name} as {hostname}",
                replacement=replacement,
                name=new.cluster.name,
                hostname=new.hostname,
            ),
            field="replacement",
            value=replacement,
            allowed=_NO_CLUSTER,
        )
    new.status = next_state(State(new.status), Event.ENROLLED)
    _check_interfaces(new, _networks(session, old.cluster, old.role, old.location))
    new.cluster, new.role, new.location = old.cluster, old.role, old.location
    new.bootstrap, new.puppet_status = old.bootstrap, PuppetStatus.NOT_RUN
    for address in list(old.addresses):
        address.machine = new
    hostname, old.hostname = old.hostname, None
    setting_rows.copy_of_machine(session, old.id, new.id)
    plugins.passed_on(session, old, new)
    session.flush()
    new.hostname = hostname
    session.execute(delete(InstallLogLine).where(InstallLogLine.machine_id == old.id))
    session.refresh(old, ["addresses"])
    session.delete(old)
    session.flush()
    session.refresh(new, ["addresses"])
    return MachineView.of(new)


def reset_report_counter(session: Session, name: str) -> MachineDetail:
    """Count a machine's reports from the beginning.

    :raises NotFound: no machine has this serial number or host name
    """
    queries.machine(session, name, lock=True).report_counter = 0
    session.flush()
    return show_machine(session, name)


def start_live(session: Session, name: str) -> MachineView:
    """Have a machine start the live system the next time it asks the network.

    :raises NotFound: no machine has this serial number or host name
    """
    machine = queries.machine(session, name, lock=True)
    machine.status = next_state(State(machine.status), Event.LIVE_REQUESTED)
    machine.plan_id = None
    return MachineView.of(machine)
