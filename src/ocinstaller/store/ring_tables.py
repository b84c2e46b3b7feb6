"""The tables of Swift's rings."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.dialects.mysql import MEDIUMBLOB
from sqlalchemy.orm import Mapped, mapped_column

from ocinstaller.store.tables import Base, UtcDateTime

_DIGEST = String(64)
_RING = String(32)
_SERIAL = String(128)
_LARGE = LargeBinary().with_variant(MEDIUMBLOB(), "mysql")
"""MariaDB's BLOB ends at 64 KiB."""


class SwiftRing(Base):
    """A ring of a cluster: the one that machines have, or the calculated one that waits for it."""

    __tablename__ = "swift_rings"
    __table_args__ = (UniqueConstraint("cluster_id", "name", "published"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    cluster_id: Mapped[int] = mapped_column(ForeignKey("clusters.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(_RING)
    published: Mapped[bool] = mapped_column(Boolean())
    version: Mapped[int]
    calculated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sha256: Mapped[str] = mapped_column(_DIGEST)
    """Of the file."""
    state: Mapped[bytes] = mapped_column(_LARGE, deferred=True)
    """What the next calculation starts from."""
    content: Mapped[bytes] = mapped_column(_LARGE, deferred=True)
    """The file that Swift's servers read."""


class SwiftRingWeight(Base):
    """What operators said about the weight of devices in rings of a kind."""

    __tablename__ = "swift_ring_weights"
    cluster_id: Mapped[int] = mapped_column(
        ForeignKey("clusters.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(_RING, primary_key=True)
    serial: Mapped[str] = mapped_column(_SERIAL, primary_key=True)
    """Of the machine; empty for all that nothing is said about."""
    weight: Mapped[float]


class SwiftRingCopy(Base):
    """Which version of a ring a machine told that it has."""

    __tablename__ = "swift_ring_copies"
    machine_id: Mapped[int] = mapped_column(
        ForeignKey("machines.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(_RING, primary_key=True)
    version: Mapped[int]
    sha256: Mapped[str] = mapped_column(_DIGEST)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SwiftDevice(Base):
    """A data disk that a machine's installation gave to Swift."""

    __tablename__ = "swift_devices"
    machine_id: Mapped[int] = mapped_column(
        ForeignKey("machines.id", ondelete="CASCADE"), primary_key=True
    )
    label: Mapped[str] = mapped_column(String(12), primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
