"""The TFTP server, read by a client that asks as GRUB does, and by one that loses packets."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocinstaller.boot import tftp
from ocinstaller.drivers.tftp import Answer, TftpServer

TEXT = b"menu"


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of whole blocks, so that an empty one has to end it."""
    file = tmp_path / "initrd.img"
    file.write_bytes(bytes(range(256)) * 4 * 70)
    return file


@pytest.fixture
def port(large: Path, tmp_path: Path) -> Iterator[int]:
    (tmp_path / "empty").touch()
    known: dict[str, Answer] = {"text": TEXT, "large": large, "empty": tmp_path / "empty"}
    server = TftpServer("127.0.0.1", known.get, port=0)
    yield server.start()
    server.stop()


def read(port: int, name: str, *options: str, lose: frozenset[int] = frozenset()) -> bytes:
    """Read a file; packets with numbers of `lose` are taken for lost once."""
    content, block, lost = b"", 512, set(lose)
    words = "\0".join((name, "octet", *options))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.settimeout(20)
        channel.sendto(struct.pack("!H", tftp.READ) + words.encode() + b"\0", ("127.0.0.1", port))
        expected = 1
        while True:
            packet, server = channel.recvfrom(4096)
            code, number = struct.unpack("!HH", packet[:4])
            if code == tftp.ERROR:
                raise FileNotFoundError(packet[4:-1].decode())
            if code == tftp.OPTIONS:
                block, number = 1024, 0
            elif number in lost:
                lost.discard(number)
                continue
            elif number == expected:
                content += packet[4:]
                expected += 1
            channel.sendto(struct.pack("!HH", tftp.ACK, number), server)
            if code == tftp.DATA and len(packet) - 4 < block:
                return content


def test_what_is_made_on_request_comes_whole(port: int) -> None:
    assert read(port, "/text") == TEXT
    assert read(port, "empty") == b""


def test_a_file_of_whole_blocks_ends(port: int, large: Path) -> None:
    assert read(port, "large") == large.read_bytes()
    assert read(port, "large", "blksize", "1024", "tsize", "0") == large.read_bytes()


def test_a_lost_block_is_sent_again(port: int, large: Path) -> None:
    assert read(port, "large", lose=frozenset({2, 140})) == large.read_bytes()


def test_an_unknown_name_is_refused(port: int) -> None:
    with pytest.raises(FileNotFoundError, match="nothing"):
        read(port, "nothing")


def test_a_port_in_use_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        server = TftpServer("127.0.0.1", {}.get, port=other.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            server.start()
        server.stop()
