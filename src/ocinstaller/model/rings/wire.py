"""What machines and server say to each other about rings."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ocinstaller.model.hardware import Serial
from ocinstaller.model.wire import Document, Sha256

RING_LIMIT = 2**24
"""Bytes of the largest ring file: as much as the data base keeps."""

RingName = Annotated[str, StringConstraints(pattern=r"^(account|container|object)(-[1-9][0-9]?)?$")]


class RingFile(Document):
    """A version of a ring; `/etc/swift/<name>.ring.gz` on machines."""

    name: RingName
    version: int = Field(ge=1, le=2**31 - 1)
    sha256: Sha256


class RingFiles(Document):
    """The rings that the machines of a cluster are to have."""

    rings: tuple[RingFile, ...] = Field(max_length=100)


class RingsTaken(Document):
    """The rings that a machine has."""

    serial: Serial
    rings: tuple[RingFile, ...] = Field(max_length=100)
