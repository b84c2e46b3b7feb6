"""The queue of a machine's orders: adding, closing, and what the oldest one means for a report."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.model.errors import Conflict
from ocinstaller.model.orders import OPEN_STATES, OrderKind, OrderState, ending
from ocinstaller.store.order_tables import MachineOrder
from ocinstaller.store.tables import Machine
from ocinstaller.store.vault import Vault

_MOST_PASSWORDS = 3
"""A BMC locks a user out after some wrong ones."""

KEPT = 50
"""So many of a machine's newest orders are kept."""


@dataclass(frozen=True)
class OrderView:
    """An order and how it goes."""

    id: str
    kind: str
    state: str
    details: Mapping[str, object]
    """What it is about, without what is secret."""
    output: str
    created_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, row: MachineOrder) -> "OrderView":
        """Return the row as a view."""
        return cls(
            id=row.name,
            kind=row.kind,
            state=row.state,
            details=row.details,
            output=row.output,
            created_at=row.created_at,
            changed_at=row.changed_at,
        )


def add(
    session: Session,
    machine: Machine,
    kind: OrderKind,
    details: Mapping[str, object] | None = None,
    sealed: bytes | None = None,
) -> MachineOrder:
    """Add an order behind those that the machine has."""
    now = datetime.now(UTC)
    order = MachineOrder(
        name=str(uuid.uuid4()),
        machine_id=machine.id,
        kind=kind,
        state=OrderState.WAITING,
        details=dict(details or {}),
        sealed=sealed,
        output="",
        created_at=now,
        changed_at=now,
    )
    session.add(order)
    session.flush()
    _forget_old(session, machine)
    _note_next(session, machine)
    return order


def rows(session: Session, machine: Machine, limit: int = KEPT) -> list[MachineOrder]:
    """Return the newest orders of a machine, newest first."""
    query = select(MachineOrder).where(MachineOrder.machine_id == machine.id)
    return list(session.scalars(query.order_by(MachineOrder.id.desc()).limit(limit)))


def views(session: Session, machine: Machine, limit: int = KEPT) -> list[OrderView]:
    """Return the newest orders of a machine, newest first."""
    return [OrderView.of(row) for row in rows(session, machine, limit)]


def open_orders(session: Session, machine: Machine) -> list[MachineOrder]:
    """Return the orders of a machine that have no outcome, oldest first."""
    query = select(MachineOrder).where(
        MachineOrder.machine_id == machine.id, MachineOrder.state.in_(OPEN_STATES)
    )
    return list(session.scalars(query.order_by(MachineOrder.id)))


def next_order(session: Session, machine: Machine) -> MachineOrder | None:
    """Return the oldest order of a machine that has no outcome."""
    if machine.open_order is None:
        return None
    return next(iter(open_orders(session, machine)), None)


def is_ordered(session: Session, machine: Machine, kind: OrderKind) -> bool:
    """Tell whether a machine has an open order of a kind."""
    return any(order.kind == kind for order in open_orders(session, machine))


def check_free(machine: Machine, wanted: str) -> None:
    """Refuse what would come in the way of an order that a machine has.

    :param wanted: what was asked for, as a noun
    :raises Conflict: naming the order
    """
    if machine.open_order is not None:
        raise Conflict(
            f"{wanted}: machine {machine.serial} has an open order: {machine.open_order}",
            field="order",
            value=machine.open_order,
            allowed="first wait for its outcome (machine-orders), or machine-order-cancel",
        )


def close(
    session: Session, machine: Machine, order: MachineOrder, state: OrderState, output: str = ""
) -> None:
    """Give an order its outcome; what was ordered after one that was not done is cancelled."""
    order.state, order.changed_at = state, datetime.now(UTC)
    order.output = ending(output) or order.output
    if state is not OrderState.DONE:
        for later in open_orders(session, machine):
            if later.id > order.id:
                later.state, later.changed_at = OrderState.CANCELLED, order.changed_at
                later.output = f"cancelled: {order.kind}, ordered before it, is {state}"
    session.flush()
    _note_next(session, machine)


def restarted(session: Session, machine: Machine, *, new_key: bool) -> bool:
    """Tell whether a machine that reports has carried out an order to restart; else it has none.

    It is the live system that reports. That makes a key at each start, so a machine that still has
    the key that it had when it was told to restart has not done so.
    """
    order = next_order(session, machine)
    if order is None or order.kind != OrderKind.RESTART:
        return True
    if new_key:
        close(session, machine, order, OrderState.DONE)
        return True
    if order.state == OrderState.WAITING:
        order.state, order.changed_at = OrderState.RUNNING, datetime.now(UTC)
    return False


def unknown_passwords(session: Session, vault: Vault, machine: Machine) -> tuple[str, ...]:
    """Return the newest passwords of which nobody knows whether the machine's BMC took them."""
    query = (
        select(MachineOrder.sealed)
        .where(
            MachineOrder.machine_id == machine.id,
            MachineOrder.kind == OrderKind.BMC,
            MachineOrder.state != OrderState.WAITING,
            MachineOrder.sealed.is_not(None),
        )
        .order_by(MachineOrder.id.desc())
        .limit(_MOST_PASSWORDS)
    )
    return tuple(vault.open(sealed) for sealed in session.scalars(query) if sealed)


def _note_next(session: Session, machine: Machine) -> None:
    order = next(iter(open_orders(session, machine)), None)
    machine.open_order = order.kind if order else None


def _forget_old(session: Session, machine: Machine) -> None:
    for row in rows(session, machine, KEPT * 2)[KEPT:]:
        if row.state not in OPEN_STATES:
            session.delete(row)
