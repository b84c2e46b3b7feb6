"""A caching HTTP proxy for Debian packages, with its ears in one namespace and its hands outside.

The machines of the lab reach nothing but this proxy; it fetches from the configured mirror, and
from nowhere else, through the host's own network. Packages and `by-hash` files never change and
are kept; indexes are asked for again after a short time, and served stale when the mirror is away.

Usage: python -m ocinstaller.lab.proxy --cache DIRECTORY --upstream URL …, with listening sockets
handed over as in sd_listen_fds(3).
"""

import argparse
import http.client
import re
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import ClassVar
from urllib.parse import SplitResult, urlsplit

from ocinstaller.lab import sockets
from ocinstaller.lab.cache import CHUNK_BYTES, UNKNOWN_SIZE, Cache, Download, Entry

IMMUTABLE = re.compile(r"/by-hash/|/pool/|\.u?deb$")
"""Debian's archive never changes a file below these paths."""
INDEX_LIFETIME_S = 60.0
ORIGIN_TIMEOUT_S = 60.0
CLIENT_TIMEOUT_S = 60.0
MAX_CLIENTS = 128
DEFAULT_LIMIT_BYTES = 6 * 1024**3
"""About four times what one run of the line fetches."""


@dataclass(frozen=True)
class Origin:
    """A mirror that may be fetched from.

    :ivar via: `host:port` of the HTTP proxy that leads to it, empty for the direct way.
    """

    scheme: str
    host: str
    prefix: str
    via: str = ""

    @classmethod
    def parse(cls, url: str, via: str = "") -> "Origin":
        """Read the address of a mirror.

        :raises ValueError: not an http or https URL.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"mirror {url!r} is not an address like http://host/path")
        return cls(parts.scheme, parts.netloc, parts.path.rstrip("/") + "/", via)

    def request(self, path: str, headers: dict[str, str]) -> http.client.HTTPConnection:
        """Open a connection and send a GET request for a path of this mirror."""
        target = path
        peer = self.via or self.host
        connection: http.client.HTTPConnection
        if self.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(
                peer, timeout=ORIGIN_TIMEOUT_S, context=context
            )
            if self.via:
                connection.set_tunnel(self.host)
        else:
            connection = http.client.HTTPConnection(peer, timeout=ORIGIN_TIMEOUT_S)
            if self.via:
                target = f"http://{self.host}{path}"
        connection.request("GET", target, headers={"Host": self.host, **headers})
        return connection


class Fetcher:
    """Decides between store and origin, and fetches each file once."""

    def __init__(self, cache: Cache, origins: Sequence[Origin]) -> None:
        self._cache = cache
        self._origins = origins
        self._running: dict[str, Download] = {}
        self._lock = threading.Lock()

    def origin(self, url: SplitResult) -> Origin | None:
        """The mirror that a URL belongs to, or None when it must not be fetched."""
        for origin in self._origins:
            if url.netloc == origin.host and url.path.startswith(origin.prefix):
                return origin
        return None

    def get(self, origin: Origin, path: str) -> Download:
        """A download of a path: stored, running or started now."""
        key = origin.host + path
        with self._lock:
            running = self._running.get(key)
            if running is not None and not running.ended:
                return running
            entry = self._cache.find(key)
            if entry is not None and _fresh(path, entry):
                self._cache.touch(key)
                content = self._cache.path(key).open("rb")
                download = Download(content)
                download.replace(content, entry)
                return download
            temporary = self._cache.temporary(key)
            temporary.touch()
            download = Download(temporary.open("rb"))
            self._running[key] = download
        job = _Job(key, origin, path, entry, temporary, download)
        threading.Thread(target=self._fetch, args=(job,), daemon=True).start()
        return download

    def _fetch(self, job: "_Job") -> None:
        try:
            self._transfer(job)
        except (OSError, http.client.HTTPException) as error:
            if job.old is not None and not job.download.status:
                self._serve_stored(job, job.old)
            else:
                job.download.finish(f"{type(error).__name__}: {error}")
        finally:
            job.temporary.unlink(missing_ok=True)
            with self._lock:
                if self._running.get(job.key) is job.download:
                    del self._running[job.key]

    def _transfer(self, job: "_Job") -> None:
        connection = job.origin.request(job.path, _conditions(job.old))
        try:
            answer = connection.getresponse()
            if answer.status == HTTPStatus.NOT_MODIFIED and job.old is not None:
                confirmed = replace(job.old, checked=time.time())
                self._cache.confirm(job.key, confirmed)
                self._serve_stored(job, confirmed)
            elif answer.status == HTTPStatus.OK:
                self._store(job, answer)
            else:
                job.download.begin(answer.status, None)
                job.download.finish()
        finally:
            connection.close()

    def _store(self, job: "_Job", answer: http.client.HTTPResponse) -> None:
        entry = _describe(answer)
        size = 0
        with job.temporary.open("wb") as body:
            job.download.begin(HTTPStatus.OK, entry)
            while data := answer.read1(CHUNK_BYTES):
                body.write(data)
                body.flush()
                size += len(data)
                job.download.advance(len(data))
        if entry.size not in (UNKNOWN_SIZE, size):
            raise OSError(f"{job.key} ended after {size} of {entry.size} bytes")
        self._cache.commit(job.key, job.temporary, replace(entry, size=size))
        job.download.finish()

    def _serve_stored(self, job: "_Job", entry: Entry) -> None:
        job.download.replace(self._cache.path(job.key).open("rb"), entry)


@dataclass(frozen=True)
class _Job:
    """One file to fetch.

    :ivar old: what is stored already but must be confirmed, if anything.
    """

    key: str
    origin: Origin
    path: str
    old: Entry | None
    temporary: Path
    download: Download


def _describe(answer: http.client.HTTPResponse) -> Entry:
    return Entry(
        int(answer.headers.get("Content-Length", UNKNOWN_SIZE)),
        answer.headers.get("Content-Type", ""),
        answer.headers.get("Last-Modified", ""),
        answer.headers.get("ETag", ""),
        time.time(),
    )


def _fresh(path: str, entry: Entry) -> bool:
    return bool(IMMUTABLE.search(path)) or time.time() - entry.checked < INDEX_LIFETIME_S


def _conditions(entry: Entry | None) -> dict[str, str]:
    if entry is None:
        return {}
    conditions = {"If-None-Match": entry.etag, "If-Modified-Since": entry.last_modified}
    return {name: value for name, value in conditions.items() if value}


class Handler(BaseHTTPRequestHandler):
    """One client connection."""

    protocol_version = "HTTP/1.1"
    timeout = CLIENT_TIMEOUT_S
    fetcher: ClassVar[Fetcher]

    def do_GET(self) -> None:
        """Answer with the file, from the store or as it arrives."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with the file's headers."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """One line for each request, in the lab's log of the proxy."""
        print(f"{self.address_string()} {format % args}", flush=True)

    def _answer(self, *, with_body: bool) -> None:
        url = urlsplit(self.path)
        origin = self.fetcher.origin(url)
        if origin is None or url.path.endswith("/"):
            self._refuse(HTTPStatus.FORBIDDEN, "only files of the configured mirror")
            return
        download = self.fetcher.get(origin, url.path)
        download.wait_for_answer()
        entry = download.entry
        if entry is None:
            status = download.status or HTTPStatus.BAD_GATEWAY
            self._refuse(HTTPStatus(status), download.error)
            return
        if entry.last_modified and self.headers.get("If-Modified-Since") == entry.last_modified:
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.end_headers()
            return
        self._send_headers(entry)
        if with_body:
            self._send_body(download)

    def _send_headers(self, entry: Entry) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", entry.content_type or "application/octet-stream")
        if entry.last_modified:
            self.send_header("Last-Modified", entry.last_modified)
        if entry.size != UNKNOWN_SIZE:
            self.send_header("Content-Length", str(entry.size))
        else:
            self.send_header("Connection", "close")
        self.end_headers()

    def _send_body(self, download: Download) -> None:
        try:
            for data in download.content():
                self.wfile.write(data)
        except OSError as error:
            # Headers are out: only a broken connection tells the client that this is no file.
            self.close_connection = True
            self.log_message("%s broke off: %s", self.path, error)

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        body = f"{status.value} {status.phrase}: {reason}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """A server on a socket that somebody else made, with a limited number of clients."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, handler: type[Handler]) -> None:
        super().__init__(("", 0), handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_name, self.server_port = listener.getsockname()[:2]
        self._places = threading.BoundedSemaphore(MAX_CLIENTS)

    def process_request(self, request: object, client_address: object) -> None:
        """Wait for a free place before serving the next client."""
        self._places.acquire()
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def process_request_thread(self, request: object, client_address: object) -> None:
        """Serve a client and give its place back."""
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._places.release()


def serve(
    listeners: Sequence[socket.socket], cache: Cache, origins: Sequence[Origin]
) -> list[Server]:
    """Start serving in threads of its own; returns the servers, to be shut down."""
    handler = type("BoundHandler", (Handler,), {"fetcher": Fetcher(cache, origins)})
    servers = [Server(listener, handler) for listener in listeners]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    return servers


def main() -> int:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="oci-lab-proxy", description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, metavar="DIRECTORY")
    parser.add_argument("--upstream", action="append", required=True, metavar="URL")
    parser.add_argument("--via", default="", metavar="HOST:PORT")
    parser.add_argument("--limit-bytes", type=int, default=DEFAULT_LIMIT_BYTES)
    options = parser.parse_args()
    origins = [Origin.parse(url, options.via) for url in options.upstream]
    listeners = [listener for _, listener in sockets.inherited()]
    if not listeners:
        parser.error("no listening sockets were handed over")
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    servers = serve(listeners, Cache(options.cache, options.limit_bytes), origins)
    ended.wait()
    for server in servers:
        server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
