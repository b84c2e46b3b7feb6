"""Orders: what an operator has one machine do once, and how it goes.

An order lies in the data base from the moment it is given until the machine has told its outcome.
The machine may be told of it any number of times (a lost answer, a restarted server or agent): its
number is the same each time, and the agent keeps the outcome under that number.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from ocinstaller.model.bmc_programming import BmcProgram
from ocinstaller.model.hardware import Serial
from ocinstaller.model.wire import Document

OUTPUT_LIMIT = 16_000
"""Characters of an order's output that are kept: the last ones."""


class OrderKind(StrEnum):
    """What can be ordered."""

    RESTART = "restart"
    """Restart the system that runs. A live system has done so when it reports with a new key; an
    installed one says so itself."""
    WIPE = "wipe"
    """Erase all disks; carried out by the live system."""
    BMC = "bmc"
    """Set address or user in the machine's BMC; carried out by the live system."""
    INSTALL = "install"
    """Begin the installation once the machine runs the live system; the server does that."""


class OrderState(StrEnum):
    """How far an order is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({OrderState.WAITING, OrderState.RUNNING})
"""States of orders that are still to have an outcome."""

AGENT_KINDS = frozenset({OrderKind.WIPE, OrderKind.BMC})
"""Orders that the agent of the live system fetches and carries out; that of an installed system
takes none but `restart`."""

OrderId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]


class Order(Document):
    """An order as the agent gets it."""

    order_id: OrderId
    kind: OrderKind
    bmc: BmcProgram | None = None
    """What an order of kind `bmc` sets."""


class NextOrder(Document):
    """The order that the machine is to carry out now, if there is one."""

    order: Order | None = None


class OrderReport(Document):
    """How an order goes: running with what it said so far, or its outcome."""

    serial: Serial
    order_id: OrderId
    state: OrderState
    output: Annotated[str, StringConstraints(max_length=OUTPUT_LIMIT)] = Field(default="")


def ending(text: str) -> str:
    """Return the end of an output, as much of it as is kept."""
    return text if len(text) <= OUTPUT_LIMIT else "…" + text[1 - OUTPUT_LIMIT :]
