"""Files that are there completely or not at all, whatever happens in between."""

import os
from pathlib import Path


def write_atomically(
    path: Path, content: bytes, *, mode: int, uid: int = -1, gid: int = -1
) -> None:
    """Write a file so that neither a crash nor a power cut leaves half of it.

    Mode and owner are set before there is content, so that a secret is never readable for others.
    The temporary name is always the same, so that the next attempt replaces what a crash left.

    :raises OSError: the directory is missing or not writable
    """
    temporary = path.with_name(f".{path.name}.oci-new")
    temporary.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
        os.fchown(file.fileno(), uid, gid)
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
