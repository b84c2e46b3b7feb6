"""The tables of certificates that OCI's CA did not sign."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ocinstaller.store.tables import Base, UtcDateTime


class ApiCertificate(Base):
    """A certificate of a cluster's API that another CA signed, checked when it was given."""

    __tablename__ = "api_certificates"
    cluster_id: Mapped[int] = mapped_column(
        ForeignKey("clusters.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(253))
    """The API's host name for which it was checked."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    chain: Mapped[str] = mapped_column(Text)
    """The certificate and its intermediates, as PEM."""
    root: Mapped[str] = mapped_column(Text)
    root_given: Mapped[bool] = mapped_column(Boolean())
    """Whether the operator gave the root; Debian's CAs are on the machines anyway."""
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    served_from: Mapped[datetime] = mapped_column(UtcDateTime)
    """Before, the machines learn to trust its root."""


class CertificateRollout(Base):
    """The last roll-out of certificates in a cluster."""

    __tablename__ = "certificate_rollouts"
    cluster_id: Mapped[int] = mapped_column(
        ForeignKey("clusters.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(63))
    """Of the cluster."""
    number: Mapped[int]
    """Another one for each roll-out of the cluster."""
    api_only: Mapped[bool] = mapped_column(Boolean())
    state: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CertificateTurn(Base):
    """A machine's place in the last roll-out of its cluster."""

    __tablename__ = "certificate_turns"
    machine_id: Mapped[int] = mapped_column(
        ForeignKey("machines.id", ondelete="CASCADE"), primary_key=True
    )
    cluster_id: Mapped[int] = mapped_column(ForeignKey("clusters.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(253))
    """Host name of the machine."""
    place: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
