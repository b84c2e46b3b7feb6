"""The server's node interface over HTTPS.

Every request is a connection of its own: reports are rare, and a kept connection would have to
survive server restarts. No redirects are followed and no proxy is asked.
"""

import http.client
import json
import socket
import ssl
from typing import TypeVar
from urllib.parse import quote, urlsplit

from pydantic import ValidationError

from ocinstaller.agent.errors import BadAnswer, LogGap, Refused, Unreachable
from ocinstaller.model.certificate_wire import CertificateTurn, TurnResult
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.orders import NextOrder, Order, OrderReport
from ocinstaller.model.plan import CertificateFiles, Directive, EventReport, InstallPlan, LogBatch
from ocinstaller.model.rings.wire import RING_LIMIT, RingFiles, RingsTaken
from ocinstaller.model.wire import Document

D = TypeVar("D", bound=Document)

TIMEOUT_S = 30.0
"""Longest silence of the server within one request."""

ANSWER_LIMIT = 64 * 1024
PLAN_LIMIT = 8 * 1024 * 1024
"""Bytes of the largest answer that is read; a plan carries files and certificates."""

_PROBLEM_LIMIT = 1000
"""Characters of a problem's text that are passed on."""


class Client:
    """Speaks to one server as one machine."""

    def __init__(self, url: str, tls: ssl.SSLContext, key: str, boot_nonce: str = "") -> None:
        """Use the server at `url` (`https://host[:port][/path]`) with the machine's key."""
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or http.client.HTTPS_PORT
        self._prefix = parts.path.rstrip("/")
        self._tls = tls
        self._key = key
        self._nonce = boot_nonce

    def report(self, report: HardwareReport) -> Directive:
        """Send a report and return what to do next.

        :raises ServerError: see `ocinstaller.agent.errors`, as for the other methods
        """
        headers = {"X-OCI-Boot": self._nonce} if self._nonce else {}
        return _document(Directive, self._send("POST", "/node/v1/report", report, headers))

    def plan(self, serial: str) -> InstallPlan:
        """Fetch the installation plan."""
        path = f"/node/v1/plan?serial={quote(serial, safe='')}"
        return _document(InstallPlan, self._send("GET", path, limit=PLAN_LIMIT))

    def certificates(self, serial: str) -> CertificateFiles:
        """Fetch the files of this machine's certificates."""
        path = f"/node/v1/certificates?serial={quote(serial, safe='')}"
        return _document(CertificateFiles, self._send("GET", path, limit=PLAN_LIMIT))

    def certificate_turn(self, serial: str) -> CertificateTurn:
        """Ask whether it is this machine's turn in a roll-out of certificates."""
        path = f"/node/v1/certificate-turn?serial={quote(serial, safe='')}"
        return _document(CertificateTurn, self._send("GET", path, limit=PLAN_LIMIT))

    def turn_ended(self, result: TurnResult) -> None:
        """Tell how the turn ended."""
        self._send("POST", "/node/v1/certificate-turn", result)

    def log(self, batch: LogBatch) -> None:
        """Send lines of the log.

        :raises LogGap: the server expects another line first
        """
        self._send("POST", "/node/v1/log", batch)

    def event(self, event: EventReport) -> None:
        """Tell the server what happened."""
        self._send("POST", "/node/v1/event", event)

    def order(self, serial: str) -> Order | None:
        """Fetch the order that this machine is to carry out now."""
        path = f"/node/v1/order?serial={quote(serial, safe='')}"
        return _document(NextOrder, self._send("GET", path)).order

    def order_outcome(self, report: OrderReport) -> None:
        """Tell how an order goes, or its outcome."""
        self._send("POST", "/node/v1/order", report)

    def rings(self, serial: str) -> RingFiles:
        """Fetch which rings of Swift to have."""
        path = f"/node/v1/rings?serial={quote(serial, safe='')}"
        return _document(RingFiles, self._send("GET", path))

    def ring(self, serial: str, name: str) -> bytes:
        """Fetch the file of a ring."""
        path = f"/node/v1/rings/{quote(name, safe='')}?serial={quote(serial, safe='')}"
        return self._send("GET", path, limit=RING_LIMIT)

    def rings_taken(self, taken: RingsTaken) -> None:
        """Tell which rings this machine has."""
        self._send("POST", "/node/v1/rings", taken)

    def _send(
        self,
        method: str,
        path: str,
        document: Document | None = None,
        headers: dict[str, str] | None = None,
        limit: int = ANSWER_LIMIT,
    ) -> bytes:
        connection = http.client.HTTPSConnection(
            self._host, self._port, timeout=TIMEOUT_S, context=self._tls
        )
        body = document.model_dump_json().encode() if document is not None else None
        sent = {
            "Authorization": f"Bearer {self._key}",
            "Accept": "application/json",
            "Connection": "close",
            **({"Content-Type": "application/json"} if body is not None else {}),
            **(headers or {}),
        }
        try:
            connection.request(method, self._prefix + path, body, sent)
            response = connection.getresponse()
            answer = response.read(limit + 1)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{self._host}:{self._port}: {_reason(error)}") from error
        finally:
            connection.close()
        if len(answer) > limit:
            raise BadAnswer(f"{path}: the answer is larger than {limit} bytes")
        if response.status not in {http.client.OK, http.client.NO_CONTENT}:
            raise _refusal(response.status, answer)
        return answer


def _document(kind: type[D], answer: bytes) -> D:
    try:
        return kind.model_validate_json(answer)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadAnswer(f"not a {kind.__name__}: {where} {first['msg']}") from error


def _refusal(status: int, answer: bytes) -> Refused:
    """Understand a problem document; anything else is quoted."""
    try:
        problem = json.loads(answer)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return Refused(status, repr(answer[:200])[2:-1] or "no explanation")
    next_seq = problem.get("next_seq")
    if status == http.client.CONFLICT and isinstance(next_seq, int) and next_seq >= 0:
        return LogGap(next_seq)
    said = [str(problem[key]) for key in ("title", "detail") if problem.get(key)]
    return Refused(status, ": ".join(said)[:_PROBLEM_LIMIT] or "no explanation")


def _reason(error: Exception) -> str:
    if isinstance(error, socket.timeout):
        return f"no answer within {TIMEOUT_S:g} s"
    return str(error) or type(error).__name__
