"""Trust between the machine and the server: the server's CA and the machine's own key."""

import base64
import hashlib
import http.client
import os
import re
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from ocinstaller.agent.errors import AgentError, BadAnswer, SettingsError, Unreachable
from ocinstaller.agent.files import write_atomically

TIMEOUT_S = 20.0

CA_DIRECTORY = "/usr/local/share/ca-certificates/"
"""Where `update-ca-certificates` looks for local certificates."""

_CA_LIMIT = 64 * 1024
"""Bytes read of the CA certificate; one of RSA 4096 is about 2 KiB."""

_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
"""256 bits as URL-safe base64 without padding (RFC 4648, section 5)."""

_KEY_BYTES = 32


def download_ca(url: str, fingerprint: str) -> bytes:
    """Fetch the CA certificate and return its DER when its SHA-256 is `fingerprint`.

    The way is not trusted, the fingerprint is: it came with the boot decision.

    :raises Unreachable: no complete answer
    :raises BadAnswer: something else than that certificate
    """
    der = _der(_get(url))
    found = hashlib.sha256(der).hexdigest()
    if found != fingerprint:
        raise BadAnswer(f"{url} has the SHA-256 {found}, but oci.ca is {fingerprint}")
    return der


def _get(url: str) -> bytes:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port or http.client.HTTP_PORT, timeout=TIMEOUT_S
    )
    try:
        connection.request("GET", parts.path or "/", headers={"Connection": "close"})
        response = connection.getresponse()
        body = response.read(_CA_LIMIT + 1)
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"{url}: {error}") from error
    finally:
        connection.close()
    if response.status != http.client.OK or len(body) > _CA_LIMIT:
        raise BadAnswer(f"{url}: status {response.status}, {len(body)} bytes, not a certificate")
    return body


def _der(pem: bytes) -> bytes:
    try:
        return ssl.PEM_cert_to_DER_cert(pem.decode("ascii").strip())
    except ValueError as error:
        raise BadAnswer(f"the CA certificate is not PEM: {error}") from error


def tls_context(ca: bytes) -> ssl.SSLContext:
    """Return a context that trusts only the certificate `ca` (DER), and no older TLS than 1.2.

    :raises BadAnswer: `ca` is not a certificate
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cadata=ca)
    except (ssl.SSLError, ValueError) as error:
        raise BadAnswer(f"the CA certificate cannot be used: {error}") from error
    return context


def load_ca(path: Path) -> bytes:
    """Return the DER of the CA certificate in a PEM file.

    :raises SettingsError: the file cannot be read
    """
    try:
        return _der(path.read_bytes())
    except OSError as error:
        raise SettingsError("ca_file", str(path), f"a readable certificate: {error}") from error


def load_key(path: Path) -> str:
    """Return the machine's key.

    :raises AgentError: there is none, or it is damaged
    """
    try:
        key = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise AgentError(f"the key {path} cannot be read: {error}") from error
    if not _KEY.fullmatch(key):
        raise AgentError(f"the key {path} is damaged")
    return key


def load_or_make_key(path: Path) -> str:
    """Return the machine's key; make one, readable for root only, when there is none."""
    try:
        return load_key(path)
    except AgentError:
        key = base64.urlsafe_b64encode(os.urandom(_KEY_BYTES)).rstrip(b"=").decode()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, f"{key}\n".encode(), mode=0o600)
        return key
