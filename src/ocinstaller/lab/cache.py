"""The store of the package proxy: files by URL, complete or absent, bounded in size.

A download goes to a temporary file and is renamed when it is complete, so a killed proxy leaves
nothing half-done behind. Files that several clients want at once are fetched once: each client
reads what has arrived so far.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

CHUNK_BYTES = 256 * 1024
UNKNOWN_SIZE = -1
"""Size of a file whose origin did not announce it; never that of a stored one."""
STALL_S = 120.0
"""How long a reader waits for the next byte of a running download."""


@dataclass(frozen=True)
class Entry:
    """What is known about a stored file besides its content.

    :ivar checked: when the origin last confirmed it, in seconds of Unix time.
    """

    size: int
    content_type: str
    last_modified: str
    etag: str
    checked: float


class Download:
    """A file on its way: written by one thread, read by any number.

    :param content: the file open for reading; it stays good when the file is renamed or removed.
    """

    def __init__(self, content: BinaryIO) -> None:
        self.entry: Entry | None = None
        self.status = 0
        self.error = ""
        self._content = content
        self._written = 0
        self._done = False
        self._changed = threading.Condition()

    @property
    def ended(self) -> bool:
        """Tell whether nothing more comes."""
        with self._changed:
            return self._done

    def begin(self, status: int, entry: Entry | None) -> None:
        """Tell the readers what the origin answered; 0 stays when it did not answer."""
        with self._changed:
            self.status, self.entry = status, entry
            self._changed.notify_all()

    def advance(self, size: int) -> None:
        """Tell the readers that `size` more bytes are in the file."""
        with self._changed:
            self._written += size
            self._changed.notify_all()

    def finish(self, error: str = "") -> None:
        """Tell the readers that nothing more comes."""
        with self._changed:
            self.error, self._done = error, True
            self._changed.notify_all()

    def replace(self, content: BinaryIO, entry: Entry) -> None:
        """Let the readers have a complete file instead of what the origin sends."""
        self._content = content
        self.begin(HTTPStatus.OK, entry)
        self.advance(entry.size)
        self.finish()

    def wait_for_answer(self) -> None:
        """Return when the origin has answered or failed."""
        with self._changed:
            self._changed.wait_for(lambda: self.status or self._done, timeout=STALL_S)

    def content(self) -> Iterator[bytes]:
        """The content as it arrives.

        :raises OSError: the download failed or stalled before its end.
        """
        position = 0
        while self._wait_beyond(position):
            # Positioned reads: the readers share one descriptor.
            data = os.pread(self._content.fileno(), CHUNK_BYTES, position)
            position += len(data)
            yield data
        if self.error:
            raise OSError(self.error)

    def _wait_beyond(self, position: int) -> bool:
        """Wait for bytes after a position; False at the end."""
        with self._changed:
            if not self._changed.wait_for(
                lambda: self._written > position or self._done, timeout=STALL_S
            ):
                raise OSError(f"no data for {STALL_S:.0f} s")
            return self._written > position


class Cache:
    """Files below a directory, each with a description beside it.

    :param limit_bytes: the least recently used files go when the sum exceeds this.
    """

    def __init__(self, directory: Path, limit_bytes: int) -> None:
        self._directory = directory
        self._limit_bytes = limit_bytes
        directory.mkdir(parents=True, exist_ok=True)
        for partial in directory.glob("**/*.part-*"):
            owner = partial.name.rpartition(".part-")[2].partition("-")[0]
            if not Path("/proc", owner).exists():
                partial.unlink(missing_ok=True)

    def path(self, url_path: str) -> Path:
        """Where the content of `host/path` is kept."""
        parts = [_file_name(part) for part in url_path.split("/") if part]
        return self._directory.joinpath(*parts[:-1], f"{parts[-1]}.body")

    def temporary(self, url_path: str) -> Path:
        """A new name beside the final one, for a download."""
        path = self.path(url_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.with_name(f"{path.name}.part-{os.getpid()}-{time.monotonic_ns()}")

    def find(self, url_path: str) -> Entry | None:
        """The description of a complete stored file, or None."""
        path = self.path(url_path)
        try:
            entry = Entry(**json.loads(path.with_suffix(".meta").read_text()))
            complete = path.stat().st_size == entry.size
        except (OSError, ValueError, TypeError):
            return None
        return entry if complete else None

    def commit(self, url_path: str, temporary: Path, entry: Entry) -> None:
        """Make a complete download the stored file."""
        path = self.path(url_path)
        path.with_suffix(".meta").unlink(missing_ok=True)
        temporary.replace(path)
        self.confirm(url_path, entry)
        self.evict()

    def confirm(self, url_path: str, entry: Entry) -> None:
        """Record that the origin confirmed the stored file."""
        meta = self.path(url_path).with_suffix(".meta")
        temporary = meta.with_name(f"{meta.name}.part-{os.getpid()}-{time.monotonic_ns()}")
        temporary.write_text(json.dumps(asdict(entry)))
        temporary.replace(meta)

    def touch(self, url_path: str) -> None:
        """Record a use, which keeps the file longer."""
        with suppress(OSError):
            os.utime(self.path(url_path))

    def evict(self) -> None:
        """Remove what was used longest ago until the limit holds."""
        files = []
        for path in self._directory.glob("**/*.body"):
            with suppress(OSError):
                status = path.stat()
                files.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._limit_bytes:
                break
            path.with_suffix(".meta").unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            total -= size


def _file_name(segment: str) -> str:
    """A file name for one segment of a URL, never one that leads out of its directory."""
    quoted = quote(segment, safe="+~:")
    return quoted.replace(".", "%2E") if not segment.strip(".") else quoted
