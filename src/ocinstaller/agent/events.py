"""Telling the server what happened, until it knows."""

import logging
from http import HTTPStatus
from threading import Event

from ocinstaller.agent.backoff import persist
from ocinstaller.agent.client import Client
from ocinstaller.agent.errors import Refused, ServerError
from ocinstaller.model.plan import EventReport, InstallEvent

_LOG = logging.getLogger(__name__)

REASON_LIMIT = 4000
"""Characters of `EventReport.reason`."""

_FINAL = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.GONE,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
"""Answers that the same event would get again."""


class Events:
    """Sends the events of one machine."""

    def __init__(self, client: Client, serial: str, stop: Event) -> None:
        self._client = client
        self._serial = serial
        self._stop = stop

    def send(self, event: InstallEvent, plan_id: str, reason: str = "") -> None:
        """Send an event; repeat it while the server is away or does not know the key yet.

        :raises Refused: the server will never accept this event
        :raises Stopped: the agent was asked to stop
        """
        report = EventReport(
            serial=self._serial, event=event, plan_id=plan_id, reason=reason[:REASON_LIMIT]
        )
        persist(lambda: self._client.event(report), retry=self._may_help, stop=self._stop)
        _LOG.info("the server knows: %s", event.value)

    def _may_help(self, error: Exception) -> bool:
        if not isinstance(error, ServerError):
            return False
        if isinstance(error, Refused) and error.status in _FINAL:
            return False
        _LOG.warning("the event was not accepted, trying again: %s", error)
        return True
