"""Carrying out an order of the server: once, however often it is told of.

The outcome is kept under the order's number before it is sent, so that an agent that was restarted,
or whose message was lost, tells it again instead of doing the work again. Work that a power cut
interrupts has no outcome and is done again from the start: every worker must bear that.
"""

import logging
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from threading import Event

from pydantic import ValidationError

from ocinstaller.agent.backoff import persist
from ocinstaller.agent.client import Client
from ocinstaller.agent.errors import AgentError, Refused, ServerError, Stopped
from ocinstaller.agent.files import write_atomically
from ocinstaller.model.orders import Order, OrderKind, OrderReport, OrderState, ending

_LOG = logging.getLogger(__name__)

OUTCOMES = Path("/run/oci/orders")
"""Where outcomes are kept: as long as the live system runs, as the key of the machine is."""

_PROGRESS_S = 2.0
"""Seconds between two messages about an order that takes its time."""

_FINAL = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})
"""Answers that the same outcome would get again."""

Log = Callable[[str], None]
"""Takes a line of an order's output."""

Worker = Callable[[Order, Log], None]
"""Carries an order out; raises when that is impossible."""


class _Output:
    """What an order has said so far; tells the server of it now and then, if it listens."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._lines: list[str] = []
        self._told = time.monotonic()

    @property
    def text(self) -> str:
        return ending("\n".join(self._lines))

    def __call__(self, line: str) -> None:
        _LOG.info("%s", line)
        self._lines.append(line)
        if time.monotonic() - self._told >= _PROGRESS_S:
            self._told = time.monotonic()
            try:
                self._tell(self.text)
            except ServerError as error:
                _LOG.warning("the server was not told how the order goes: %s", error)


def obey(
    client: Client,
    serial: str,
    stop: Event,
    workers: Mapping[OrderKind, Worker],
    outcomes: Path = OUTCOMES,
) -> bool:
    """Fetch the order, carry it out unless that was done, and tell the outcome until it is known.

    :returns: whether there was one
    :raises ServerError: the order cannot be fetched, or its outcome is refused for good
    :raises Stopped: the agent was asked to stop
    """
    order = client.order(serial)
    if order is None:
        return False
    file = outcomes / f"{order.order_id}.json"
    outcome = _kept(file)
    if outcome is None:
        outcome = _carry_out(client, serial, order, workers)
        outcomes.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(file, outcome.model_dump_json().encode(), mode=0o600)
    told = outcome
    persist(lambda: client.order_outcome(told), retry=_may_help, stop=stop)
    _LOG.info("the server knows: order %s is %s", order.order_id, told.state.value)
    return True


def _kept(file: Path) -> OrderReport | None:
    try:
        return OrderReport.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        _LOG.warning("%s cannot be read: the order is carried out again", file)
        return None


def _carry_out(
    client: Client, serial: str, order: Order, workers: Mapping[OrderKind, Worker]
) -> OrderReport:
    def report(state: OrderState, output: str) -> OrderReport:
        return OrderReport(
            serial=serial, order_id=order.order_id, state=state, output=ending(output)
        )

    _LOG.info("order %s: %s", order.order_id, order.kind.value)
    output = _Output(lambda text: client.order_outcome(report(OrderState.RUNNING, text)))
    worker = workers.get(order.kind)
    try:
        if worker is None:
            raise AgentError(f"this agent cannot carry out {order.kind.value}")
        worker(order, output)
    except Stopped:
        raise
    except Exception as error:
        known = isinstance(error, AgentError)
        output(str(error) if known else f"{type(error).__name__}: {error}")
        return report(OrderState.FAILED, output.text)
    return report(OrderState.DONE, output.text)


def _may_help(error: Exception) -> bool:
    if not isinstance(error, ServerError):
        return False
    if isinstance(error, Refused) and error.status in _FINAL:
        return False
    _LOG.warning("the outcome was not accepted, trying again: %s", error)
    return True
