"""The console's client against a server that speaks TLS, WebSocket and RFB as Nova's proxy does."""

import base64
import hashlib
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocinstaller.lab import console_client
from ocinstaller.pki.authority import Authority

ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3


class Proxy:
    """Serves one page, then one screen.

    :ivar refusal: the security result that the client gets; 0 lets it in.
    """

    def __init__(self, directory: Path) -> None:
        authority = Authority(directory, key_type="ecdsa", leaf_days=2)
        authority.ensure()
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue(["localhost"], [])
        trusted.load_cert_chain(authority.bundle_file("localhost"))
        (directory / "root.pem").write_text(authority.root_pem())
        self.root = directory / "root.pem"
        self.refusal = 0
        self.page = b"<title>noVNC</title>"
        self.asked: list[str] = []
        self._context = trusted
        self._listener = socket.create_server(("localhost", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
                with self._context.wrap_socket(plain, server_side=True) as client:
                    self._answer(client)
            except ssl.SSLError:
                continue
            except OSError:
                return

    def _answer(self, client: ssl.SSLSocket) -> None:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            request += client.recv(4096)
        lines = request.decode().split("\r\n")
        self.asked.append(lines[0].split()[1])
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        if "Sec-WebSocket-Key" not in headers:
            head = (
                f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(self.page)}\r\n\r\n"
            )
            client.sendall(head.encode() + self.page)
            return
        key = (headers["Sec-WebSocket-Key"] + ACCEPT).encode()
        digest = hashlib.sha1(key, usedforsecurity=False).digest()
        accept = base64.b64encode(digest).decode()
        client.sendall(
            f"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        self._screen(client)

    def _screen(self, client: ssl.SSLSocket) -> None:
        def say(data: bytes) -> None:
            client.sendall(bytes((0x82, len(data))) + data)

        def hear() -> bytes:
            head = client.recv(2)
            mask, masked = client.recv(4), client.recv(head[1] & 0x7F)
            return bytes(byte ^ mask[place % 4] for place, byte in enumerate(masked))

        say(b"RFB 003")
        say(b".008\n")
        assert hear() == b"RFB 003.008\n"
        say(b"\x01\x01")
        assert hear() == b"\x01"
        say(struct.pack(">I", self.refusal))
        if self.refusal:
            return
        assert hear() == b"\x01"
        say(struct.pack(">HH16sI4s", 720, 400, bytes(16), 4, b"QEMU"))


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    found = Proxy(tmp_path)
    yield found
    found.close()


def browse(proxy: Proxy, *more: str, trust: bool = True) -> subprocess.CompletedProcess[str]:
    url = f"https://localhost:{proxy.port}/novnc/vnc_lite.html?path=%3Ftoken%3Dsecret"
    trusted = {"SSL_CERT_FILE": str(proxy.root)} if trust else {}
    return subprocess.run(
        [sys.executable, console_client.__file__, *more],
        input=url,
        env={**os.environ, **trusted},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_screens_size_comes_through_the_pages_own_path(proxy: Proxy) -> None:
    found = browse(proxy)
    assert (found.stdout, found.returncode) == ("720x400\n", 0), found.stderr
    assert proxy.asked == ["/novnc/vnc_lite.html?path=%3Ftoken%3Dsecret", "/?token=secret"]


def test_the_page_alone_needs_no_screen(proxy: Proxy) -> None:
    assert browse(proxy, "page").returncode == 0
    assert len(proxy.asked) == 1


def test_another_page_is_an_error(proxy: Proxy) -> None:
    proxy.page = b"<title>404</title>"
    found = browse(proxy)
    assert found.returncode and "not noVNC's" in found.stderr


def test_a_refused_screen_is_an_error(proxy: Proxy) -> None:
    proxy.refusal = 1
    found = browse(proxy)
    assert found.returncode and "refused" in found.stderr


def test_a_certificate_of_nobody_is_an_error(proxy: Proxy) -> None:
    found = browse(proxy, trust=False)
    assert found.returncode and "CERTIFICATE_VERIFY_FAILED" in found.stderr


def test_plain_http_is_an_error() -> None:
    found = subprocess.run(
        [sys.executable, console_client.__file__],
        input="http://localhost/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert found.returncode and "no https URL" in found.stderr
