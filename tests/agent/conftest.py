"""Fixtures of the agent's tests."""

import functools
import http.server
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .install.world import DISK_MIB, MIB, Image, LoopDisk, small_system
from .server import Answer, Authority, Request, Server

StartServer = Callable[..., Server]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def start_server(authority: Authority) -> Iterator[StartServer]:
    """Start servers that end with the test."""
    started: list[Server] = []

    def start(handler: Callable[[Request], Answer], *, tls: bool = True) -> Server:
        server = Server(handler)
        server.start(authority if tls else None)
        started.append(server)
        return server

    try:
        yield start
    finally:
        for server in started:
            server.stop()


@pytest.fixture
def make_disk(tmp_path: Path) -> Iterator[Callable[..., LoopDisk]]:
    disks: list[LoopDisk] = []

    def make(*options: str, size_bytes: int = DISK_MIB * MIB) -> LoopDisk:
        disk = LoopDisk(tmp_path / f"disk-{len(disks)}.img", size_bytes, *options)
        disks.append(disk)
        return disk

    try:
        yield make
    finally:
        for disk in disks:
            disk.detach()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests' output is theirs."""


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve a directory on the loopback; returns the address."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(directory: Path) -> str:
        handler = functools.partial(_Quiet, directory=str(directory))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    try:
        yield start
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> Image:
    base = tmp_path_factory.mktemp("image")
    small_system(base / "root")
    file = base / "www/filesystem.squashfs"
    file.parent.mkdir()
    argv = ["mksquashfs", str(base / "root"), str(file), "-quiet", "-no-progress", "-comp", "gzip"]
    subprocess.run(argv, check=True, capture_output=True, timeout=120)
    return Image(f"{serve(file.parent)}/{file.name}", file)
