"""Serves the few files that machines with Secure Boot fetch by TFTP, one of them made on request.

Each transfer has a socket and a thread of its own, so that a slow machine holds nobody up. Only
what GRUB loads comes this way, kernel and initrd are the largest of it; images go by HTTP.
"""

import ctypes
import logging
import mmap
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ocinstaller.boot import tftp
from ocinstaller.boot.errors import BootSettingError

LOG = logging.getLogger(__name__)

PORT = 69
Answer = bytes | Path
Find = Callable[[str], Answer | None]
"""What is behind a name; None when there is nothing."""

_TRANSFERS = 32
"""At the same time; further machines repeat their request until it is their turn."""
_WAIT_S, _ATTEMPTS = 1.0, 8
"""A block is repeated until it is acknowledged or the machine seems to be gone."""
_POLL_S = 0.5
_PACKET = 2048
_CLONE_NEWNET = 0x40000000
"""linux/sched.h; `os.setns` exists only from Python 3.12 on."""


class TftpServer:
    """A TFTP server on one address, with a thread for each transfer."""

    def __init__(self, address: str, find: Find, *, namespace: str = "", port: int = PORT) -> None:
        """Prepare to serve what `find` knows.

        :param namespace: name of the network namespace of the address; may be empty
        """
        self._address = address
        self._find = find
        self._namespace = namespace
        self._port = port
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(_TRANSFERS, "tftp")
        # Sockets stay where they were made; everything else, the data base too, is elsewhere.
        self._opener = ThreadPoolExecutor(1, "tftp-sockets")
        self._channel: socket.socket | None = None
        self._listener = threading.Thread(target=self._listen, name="tftp", daemon=True)

    def start(self) -> int:
        """Listen; return the port.

        :raises OSError: another program has the port, or there is no such address
        """
        self._opener.submit(self._enter).result()
        self._channel = self._opener.submit(self._open, self._port).result()
        self._listener.start()
        port: int = self._channel.getsockname()[1]
        return port

    def stop(self) -> None:
        """End, with all transfers."""
        self._stopping.set()
        if self._listener.is_alive():
            self._listener.join()
        self._pool.shutdown(cancel_futures=True)
        self._opener.shutdown()
        if self._channel is not None:
            self._channel.close()

    def _enter(self) -> None:
        """Move the calling thread to where the network is."""
        if not self._namespace:
            return
        handle = os.open(f"/run/netns/{self._namespace}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            if ctypes.CDLL(None, use_errno=True).setns(handle, _CLONE_NEWNET) != 0:
                code = ctypes.get_errno()
                raise OSError(code, f"setns to {self._namespace}: {os.strerror(code)}")
        finally:
            os.close(handle)

    def _open(self, port: int) -> socket.socket:
        channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            channel.bind((self._address, port))
        except OSError:
            channel.close()
            raise
        return channel

    def _listen(self) -> None:
        if self._channel is None:
            return
        self._channel.settimeout(_POLL_S)
        while not self._stopping.is_set():
            try:
                packet, machine = self._channel.recvfrom(_PACKET)
            except TimeoutError:
                continue
            self._pool.submit(self._answer, packet, machine)

    def _answer(self, packet: bytes, machine: tuple[str, int]) -> None:
        try:
            with self._opener.submit(self._open, 0).result() as channel:
                channel.connect(machine)
                channel.settimeout(_WAIT_S)
                self._serve(channel, packet, machine[0])
        except OSError as error:
            LOG.warning("TFTP to %s: %s", machine[0], error)
        except Exception:
            LOG.exception("TFTP to %s", machine[0])

    def _serve(self, channel: socket.socket, packet: bytes, machine: str) -> None:
        try:
            request = tftp.parse_request(packet)
        except BootSettingError as error:
            channel.send(tftp.error_packet(tftp.ILLEGAL, str(error)))
            return
        found = self._find(request.name)
        if found is None:
            channel.send(tftp.error_packet(tftp.NOT_FOUND, request.name))
            return
        with _content(found) as content:
            done = self._send(channel, request, content)
        told = {"machine": machine, "file": request.name, "whole": done}
        LOG.info("TFTP file served", extra=told)

    def _send(self, channel: socket.socket, request: tftp.ReadRequest, content: memoryview) -> bool:
        """Send a file, block by block; tell whether the machine has got all of it."""
        if request.options and not self._deliver(
            channel, tftp.options_packet(request, len(content)), 0
        ):
            return False
        # A last block that is full is followed by an empty one.
        for number in range(1, len(content) // request.block_bytes + 2):
            start = (number - 1) * request.block_bytes
            block = content[start : start + request.block_bytes]
            if not self._deliver(channel, tftp.data_packet(number, block), number):
                return False
        return True

    def _deliver(self, channel: socket.socket, packet: bytes, number: int) -> bool:
        """Send a packet until it is acknowledged; tell whether it was."""
        for _ in range(_ATTEMPTS):
            channel.send(packet)
            try:
                while not self._stopping.is_set():
                    answer = channel.recv(_PACKET)
                    if tftp.is_error(answer):
                        return False
                    # One for an earlier block came twice: it is no reason to send anything again.
                    if tftp.acknowledges(answer, number):
                        return True
            except TimeoutError:
                pass
            if self._stopping.is_set():
                return False
        return False


@contextmanager
def _content(answer: Answer) -> Iterator[memoryview]:
    """Open an answer for reading at any place, without taking a whole file into memory."""
    if isinstance(answer, bytes) or answer.stat().st_size == 0:
        with memoryview(answer if isinstance(answer, bytes) else b"") as view:
            yield view
        return
    with (
        answer.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
        memoryview(mapped) as view,
    ):
        yield view
