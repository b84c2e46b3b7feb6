"""Asks a network which DHCP servers answer there: `python -m ocinstaller.drivers.dhcp_probe IF`.

Sends what a machine sends first (RFC 2131, DHCPDISCOVER) for a hardware address that nobody has,
and takes none of the offers. A process of its own, so that it can run in another network namespace.
"""

import secrets
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import IPv4Address

_SERVER_PORT, _CLIENT_PORT = 67, 68
_HEADER = struct.Struct("!BBBBIHH4s4s4s4s16s64s128s")  # RFC 2131, figure 1
_COOKIE = b"\x63\x82\x53\x63"
_REQUEST, _REPLY, _ETHERNET, _ADDRESS_LENGTH = 1, 2, 1, 6
_BROADCAST = 0x8000
_PAD, _TYPE, _SERVER, _END = 0, 53, 54, 255  # RFC 2132
_DISCOVER, _OFFER = 1, 2
_LISTEN_S = 6.0
"""Servers look first whether somebody has the address: dnsmasq(8) pings it for three seconds."""
_LIMIT_S = 15.0
_LARGEST = 4096


class ProbeError(Exception):
    """The network cannot be asked."""


def servers(interface: str, namespace: str = "") -> list[IPv4Address]:
    """Return the servers that offer addresses on an interface; takes three seconds.

    :param namespace: network namespace of the interface; empty: this process's
    :raises ProbeError: the interface does not exist, or the right to use it is missing
    """
    command = [sys.executable, "-m", __name__, interface]
    if namespace:
        command = ["nsenter", f"--net=/run/netns/{namespace}", *command]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProbeError(str(error)) from error
    if done.returncode != 0:
        raise ProbeError(done.stderr.strip().rpartition("\n")[2] or f"exit {done.returncode}")
    return [IPv4Address(line) for line in done.stdout.split()]


def discover(transaction: int, mac: bytes) -> bytes:
    """Return the request of a machine that has no address and wants the answer by broadcast."""
    nobody = bytes(4)
    header = _HEADER.pack(
        _REQUEST, _ETHERNET, _ADDRESS_LENGTH, 0, transaction, 0, _BROADCAST,
        nobody, nobody, nobody, nobody, mac, b"", b"",
    )  # fmt: skip
    return header + _COOKIE + bytes([_TYPE, 1, _DISCOVER, _END])


def offering_server(packet: bytes, transaction: int) -> IPv4Address | None:
    """Return who made an offer in this transaction; None for any other packet."""
    start = _HEADER.size + len(_COOKIE)
    if len(packet) < start or packet[_HEADER.size : start] != _COOKIE:
        return None
    operation, *_, number = _HEADER.unpack_from(packet)[:5]
    options = dict(_options(packet[start:]))
    server = options.get(_SERVER, b"")
    is_offer = options.get(_TYPE) == bytes([_OFFER]) and operation == _REPLY
    if number != transaction or not is_offer or len(server) != len(bytes(4)):
        return None
    return IPv4Address(server)


def _options(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 1 < len(data) and data[position] != _END:
        if data[position] == _PAD:
            position += 1
            continue
        end = position + 2 + data[position + 1]
        yield data[position], data[position + 2 : end]
        position = end


def _ask(interface: str) -> set[IPv4Address]:
    transaction = secrets.randbits(32)
    mac = bytes([0x02, *secrets.token_bytes(5)])  # locally administered (IEEE 802)
    found: set[IPv4Address] = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        asking.bind(("", _CLIENT_PORT))
        asking.sendto(discover(transaction, mac), ("255.255.255.255", _SERVER_PORT))
        end = time.monotonic() + _LISTEN_S
        while (left := end - time.monotonic()) > 0:
            asking.settimeout(left)
            try:
                server = offering_server(asking.recv(_LARGEST), transaction)
            except TimeoutError:
                break
            if server is not None:
                found.add(server)
    return found


def main() -> None:
    """Print the servers, one a line."""
    try:
        print(*sorted(_ask(sys.argv[1])), sep="\n")
    except OSError as error:
        sys.exit(f"{sys.argv[1]}: {error.strerror or error}")


if __name__ == "__main__":
    main()
