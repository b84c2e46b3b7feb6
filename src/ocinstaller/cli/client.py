"""A small client of OCI's REST API: the standard library only, because it has to start fast."""

import base64
import http.client
import json
import os
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

_TIMEOUT_S = 30.0
_IDLE_S = 4.0
"""Seconds after which the server may be about to end a connection: uvicorn waits five."""
_REFUSED = 400
_STALE = 412
_PAGE = 5000  # the largest that the server gives
_NEXT = re.compile(r'<([^>]*)>; rel="next"')  # RFC 8288


class ClientError(Exception):
    """Something to tell the operator in one line.

    :param exit_code: of the command
    """

    exit_code = 1


class RefusedError(ClientError):
    """The server refused the request (exit code 1).

    :param field: what of the request or the object is at fault, as in the API; "" when unsaid
    """

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.field = field


class UnreachableError(ClientError):
    """The server could not be asked (exit code 3)."""

    exit_code = 3


class UsageError(ClientError):
    """An argument is malformed in a way that the parser does not see (exit code 2)."""

    exit_code = 2


@dataclass(frozen=True)
class Login:
    """Where the server is and who asks it."""

    url: str
    authorization: str = field(repr=False)
    """The value of the header of that name."""
    ca_file: str | None

    @classmethod
    def from_environment(cls) -> "Login":
        """Read OCI_API_URL, OCI_TOKEN (else OCI_LOGIN and OCI_PASS) and OCI_CACERT.

        :raises UnreachableError: when one of them but the last is missing
        """
        token = os.environ.get("OCI_TOKEN")
        names = ("OCI_API_URL",) if token else ("OCI_API_URL", "OCI_LOGIN", "OCI_PASS")
        missing = [name for name in names if not os.environ.get(name)]
        if missing:
            raise UnreachableError(
                f"set {', '.join(missing)} in the environment: "
                "the server's URL (https://…), your login and your password, or OCI_TOKEN"
            )
        url, ca_file = os.environ["OCI_API_URL"].rstrip("/"), os.environ.get("OCI_CACERT") or None
        if token:
            return cls(url, f"Bearer {token}", ca_file)
        pair = f"{os.environ['OCI_LOGIN']}:{os.environ['OCI_PASS']}".encode()
        return cls(url, f"Basic {base64.b64encode(pair).decode()}", ca_file)


def path(*parts: str) -> str:
    """Return the path of an API object, each part quoted."""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


class Client:
    """Talks to one server over one TLS connection."""

    def __init__(self, login: Login) -> None:
        """Prepare; the connection is made by the first request.

        :raises UnreachableError: the URL is not HTTPS, or the CA file cannot be read
        """
        parts = urlsplit(login.url)
        if parts.scheme != "https" or not parts.hostname:
            raise UnreachableError(f"OCI_API_URL: {login.url!r} is not an https:// URL")
        try:
            context = ssl.create_default_context(cafile=login.ca_file)
        except OSError as error:
            raise UnreachableError(f"OCI_CACERT: {login.ca_file}: {error}") from error
        self._login = login
        self._prefix = parts.path
        self._connect = partial(
            http.client.HTTPSConnection,
            parts.hostname,
            parts.port,
            timeout=_TIMEOUT_S,
            context=context,
        )
        self._connection = self._connect()
        self._used = 0.0
        self._seen: dict[str, str] = {}

    def close(self) -> None:
        """End the connection; the next request makes a new one."""
        self._connection.close()

    def get(self, target: str, **query: object) -> Any:
        """Return what the server has at `target`.

        An object that was read is changed, by this client, only as it was read.
        """
        content, headers = self._exchange(
            "GET", f"{target}?{urlencode(query, doseq=True)}" if query else target
        )
        if tag := headers.get("ETag"):
            self._seen[target] = tag
        return json.loads(content) if content else None

    def collect(self, target: str, **query: object) -> list[dict[str, Any]]:
        """Return a whole collection, page after page.

        :param query: fields to filter by; None means any value
        """
        wanted = {field: value for field, value in query.items() if value is not None}
        following: str | None = f"{target}?{urlencode({**wanted, 'limit': _PAGE})}"
        found: list[dict[str, Any]] = []
        while following:
            content, headers = self._exchange("GET", following)
            found += json.loads(content)
            link = _NEXT.search(headers.get("Link", ""))
            following = link[1] if link else None
        return found

    def post(self, target: str, body: dict[str, object] | None = None) -> Any:
        """Create something at `target`."""
        return self._request("POST", target, body)

    def put(self, target: str, body: dict[str, object]) -> Any:
        """Replace what is at `target`."""
        return self._request("PUT", target, body)

    def patch(self, target: str, body: dict[str, object]) -> Any:
        """Change something of what is at `target`."""
        return self._request("PATCH", target, body)

    def delete(self, target: str) -> Any:
        """Delete what is at `target`."""
        return self._request("DELETE", target)

    @contextmanager
    def stream(
        self, target: str, query: list[tuple[str, object]]
    ) -> Iterator[tuple[socket.socket, http.client.HTTPResponse]]:
        """Open an answer that comes bit by bit, over a connection of its own.

        :raises RefusedError: the server does not give it
        :raises UnreachableError: the server cannot be reached
        """
        connection = self._connect()
        headers = {"Authorization": self._login.authorization, "Accept": "text/event-stream"}
        try:
            try:
                connection.request(
                    "GET", f"{self._prefix}{target}?{urlencode(query)}", headers=headers
                )
                opened = connection.sock
                response = connection.getresponse()
                if response.status >= _REFUSED:
                    raise _refusal(response.status, response.read())
            except (OSError, http.client.HTTPException) as error:
                raise UnreachableError(f"{self._login.url}: {error}") from error
            yield opened, response
        finally:
            connection.close()

    def _request(self, method: str, target: str, body: dict[str, object] | None = None) -> Any:
        seen = self._tag_of(target)
        content, headers = self._exchange(method, target, body, {"If-Match": seen} if seen else {})
        if (tag := headers.get("ETag")) and target in self._seen:
            self._seen[target] = tag
        return json.loads(content) if content else None

    def _tag_of(self, target: str) -> str | None:
        """Return the tag of the object that a change at `target` is about, if it was read."""
        read = [path for path in self._seen if target == path or target.startswith(path + "/")]
        return self._seen[max(read, key=len)] if read else None

    def _exchange(
        self,
        method: str,
        target: str,
        body: dict[str, object] | None = None,
        more: dict[str, str] | None = None,
    ) -> tuple[bytes, Message]:
        headers = {
            "Authorization": self._login.authorization,
            "Accept": "application/json",
            "Content-Type": "application/json",
            **(more or {}),
        }
        payload = json.dumps(body) if body is not None else None
        if time.monotonic() - self._used > _IDLE_S:
            self.close()
        try:
            self._connection.request(method, self._prefix + target, payload, headers)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise UnreachableError(f"{self._login.url}: {error}") from error
        self._used = time.monotonic()
        if response.status >= _REFUSED:
            raise _refusal(response.status, content)
        return content, response.headers


def _refusal(status: int, content: bytes) -> RefusedError:
    """Return the explanation of a problem document (RFC 9457), or the bare status."""
    try:
        document = json.loads(content)
        detail = str(document["detail"])
        if status == _STALE:
            detail += "; nothing was done: look at it again"
        return RefusedError(detail, str(document.get("field", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        name = http.client.responses.get(status, "")
        return RefusedError(f"the server answered {status} {name}")
