"""What machines and server say to each other while certificates are rolled out."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from ocinstaller.model.hardware import Serial
from ocinstaller.model.wire import Document, Text


class Dialect(StrEnum):
    """What a client says before TLS begins."""

    TLS = "tls"
    MYSQL = "mysql"


class TlsEndpoint(Document):
    """A port of a machine and the certificate that it has to show."""

    service: Text
    address: Text
    port: int = Field(ge=1, le=65535)
    dialect: Dialect = Dialect.TLS
    hostname: Text
    """What its clients verify."""
    file: Text
    """Path of the file that the certificate is the first of."""


class CertificateTurn(Document):
    """Whether it is a machine's turn to take its certificates."""

    due: bool
    rollout: int = 0
    api_only: bool = False
    endpoints: tuple[TlsEndpoint, ...] = Field(default=(), max_length=200)
    authorities: str = ""
    """The roots that clients of these ports trust, as PEM."""


class TurnResult(Document):
    """How a machine's turn ended."""

    serial: Serial
    rollout: int
    success: bool
    reason: Annotated[str, StringConstraints(max_length=2000)] = ""
