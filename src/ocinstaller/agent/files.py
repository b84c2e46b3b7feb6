"""Files that are there completely or not at all, whatever happens in between."""

import os
import tempfile
from pathlib import Path


def write_atomically(
    path: Path, content: bytes, *, mode: int, uid: int = -1, gid: int = -1
) -> None:
    """Write a file so that neither a crash nor a power cut leaves half of it.

    Mode and owner are set before the name exists, so that a secret is never readable for others.

    :raises OSError: the directory is missing or not writable
    """
    descriptor, name = tempfile.mkstemp(prefix=".oci-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchown(descriptor, uid, gid)
            os.fchmod(descriptor, mode)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
