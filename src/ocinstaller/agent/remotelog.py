"""The installation log's way to the server: numbered lines, sent in the background.

Delivery is at least once. The server knows the number of the next line of a `plan_id`; a sender
that starts (again, after a power cut) asks for it with a batch that cannot be the next one and is
answered with the number (`LogGap`). So lines of a repeated installation continue the log.
"""

import logging
from dataclasses import dataclass
from http import HTTPStatus
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Literal

from ocinstaller.agent.backoff import delays
from ocinstaller.agent.client import Client
from ocinstaller.agent.errors import LogGap, Refused, ServerError, Unreachable
from ocinstaller.model.plan import LogBatch, LogLine

_LOG = logging.getLogger(__name__)

MOST_LINES = 200
MOST_CHARACTERS = 100_000
"""Limits of one batch."""

TEXT_LIMIT = 4000
"""Characters of one line; the limit of `LogLine.text`."""

PROBE_SEQ = 2**31 - 1
"""A number that is never the next one."""

Level = Literal["info", "warning", "error"]
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

_GATHER_S = 0.5
"""A batch waits this long for more lines."""


@dataclass(frozen=True, slots=True)
class _Line:
    step: str
    text: str
    level: Level


class RemoteLog:
    """Accepts lines at once and sends them in the background; also writes them to the journal."""

    def __init__(self, client: Client, serial: str, plan_id: str) -> None:
        self._client = client
        self._serial = serial
        self._plan_id = plan_id
        self._lines: list[_Line] = []
        self._sent = 0
        self._base: int | None = None
        self._more = Condition()
        self._closing = False
        self._away = False
        self._abandoned = Event()
        self._thread = Thread(target=self._send_all, name="log", daemon=True)

    def __enter__(self) -> "RemoteLog":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(0.0)

    @property
    def server_is_away(self) -> bool:
        """Tell whether the server gave no answer when it was last asked to take lines."""
        return self._away

    def write(self, step: str, text: str, level: Level = "info") -> None:
        """Add a line; never waits for the server."""
        printable = "".join(char if char.isprintable() else " " for char in text)[:TEXT_LIMIT]
        _LOG.log(_LEVELS[level], "%s: %s", step, printable)
        with self._more:
            self._lines.append(_Line(step, printable, level))
            self._more.notify_all()

    def close(self, timeout_s: float) -> bool:
        """Send what is left within `timeout_s`; return whether all lines arrived."""
        with self._more:
            self._closing = True
            self._more.notify_all()
        self._thread.join(timeout_s)
        self._abandoned.set()
        self._thread.join()
        if missing := len(self._lines) - self._sent:
            _LOG.warning("%d lines of the installation log did not arrive", missing)
        return not missing

    def _send_all(self) -> None:
        waits = delays()
        while not self._abandoned.is_set():
            with self._more:
                self._more.wait_for(lambda: self._closing or self._sent < len(self._lines))
                if self._sent == len(self._lines):
                    return
            try:
                self._send_some()
            except ServerError as error:
                _LOG.warning("the log was not accepted: %s", error)
                self._away = _is_no_answer(error)
                self._abandoned.wait(next(waits))
            else:
                waits = delays()
                self._away = False
                if not self._closing:
                    self._abandoned.wait(_GATHER_S)

    def _send_some(self) -> None:
        base = self._base
        batch = self._probe() if base is None else self._batch(base)
        try:
            self._client.log(LogBatch(serial=self._serial, plan_id=self._plan_id, lines=batch))
        except LogGap as gap:
            self._renumber(gap.next_seq)
            return
        if base is None:
            raise Refused(200, "the log accepted a line with a gap before it")
        self._sent += len(batch)

    def _probe(self) -> tuple[LogLine, ...]:
        return (LogLine(seq=PROBE_SEQ, step="log", text="which line is the next?"),)

    def _batch(self, base: int) -> tuple[LogLine, ...]:
        batch: list[LogLine] = []
        size = 0
        for index in range(self._sent, min(len(self._lines), self._sent + MOST_LINES)):
            line = self._lines[index]
            size += len(line.text)
            if batch and size > MOST_CHARACTERS:
                break
            seq = base + index
            batch.append(LogLine(seq=seq, step=line.step, text=line.text, level=line.level))
        return tuple(batch)

    def _renumber(self, next_seq: int) -> None:
        """Go to the line that the server expects; lines before it are there already."""
        if self._base is not None and self._base <= next_seq <= self._base + len(self._lines):
            self._sent = next_seq - self._base
        else:
            self._base = next_seq - self._sent if next_seq >= self._sent else next_seq
            self._sent = next_seq - self._base


def _is_no_answer(error: ServerError) -> bool:
    """Tell an absent server, or what stands for it before a proxy, from one that refuses."""
    if isinstance(error, Refused):
        return error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, Unreachable)
