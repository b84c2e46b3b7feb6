"""Restarting a machine, on its live system or its disk, by the best way that there is.

A machine that runs the live system is told by its own agent. Any other is restarted by its BMC, if
it has one that answers, else by the agent of its installed system, which asks every minute. Without
either, what was asked for takes effect whenever the machine starts next, which the answer says: the
state in the data base decides what it starts, not the way to get there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from ocinstaller.actions import installation, machines, nodes, order_queue, orders, power
from ocinstaller.actions.context import Installation
from ocinstaller.actions.views import MachineView
from ocinstaller.model.bmc import BootDevice
from ocinstaller.model.orders import OrderKind
from ocinstaller.model.states import LOCAL_BOOT_STATES, Event, State, next_state
from ocinstaller.store import queries
from ocinstaller.store.tables import Machine

Work = Callable[[Session], MachineView]
Guard = Callable[[Work], Work]


class Way(StrEnum):
    """Who restarts a machine."""

    AGENT = "agent"
    BMC = "bmc"
    NEXT_START = "next start"


@dataclass(frozen=True)
class Restart:
    """A machine that was told to start something else, and how it gets there."""

    machine: MachineView
    way: Way
    note: str
    """What happens next, as a sentence."""


_NOTES = {
    Way.AGENT: "its agent is told at its next report",
    Way.BMC: "it was restarted through its BMC",
}
_SYSTEM_IS_TOLD = (
    "the agent of its system is told within a minute; a system that was installed before there "
    "were such orders needs a restart by hand"
)


def on_live(oci: Installation, name: str, guard: Guard = lambda work: work) -> Restart:
    """Have a machine start the live system, anew when it runs it already.

    :param guard: what is to be checked in the same transaction
    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: it is carrying out an order
    """
    return _restart(oci, name, guard(lambda session: request_live(session, name)))


def on_disk(oci: Installation, name: str, guard: Guard = lambda work: work) -> Restart:
    """Have a machine start the system on its disk, anew when it runs it already.

    :param guard: what is to be checked in the same transaction
    :raises NotFound: no machine has this serial number or host name
    :raises WrongState: its state does not allow that, or OCI installed no system on it
    :raises Conflict: it is carrying out an order
    """

    def work(session: Session) -> MachineView:
        machine = queries.machine(session, name, lock=True)
        runs_it = machine.status == State.INSTALLED
        view = power.start_disk(session, name)
        if runs_it:
            _order_restart(session, machine)
            return MachineView.of(machine)
        return view

    return _restart(oci, name, guard(work))


def reinstall(oci: Installation, name: str, guard: Guard = lambda work: work) -> Restart:
    """Install a machine of a cluster anew: the live system first, where it does not run yet.

    :param guard: what is to be checked in the same transaction
    :raises NotFound: no machine has this serial number or host name
    :raises WrongState: it is being installed
    :raises Conflict: it belongs to no cluster, is carrying out an order, or something that an
        installation needs is missing
    """

    def work(session: Session) -> MachineView:
        machine = queries.machine(session, name, lock=True)
        if order_queue.is_ordered(session, machine, OrderKind.INSTALL):
            return MachineView.of(machine)
        if machine.status == State.LIVE:
            return installation.request_installation(session, oci, name)
        order_queue.check_free(machine, "reinstallation")
        installation.cluster_of(machine)
        installation.target_image(oci, machine.role)
        if machine.status == State.INSTALLING:
            next_state(State.INSTALLING, Event.INSTALL_REQUESTED)
        _order_restart(session, machine)
        machines.start_live(session, name)
        order_queue.add(session, machine, OrderKind.INSTALL)
        return MachineView.of(machine)

    return _restart(oci, name, guard(work))


def release(oci: Installation, name: str, guard: Guard = lambda work: work) -> Restart:
    """Take a machine out of its cluster and have its live system erase its disks.

    Asking again goes on where it is.

    :param guard: what is to be checked in the same transaction
    :raises NotFound: no machine has this serial number or host name
    :raises WrongState: it is being installed
    :raises Conflict: it is carrying out another order
    """

    def work(session: Session) -> MachineView:
        machine = queries.machine(session, name, lock=True)
        if not order_queue.is_ordered(session, machine, OrderKind.WIPE):
            _release(session, oci, machine)
        return MachineView.of(machine)

    return _restart(oci, name, guard(work))


def replace(
    session: Session, oci: Installation, name: str, replacement: str, *, install: bool
) -> MachineView:
    """Give a machine's place to another one, and have that installed if so wanted.

    :raises OciError: as `machines.replace` and `installation.request_installation`
    """
    view = machines.replace(session, name, replacement)
    return installation.request_installation(session, oci, view.serial) if install else view


def request_live(session: Session, name: str) -> MachineView:
    """Have a machine start the live system; one that runs it is ordered to restart.

    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: it is carrying out an order
    """
    machine = queries.machine(session, name, lock=True)
    if machine.status == State.LIVE:
        order_queue.check_free(machine, "restart")
    if machine.status != State.INSTALLING:
        _order_restart(session, machine)
    machines.start_live(session, name)
    return MachineView.of(machine)


def _release(session: Session, oci: Installation, machine: Machine) -> None:
    order_queue.check_free(machine, "release")
    if machine.status != State.LIVE:
        _order_restart(session, machine)
    if machine.cluster is not None:
        machines.remove(session, oci, machine.serial)
    if machine.status == State.LIVE:
        orders.check_takes_orders(machine, "release")
    order_queue.add(session, machine, OrderKind.WIPE)


def _order_restart(session: Session, machine: Machine) -> None:
    """Let the agent of the system that runs restart the machine, if it has one."""
    is_ordered = order_queue.is_ordered(session, machine, OrderKind.RESTART)
    if machine.key_digest != nodes.NO_KEY and not is_ordered:
        order_queue.add(session, machine, OrderKind.RESTART)


def _restart(oci: Installation, name: str, work: Work) -> Restart:
    def noted(session: Session) -> tuple[MachineView, bool, bool]:
        machine = queries.machine(session, name, lock=True)
        was_live = machine.status == State.LIVE and machine.key_digest != nodes.NO_KEY
        view = work(session)
        return view, was_live, order_queue.is_ordered(session, machine, OrderKind.RESTART)

    view, was_live, is_ordered = oci.store.write(noted)
    if was_live:
        return Restart(view, Way.AGENT, _NOTES[Way.AGENT])
    device = BootDevice.DISK if view.status in LOCAL_BOOT_STATES else BootDevice.NETWORK
    refusal = power.try_restart(oci, view.serial, device)
    if refusal is None:
        return Restart(view, Way.BMC, _NOTES[Way.BMC])
    if is_ordered:
        return Restart(view, Way.AGENT, f"{_SYSTEM_IS_TOLD} ({refusal})")
    return Restart(view, Way.NEXT_START, f"it takes effect when the machine starts next: {refusal}")
