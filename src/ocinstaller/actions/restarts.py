"""Restarting a machine, on its live system or its disk, by the best way that there is.

A machine that runs the live system is told by its own agent. Any other is restarted by its BMC, if
it has one that answers. Otherwise what was asked for takes effect whenever the machine starts next,
which the answer says: the state in the data base decides what it starts, not the way to get there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from ocinstaller.actions import installation, machines, nodes, order_queue, orders, power
from ocinstaller.actions.context import Installation
from ocinstaller.actions.views import MachineView
from ocinstaller.model.bmc import BootDevice
from ocinstaller.model.errors import WrongState
from ocinstaller.model.orders import OrderKind
from ocinstaller.model.states import LOCAL_BOOT_STATES, Event, State, next_state
from ocinstaller.model.text import Text
from ocinstaller.store import queries

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


def on_live(oci: Installation, name: str, guard: Guard = lambda work: work) -> Restart:
    """Have a machine start the live system, anew when it runs it already.

    :param guard: what is to be checked in the same transaction
    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: it is carrying out an order
    """
    return _restart(oci, name, guard(lambda session: request_live(session, name)))


def on_disk(oci: Installation, name: str, guard: Guard = lambda work: work) -> Restart:
    """Have a machine that runs the live system start the system on its disk.

    :param guard: what is to be checked in the same transaction
    :raises NotFound: no machine has this serial number or host name
    :raises WrongState: it starts from its disk already
    :raises Conflict: OCI installed no system on it, or it is carrying out an order
    """

    def work(session: Session) -> MachineView:
        machine = queries.machine(session, name, lock=True)
        if machine.status in LOCAL_BOOT_STATES:
            raise WrongState(
                Text(
                    "the machine is {status}: it starts from its disk already; "
                    "machine-ipmi-reboot-on-hdd restarts it through its BMC",
                    status=machine.status,
                ),
                field="status",
                value=machine.status,
                allowed=f"{State.LIVE}, {State.BOOTING_LIVE}",
            )
        return power.start_disk(session, name)

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
        if machine.open_order == OrderKind.INSTALL:
            return MachineView.of(machine)
        if machine.status == State.LIVE:
            return installation.request_installation(session, oci, name)
        order_queue.check_free(machine, "reinstallation")
        installation.cluster_of(machine)
        installation.target_image(oci, machine.role)
        if machine.status == State.INSTALLING:
            next_state(State.INSTALLING, Event.INSTALL_REQUESTED)
        view = machines.start_live(session, name)
        order_queue.add(session, machine, OrderKind.INSTALL)
        return view

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
        if machine.open_order != OrderKind.WIPE:
            order_queue.check_free(machine, "release")
        if machine.cluster is not None:
            machines.remove(session, oci, name)
        if machine.status == State.LIVE:
            orders.check_takes_orders(machine, "release")
        if machine.open_order is None:
            order_queue.add(session, machine, OrderKind.WIPE)
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
    is_live = machine.status == State.LIVE
    if is_live:
        order_queue.check_free(machine, "restart")
    view = machines.start_live(session, name)
    if is_live and machine.key_digest != nodes.NO_KEY:
        order_queue.add(session, machine, OrderKind.RESTART)
        return MachineView.of(machine)
    return view


def _restart(oci: Installation, name: str, work: Work) -> Restart:
    def noted(session: Session) -> tuple[MachineView, bool]:
        machine = queries.machine(session, name, lock=True)
        runs_agent = machine.key_digest != nodes.NO_KEY and (
            machine.status == State.LIVE or machine.open_order == OrderKind.RESTART
        )
        return work(session), runs_agent

    view, runs_agent = oci.store.write(noted)
    if runs_agent:
        return Restart(view, Way.AGENT, _NOTES[Way.AGENT])
    device = BootDevice.DISK if view.status in LOCAL_BOOT_STATES else BootDevice.NETWORK
    refusal = power.try_restart(oci, view.serial, device)
    if refusal is None:
        return Restart(view, Way.BMC, _NOTES[Way.BMC])
    return Restart(
        view,
        Way.NEXT_START,
        Text("it takes effect when the machine starts next: {refusal}", refusal=refusal),
    )
