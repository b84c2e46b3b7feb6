"""Writing files so that a crash leaves the old content or the new, never a part."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_atomic(path: Path, content: bytes, *, mode: int) -> None:
    """Replace `path` with `content`; it has `mode` from its first moment and is durable on return.

    Parents are made with mode 0755.
    """
    with _temporary_sibling(path, content, mode) as temporary:
        temporary.replace(path)
    _sync_directory(path.parent)


def create_once(path: Path, content: bytes, *, mode: int) -> None:
    """Make `path` with `content` unless it exists; of several writers the first wins."""
    if path.exists():
        return
    with _temporary_sibling(path, content, mode) as temporary:
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            return
    _sync_directory(path.parent)


@contextmanager
def _temporary_sibling(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            os.fchmod(stream.fileno(), mode)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
