"""The table of the site's plug-ins."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ocinstaller.store.tables import Base, UtcDateTime


class PluginCall(Base):
    """A call of a plug-in, kept from the decision to make it until long after it succeeded."""

    __tablename__ = "plugin_calls"
    id: Mapped[int] = mapped_column(primary_key=True)
    machine_id: Mapped[int | None] = mapped_column(
        ForeignKey("machines.id", ondelete="SET NULL"), index=True
    )
    serial: Mapped[str] = mapped_column(String(128))
    """Of the machine, which may be forgotten before the call succeeds."""
    plugin: Mapped[str] = mapped_column(String(16))
    step: Mapped[str] = mapped_column(String(16))
    hostname: Mapped[str] = mapped_column(String(253), index=True)
    ip_address: Mapped[str] = mapped_column(String(39))
    role: Mapped[str] = mapped_column(String(63))
    switch_hostname: Mapped[str] = mapped_column(String(255))
    sealed_password: Mapped[bytes | None] = mapped_column(LargeBinary)
    """For standard input; gone once the call is at its end."""
    state: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """When it is made; of a running call: when it is taken for lost and made again."""
    attempts: Mapped[int] = mapped_column(default=0)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    exit_code: Mapped[int | None]
    problem: Mapped[str] = mapped_column(Text, default="")
    output: Mapped[str] = mapped_column(Text, default="")
