"""Orders to machines: giving, showing and cancelling them, and what machines say of them."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import installation, nodes, order_queue, same_serial
from ocinstaller.actions.context import Installation
from ocinstaller.actions.order_queue import OrderView
from ocinstaller.actions.same_serial import SameSerial
from ocinstaller.model.bmc_programming import BmcProgram
from ocinstaller.model.errors import Conflict, InvalidValue, NotFound, OciError, WrongState
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.orders import (
    AGENT_KINDS,
    OPEN_STATES,
    NextOrder,
    Order,
    OrderKind,
    OrderReport,
    OrderState,
    ending,
)
from ocinstaller.model.plan import Directive
from ocinstaller.model.settings import MACHINE_SETTINGS
from ocinstaller.model.states import State
from ocinstaller.store import queries, setting_rows
from ocinstaller.store.order_tables import MachineOrder
from ocinstaller.store.tables import Machine


def list_orders(session: Session, name: str) -> list[OrderView]:
    """Return the newest orders of a machine, newest first.

    :raises NotFound: no machine has this serial number or host name
    """
    return order_queue.views(session, queries.machine(session, name))


def cancel(session: Session, name: str, order_id: str) -> OrderView:
    """Cancel an order that the machine has not begun, and those after it.

    :raises NotFound: there is no such machine, or it has no such order
    :raises Conflict: the machine carries it out, or it has its outcome
    """
    machine = queries.machine(session, name, lock=True)
    order = _order(session, machine, order_id)
    begun = order.state == OrderState.RUNNING and order.kind in AGENT_KINDS
    if order.state not in OPEN_STATES or (begun and machine.status == State.LIVE):
        raise Conflict(
            f"order {order_id} is {order.state}",
            field="order",
            value=order.state,
            allowed="an order that is waiting, or whose machine no longer runs the live system",
        )
    order_queue.close(session, machine, order, OrderState.CANCELLED, "cancelled")
    return OrderView.of(order)


def wipe(session: Session, name: str) -> OrderView:
    """Have a machine that runs the live system erase all its disks.

    :raises NotFound: no machine has this serial number or host name
    :raises WrongState: it does not run the live system
    :raises Conflict: it has an open order, or its live system takes none
    """
    machine = queries.machine(session, name, lock=True)
    check_live(machine, "wiping")
    order_queue.check_free(machine, "wiping")
    return OrderView.of(order_queue.add(session, machine, OrderKind.WIPE))


def check_live(machine: Machine, wanted: str) -> None:
    """Refuse a machine that cannot be ordered something now.

    :raises WrongState: it does not run the live system
    :raises Conflict: its live system takes no orders
    """
    if machine.status != State.LIVE:
        raise WrongState(
            f"{wanted}: the machine is {machine.status}; allowed: {State.LIVE}",
            field="status",
            value=machine.status,
            allowed=State.LIVE,
        )
    check_takes_orders(machine, wanted)


def check_takes_orders(machine: Machine, wanted: str) -> None:
    """Refuse a machine whose agent fetches no orders.

    :raises Conflict: nobody would ever carry the order out
    """
    if machine.key_digest == nodes.NO_KEY:
        raise Conflict(
            f"{wanted}: machine {machine.serial} runs a live system that takes no orders",
            field="machine",
            value=machine.serial,
            allowed="a machine that was started by this server's live image",
        )


_STARTED_ITS_DISK = (
    "it was restarted but started its disk, not the live system: it has to start from the network "
    "first, and this server's DHCP has to answer it there"
)


class _InstallationRefused(Exception):
    """An ordered installation cannot begin; what was done for it has to be undone first."""


def receive_report(
    oci: Installation, report: HardwareReport, key: str, nonce: str, peer: str, digest: str
) -> Directive:
    """Store a hardware report, begin an installation that was ordered, and answer what to do.

    An installation that is impossible fails its order; the report counts either way.

    :raises OciError: as `nodes.receive_report`, whose parameters these are
    """

    def work(session: Session, refusal: str = "") -> Directive:
        directive = nodes.receive_report(session, oci, report, key, nonce, peer, digest)
        machine = queries.machine(session, report.serial)
        order = order_queue.next_order(session, machine)
        if order is None or order.kind != OrderKind.INSTALL or machine.status != State.LIVE:
            return directive
        if refusal:
            machine.status_reason = f"the ordered installation was refused: {refusal}"
            order_queue.close(session, machine, order, OrderState.FAILED, refusal)
        else:
            _begin_installation(session, oci, machine, order)
        return nodes.directive_of(oci, machine)

    try:
        return oci.store.write(work)
    except _InstallationRefused as refused:
        reason = str(refused)
        return oci.store.write(lambda session: work(session, reason))
    except SameSerial as error:
        refused_report = error
        oci.store.write(lambda session: same_serial.note(session, refused_report))
        raise


def _begin_installation(
    session: Session, oci: Installation, machine: Machine, order: MachineOrder
) -> None:
    try:
        installation.begin_installation(session, oci, machine)
    except OciError as error:
        raise _InstallationRefused(error.message) from error
    order_queue.close(session, machine, order, OrderState.DONE, f"plan {machine.plan_id}")


def fetch(session: Session, oci: Installation, serial: str, key: str) -> NextOrder:
    """Return the order that a machine is to carry out now; the same one until its outcome is told.

    :raises Forbidden: the key is not that of this machine
    """
    machine = nodes.authenticate(session, serial, key)
    order = order_queue.next_order(session, machine)
    if order is None or not _is_for(State(machine.status), order):
        return NextOrder()
    if order.state == OrderState.WAITING:
        order.state, order.changed_at = OrderState.RUNNING, datetime.now(UTC)
    return NextOrder(order=_for_agent(oci, order))


def _is_for(status: State, order: MachineOrder) -> bool:
    """Tell whether the agent that asks carries an order out.

    In the state `live` it is that of the live system; while the machine is to start that, and when
    it runs from its disk, that of the system on it.
    """
    if status is State.LIVE:
        return order.kind in AGENT_KINDS
    return status is not State.INSTALLING and order.kind == OrderKind.RESTART


def _for_agent(oci: Installation, order: MachineOrder) -> Order:
    kind = OrderKind(order.kind)
    if kind is not OrderKind.BMC:
        return Order(order_id=order.name, kind=kind)
    known = {
        name: value for name, value in order.details.items() if name in BmcProgram.model_fields
    }
    if order.sealed is not None:
        known["password"] = oci.vault.open(order.sealed)
    return Order(order_id=order.name, kind=kind, bmc=BmcProgram.model_validate(known))


def receive_outcome(session: Session, oci: Installation, told: OrderReport, key: str) -> None:
    """Note how an order goes; its outcome may be told any number of times.

    :raises Forbidden: the key is not that of this machine
    :raises NotFound: the machine has no such order
    :raises InvalidValue: this is no state that a machine can tell
    """
    machine = nodes.authenticate(session, told.serial, key)
    order = _order(session, machine, told.order_id)
    machine.last_seen = datetime.now(UTC)
    if told.state not in (OrderState.RUNNING, OrderState.DONE, OrderState.FAILED):
        raise InvalidValue("state", told.state, "running, done, failed")
    if order.state not in OPEN_STATES:
        return
    if told.state is OrderState.RUNNING:
        order.state, order.output = told.state, ending(told.output)
        order.changed_at = datetime.now(UTC)
        return
    if order.kind == OrderKind.RESTART and machine.status == State.BOOTING_LIVE:
        # Whoever started the live system has another key and reports instead.
        order_queue.close(session, machine, order, OrderState.FAILED, _STARTED_ITS_DISK)
        machine.status_reason = _STARTED_ITS_DISK
        return
    if told.state is OrderState.DONE:
        _follow_up(session, oci, machine, order)
    order_queue.close(session, machine, order, told.state, told.output)


def _follow_up(session: Session, oci: Installation, machine: Machine, order: MachineOrder) -> None:
    """Note what is different now that an order is done."""
    if order.kind == OrderKind.WIPE:
        machine.disk_key_digest, machine.disk_plan_id = None, None
    if order.kind == OrderKind.BMC and order.sealed is not None:
        if order.details.get("renews_password"):
            setting = MACHINE_SETTINGS["ipmi_password"]
            password = oci.vault.open(order.sealed)
            setting_rows.write_of_machine(session, oci.vault, machine.id, setting, password)
        order.sealed = None


def _order(session: Session, machine: Machine, order_id: str) -> MachineOrder:
    query = select(MachineOrder).where(
        MachineOrder.machine_id == machine.id, MachineOrder.name == order_id
    )
    order = session.scalar(query) if queries.is_storable(order_id) else None
    if order is None:
        present = ", ".join(row.name for row in order_queue.rows(session, machine, 10))
        raise NotFound("order", order_id, present or "none")
    return order
