"""What the two commands that puppetserver calls have in common: settings and one HTTPS request.

Only the standard library: puppetserver starts these commands for every catalogue and every
certificate request, so they must start fast and run where nothing else of OCI is installed.

Errors:
    ClientError            every failure that a command reports in one line
    ├── SettingsError      the configuration file, a setting or the certificate name is wrong
    └── UnavailableError   the server cannot be reached, breaks off or answers with 5xx
"""

import configparser
import http.client
import os
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

SETTINGS_PATH = Path("/etc/openstack-cluster-installer/puppet-client.conf")
SETTINGS_VARIABLE = "OCI_PUPPET_CLIENT_CONF"
SECTION = "oci"
DEFAULT_CACHE_DIR = Path("/var/cache/oci/enc")
TIMEOUT_S = 10.0
"""Per network operation; puppetserver's compiler waits for us meanwhile."""
MAX_ANSWER_BYTES = 1 << 20
"""A classification is a few kilobytes; more is not from our server."""

_CERTNAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]|\.(?=[a-z0-9])){0,254}")
_UNAVAILABLE_STATUS = 500


class ClientError(Exception):
    """A failure with a message fit for one line on standard error."""


class SettingsError(ClientError):
    """The administrator (or the caller) has to correct something; the message names it."""


class UnavailableError(ClientError):
    """The server gave no usable answer; asking again later may succeed."""


@dataclass(frozen=True)
class Settings:
    """Where the server is, how it is verified, and what proves that we may ask."""

    host: str
    port: int
    base_path: str
    ca_file: Path
    token_file: Path
    cache_dir: Path


@dataclass(frozen=True)
class Answer:
    """A response of the server below 500."""

    status: int
    body: str


def settings_path() -> Path:
    """The configuration file in force."""
    return Path(os.environ.get(SETTINGS_VARIABLE) or SETTINGS_PATH)


def load_settings(path: Path) -> Settings:
    """Read the configuration file.

    :raises SettingsError: the file cannot be read or a setting is missing or wrong.
    """
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        raise SettingsError(f"cannot read {path}: {error}") from error
    if not parser.has_section(SECTION):
        raise SettingsError(f"{path}: section [{SECTION}] is missing")
    section = parser[SECTION]
    missing = [name for name in ("url", "ca_file", "token_file") if not section.get(name)]
    if missing:
        raise SettingsError(f"{path}: [{SECTION}] lacks {', '.join(missing)}")
    host, port, base_path = parse_url(section["url"])
    return Settings(
        host=host,
        port=port,
        base_path=base_path,
        ca_file=Path(section["ca_file"]),
        token_file=Path(section["token_file"]),
        cache_dir=Path(section.get("cache_dir") or DEFAULT_CACHE_DIR),
    )


def parse_url(url: str) -> tuple[str, int, str]:
    """Split the server's address into host, port and path prefix.

    :raises SettingsError: it is not an https address, or carries more than host, port and path.
    """
    allowed = "allowed: https://HOST[:PORT][/PREFIX]"
    try:
        parts = urlsplit(url)
        port = parts.port or http.client.HTTPS_PORT
    except ValueError as error:
        raise SettingsError(f"url {url!r}: {error}; {allowed}") from error
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise SettingsError(f"url {url!r}; {allowed}")
    if parts.query or parts.fragment:
        raise SettingsError(f"url {url!r}; {allowed}")
    return parts.hostname, port, parts.path.rstrip("/")


def check_certname(value: str) -> str:
    """Return the certificate name when it may be part of a path and of a file name.

    :raises SettingsError: it may not.
    """
    if not _CERTNAME.fullmatch(value):
        raise SettingsError(
            f"certificate name {value[:80]!r}; allowed: lower-case letters, digits, '-', '_' and "
            "single dots, at most 255 characters, a letter or digit first"
        )
    return value


def request(
    settings: Settings, method: str, path: str, certname: str, body: bytes | None = None
) -> Answer:
    """Send one authenticated request to `<prefix><path><certname>`.

    :raises SettingsError: the token or the CA certificate cannot be read.
    :raises UnavailableError: no complete answer below 500 came back.
    """
    headers = {"Authorization": f"Bearer {_token(settings.token_file)}"}
    if body is not None:
        headers["Content-Type"] = "application/x-pem-file"
    connection = http.client.HTTPSConnection(
        settings.host, settings.port, timeout=TIMEOUT_S, context=_tls(settings.ca_file)
    )
    target = f"{settings.base_path}{path}{quote(certname, safe='')}"
    try:
        connection.request(method, target, body=body, headers=headers)
        response = connection.getresponse()
        content = response.read(MAX_ANSWER_BYTES + 1)
    except (OSError, http.client.HTTPException) as error:
        reason = f"{type(error).__name__}: {error}"
        raise UnavailableError(f"{settings.host}:{settings.port}: {reason}") from error
    finally:
        connection.close()
    return _answer(response.status, content)


def _answer(status: int, content: bytes) -> Answer:
    if status >= _UNAVAILABLE_STATUS:
        raise UnavailableError(f"the server answers with status {status}")
    if len(content) > MAX_ANSWER_BYTES:
        raise UnavailableError(f"the server's answer is longer than {MAX_ANSWER_BYTES} bytes")
    try:
        return Answer(status, content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UnavailableError(f"the server's answer is not UTF-8: {error}") from error


def _token(path: Path) -> str:
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the token file {path}: {error}") from error
    if not token:
        raise SettingsError(f"the token file {path} is empty")
    return token


def _tls(ca_file: Path) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"cannot load ca_file {ca_file}: {error}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
