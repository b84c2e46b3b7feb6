"""The tables of who did what: tokens, sessions, failed logins, the audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON, BigInteger

from ocinstaller.store.tables import Base, User, UtcDateTime

_DIGEST = String(64)
_ADDRESS = String(39)  # the longest text of an IPv6 address


class ApiToken(Base):
    """A token that stands for a user, with no more than the user's role, until it expires."""

    __tablename__ = "api_tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(63), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(_DIGEST, unique=True)
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship()


class WebSession(Base):
    """A login to the web pages."""

    __tablename__ = "web_sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(_DIGEST, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship()


class LoginFailure(Base):
    """Wrong passwords in a row, of a login at an address or of an address over all logins."""

    __tablename__ = "login_failures"
    address: Mapped[str] = mapped_column(_ADDRESS, primary_key=True)
    login_digest: Mapped[str] = mapped_column(_DIGEST, primary_key=True)
    """Digest of the login, which may be any text; empty for the address over all logins."""
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AuditRecord(Base):
    """What somebody did or tried to do. No references: it outlives what it is about."""

    __tablename__ = "audit_records"
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(128), index=True)
    address: Mapped[str] = mapped_column(_ADDRESS)
    via: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(64), index=True)
    object_kind: Mapped[str] = mapped_column(String(64))
    object_name: Mapped[str] = mapped_column(String(255), index=True)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
