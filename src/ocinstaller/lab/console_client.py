"""A browser's part in showing a virtual machine's screen, as far as it proves the way there.

It runs outside with Python's standard library alone. Its input is the URL that Nova gave, which has
the token that opens the screen. The page comes over TLS; then a WebSocket to the same server
carries the screen's protocol (RFB, RFC 6143) up to the size of the screen, which only the machine's
own VNC server knows.
"""

import base64
import os
import socket
import ssl
import struct
import sys
import urllib.request
from urllib.parse import parse_qs, urlsplit

TIMEOUT_S = 60.0
VERSION = b"RFB 003.008\n"
NONE = b"\x01"
_SECOND_LENGTH, _LONGEST_SHORT = 126, 125


class Screen:
    """The WebSocket (RFC 6455), binary, as a stream."""

    def __init__(self, host: str, port: int, path: str) -> None:
        trusting = ssl.create_default_context()
        plain = socket.create_connection((host, port), TIMEOUT_S)
        self._socket = trusting.wrap_socket(plain, server_hostname=host)
        self._received = b""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            f"GET {path} HTTP/1.1",
            f"Host: {host}",
            f"Origin: https://{host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: binary",
        )
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self._some(1)
        status = answer.split(b"\r\n")[0].decode()
        if " 101 " not in status:
            sys.exit(f"the WebSocket is refused: {status}")

    def send(self, data: bytes) -> None:
        """Send a few bytes; clients mask what they send."""
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
        self._socket.sendall(bytes((0x82, 0x80 | len(data))) + mask + masked)

    def receive(self, count: int) -> bytes:
        """Receive exactly so many bytes."""
        while len(self._received) < count:
            self._received += self._frame()
        found, self._received = self._received[:count], self._received[count:]
        return found

    def _frame(self) -> bytes:
        length = self._whole(2)[1] & 0x7F
        if length > _LONGEST_SHORT:
            short = length == _SECOND_LENGTH
            length = struct.unpack(">H" if short else ">Q", self._whole(2 if short else 8))[0]
        return self._whole(length)

    def _whole(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            found += self._some(count - len(found))
        return found

    def _some(self, count: int) -> bytes:
        found = self._socket.recv(count)
        if not found:
            sys.exit("the screen's connection was closed")
        return found


def page(url: str) -> None:
    """Load noVNC's page."""
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - https, see main
        if b"noVNC" not in answer.read():
            sys.exit("the page is not noVNC's")


def size(url: str) -> tuple[int, int]:
    """Go as far as the screen's width and height."""
    address = urlsplit(url)
    path = parse_qs(address.query)["path"][0]
    screen = Screen(address.hostname or "", address.port or 443, f"/{path.lstrip('/')}")
    if screen.receive(len(VERSION)) != VERSION:
        sys.exit("no RFB 3.8")
    screen.send(VERSION)
    kinds = screen.receive(screen.receive(1)[0])
    if NONE not in kinds:
        sys.exit(f"the proxy offers {kinds!r}")
    screen.send(NONE)
    if any(screen.receive(4)):
        sys.exit("the screen's server refused")
    screen.send(b"\x01")
    width, height = struct.unpack(">HH", screen.receive(4))
    return width, height


def main() -> None:
    """Load the page and, unless told `page`, go on to the screen."""
    url = sys.stdin.read().strip()
    if not url.startswith("https://"):
        sys.exit(f"{url.partition('?')[0]} is no https URL")
    page(url)
    if "page" not in sys.argv[1:]:
        width, height = size(url)
        print(f"{width}x{height}")


if __name__ == "__main__":
    main()
