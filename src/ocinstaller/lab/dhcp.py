"""A DHCP client as network boot firmware has one: asks for an address and what to boot.

It speaks as iPXE does (RFC 2131, RFC 4578; iPXE's own options are encapsulated in option 175), so
that the server under test sees from a container machine what it sees from a real one.
"""

import os
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass

from ocinstaller.lab.errors import BootError

COOKIE = b"\x63\x82\x53\x63"
DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5
MESSAGE_TYPE, SERVER_ID, REQUESTED_IP, MASK, FILE = 53, 54, 50, 1, 67
PAD, END = 0, 0xFF
BROADCAST_FLAG = 0x8000
HEADER = struct.Struct("!BBBBIHH4s4s4s4s16s64s128s")
PARAMETERS = bytes([1, 3, 6, 15, 54, 60, 66, 67])
ARCHITECTURE = b"\x00\x07"
"""RFC 4578, option 93: x86-64 with UEFI, where servers let iPXE go on with a script."""
RETRY_S = 2.0


@dataclass(frozen=True)
class Lease:
    """What the server gave.

    :ivar address: with prefix length, `10.66.0.200/24`.
    :ivar boot_file: path or URL of what to boot, empty when there is nothing.
    """

    address: str
    server: str
    boot_file: str


@dataclass(frozen=True)
class _Message:
    transaction: int
    address: bytes
    boot_file: bytes
    options: dict[int, bytes]

    @property
    def kind(self) -> int:
        return self.options.get(MESSAGE_TYPE, b"\0")[0]


def ask(interface: str, mac: str, *, timeout_s: float = 30.0) -> Lease:
    """Get a lease for an interface of the calling thread's network namespace.

    :raises BootError: no server answered in time.
    """
    transaction = int.from_bytes(os.urandom(4), "big")
    deadline = time.monotonic() + timeout_s
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        channel.settimeout(RETRY_S)
        channel.bind(("0.0.0.0", 68))  # noqa: S104 - a machine without an address has no other
        while time.monotonic() < deadline:
            offer = _exchange(channel, build(DISCOVER, transaction, mac), transaction, OFFER)
            if offer is None:
                continue
            wish = {
                REQUESTED_IP: offer.address,
                SERVER_ID: offer.options.get(SERVER_ID, b""),
            }
            granted = _exchange(channel, build(REQUEST, transaction, mac, wish), transaction, ACK)
            if granted is not None:
                return _lease(granted)
    raise BootError(f"no DHCP server gave {mac} an address on {interface} in {timeout_s:.0f} s")


def build(kind: int, transaction: int, mac: str, extra: dict[int, bytes] | None = None) -> bytes:
    """A message of the client."""
    hardware = bytes.fromhex(mac.replace(":", ""))
    none = bytes(4)
    head = HEADER.pack(
        *(1, 1, 6, 0, transaction, 0, BROADCAST_FLAG, none, none, none, none),
        *(hardware.ljust(16, b"\0"), bytes(64), bytes(128)),
    )
    options = {
        MESSAGE_TYPE: bytes([kind]),
        55: PARAMETERS,
        60: b"PXEClient:Arch:00007:UNDI:003010",
        77: b"iPXE",
        93: ARCHITECTURE,
        175: b"\x13\x01\x01",  # iPXE feature "http"
        **(extra or {}),
    }
    encoded = b"".join(bytes([code, len(value)]) + value for code, value in options.items())
    return head + COOKIE + encoded + b"\xff"


def _exchange(
    channel: socket.socket, message: bytes, transaction: int, expected: int
) -> _Message | None:
    channel.sendto(message, ("255.255.255.255", 67))
    deadline = time.monotonic() + RETRY_S
    while time.monotonic() < deadline:
        try:
            answer = parse(channel.recv(4096))
        except TimeoutError:
            return None
        if answer and answer.transaction == transaction and answer.kind == expected:
            return answer
    return None


def parse(packet: bytes) -> _Message | None:
    """Read a server's message; None when it is none."""
    if len(packet) < HEADER.size + len(COOKIE) or packet[HEADER.size :][:4] != COOKIE:
        return None
    fields = HEADER.unpack(packet[: HEADER.size])
    transaction, yours, boot_file = fields[4], fields[8], fields[13]
    options = dict(_options(packet[HEADER.size + 4 :]))
    return _Message(transaction, yours, options.get(FILE, boot_file), options)


def _options(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(data) and data[position] != END:
        code = data[position]
        if code == PAD:
            position += 1
            continue
        length = data[position + 1] if position + 1 < len(data) else 0
        yield code, data[position + 2 : position + 2 + length]
        position += 2 + length


def _lease(message: _Message) -> Lease:
    mask = int.from_bytes(message.options.get(MASK, b"\xff\xff\xff\x00"), "big")
    return Lease(
        f"{socket.inet_ntoa(message.address)}/{mask.bit_count()}",
        socket.inet_ntoa(message.options[SERVER_ID]),
        message.boot_file.rstrip(b"\0").decode("ascii", errors="replace"),
    )
