"""TFTP as GRUB and firmware speak it (RFC 1350, options of RFC 2347 to 2349): its packets.

GRUB that Debian signs has TFTP built in, but neither HTTP nor, with Secure Boot, a way to load it.
"""

import re
import struct
from dataclasses import dataclass

from ocinstaller.boot.errors import BootSettingError

READ, DATA, ACK, ERROR, OPTIONS = 1, 3, 4, 5, 6
"""Operation codes."""
NOT_FOUND, ILLEGAL = 1, 4
"""Error codes."""

PLAIN_BLOCK = 512
LARGEST_BLOCK = 1428
"""With its headers a block fits into an Ethernet frame, tunnels included: no fragments."""
_SMALLEST_BLOCK = 8
_NUMBERS = 65536


@dataclass(frozen=True)
class ReadRequest:
    """What a machine wants to read."""

    name: str
    """Without the slashes at its beginning."""
    block_bytes: int
    options: tuple[str, ...]
    """The options that are granted, in the order of the request."""


def parse_request(packet: bytes) -> ReadRequest:
    """Understand the first packet of a machine.

    :raises BootSettingError: it is no request to read
    """
    words = packet[2:].split(b"\0")
    if packet[:2] != struct.pack("!H", READ) or len(words) < 3:  # noqa: PLR2004 - name, mode, end
        raise BootSettingError("request", packet[:40].hex(), "a read request of TFTP")
    name, _mode, *rest = (word.decode("ascii", errors="replace") for word in words[:-1])
    asked = dict(zip((option.lower() for option in rest[::2]), rest[1::2], strict=False))
    size = asked.get("blksize", "")
    wanted = int(size) if re.fullmatch("[0-9]{1,5}", size) else 0
    larger = wanted >= _SMALLEST_BLOCK
    granted = tuple(
        option for option in asked if option == "tsize" or (option == "blksize" and larger)
    )
    block = min(wanted, LARGEST_BLOCK) if larger else PLAIN_BLOCK
    return ReadRequest(name.lstrip("/"), block, granted)


def options_packet(request: ReadRequest, size: int) -> bytes:
    """Tell a machine which of its options hold, and how long the file is."""
    values = {"tsize": size, "blksize": request.block_bytes}
    text = "".join(f"{option}\0{values[option]}\0" for option in request.options)
    return struct.pack("!H", OPTIONS) + text.encode()


def data_packet(number: int, content: bytes | memoryview) -> bytes:
    """One block; numbers of long files start over at 0."""
    return struct.pack("!HH", DATA, number % _NUMBERS) + content


def error_packet(code: int, text: str) -> bytes:
    """Refuse a request."""
    return struct.pack("!HH", ERROR, code) + text.encode("ascii", errors="replace") + b"\0"


def acknowledges(packet: bytes, number: int) -> bool:
    """Tell whether a machine has got a block, or with 0 the options."""
    return packet[:4] == struct.pack("!HH", ACK, number % _NUMBERS)


def is_error(packet: bytes) -> bool:
    """Tell whether a machine has enough: it asks for a size only, for instance."""
    return packet[:2] == struct.pack("!H", ERROR)
