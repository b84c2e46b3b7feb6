"""Base class of the documents that travel between a machine and the server.

Both sides validate: unknown fields, wrong types and oversized values are refused where they
arrive, so that neither side ever works with a half-understood document.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Text = Annotated[str, StringConstraints(max_length=255)]
"""A short text as hardware reports it: product names, versions, switch ports."""

MAC_PATTERN = r"([0-9a-f]{2}:){5}[0-9a-f]{2}"

MacAddress = Annotated[str, StringConstraints(pattern=f"^{MAC_PATTERN}$")]
"""Six octets, lower case, separated by colons (IEEE 802)."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest as 64 lower-case hexadecimal digits."""


class Document(BaseModel):
    """An immutable wire document; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)
