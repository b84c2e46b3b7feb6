"""Which certificates this machine's services show, as their clients see them."""

import socket
import ssl
import struct

from ocinstaller.model.certificate_wire import Dialect, TlsEndpoint

_TIMEOUT_S = 10.0
_CLIENT_SSL = 0x800
_CLIENT_PROTOCOL_41 = 0x200
_CLIENT_SECURE_CONNECTION = 0x8000
_LARGEST_PACKET = 2**24
_UTF8 = 33
_RESERVED = b"\0" * 23


def fault(endpoint: TlsEndpoint, authorities: str, expected: bytes) -> str:
    """Return what is wrong with a port; empty when it shows the certificate that it has to.

    :param authorities: the roots that its clients trust, as PEM
    :param expected: the certificate, in DER form
    """
    where = f"{endpoint.service} at {endpoint.address} port {endpoint.port}"
    context = ssl.create_default_context(cadata=authorities)
    try:
        with socket.create_connection((endpoint.address, endpoint.port), _TIMEOUT_S) as plain:
            if endpoint.dialect is Dialect.MYSQL:
                _ask_mysql_for_tls(plain)
            with context.wrap_socket(plain, server_hostname=endpoint.hostname) as secure:
                shown = secure.getpeercert(binary_form=True)
    except ssl.SSLCertVerificationError as error:
        return f"{where}: {error.verify_message}"
    except (OSError, ValueError) as error:
        return f"{where}: {error}"
    return "" if shown == expected else f"{where}: shows another certificate than the new one"


def first_certificate(pem: str) -> bytes:
    """Return the first certificate of a file, in DER form.

    :raises ValueError: there is none
    """
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    start = pem.index(begin)
    return ssl.PEM_cert_to_DER_cert(pem[start : pem.index(end, start) + len(end)])


def _ask_mysql_for_tls(connection: socket.socket) -> None:
    """Say what MySQL's clients say before TLS begins.

    Source: MySQL's documentation of the protocol, "Protocol::SSLRequest".

    :raises ValueError: something else answers
    """
    header = _exactly(connection, 4)
    greeting = _exactly(connection, int.from_bytes(header[:3], "little"))
    if not greeting or greeting[0] != 10:  # noqa: PLR2004 - version 10 of the protocol
        raise ValueError("no greeting of a data base")
    flags = _CLIENT_SSL | _CLIENT_PROTOCOL_41 | _CLIENT_SECURE_CONNECTION
    body = struct.pack("<IIB", flags, _LARGEST_PACKET, _UTF8) + _RESERVED
    connection.sendall(len(body).to_bytes(3, "little") + b"\x01" + body)


def _exactly(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        part = connection.recv(size - len(content))
        if not part:
            raise ValueError("the connection was closed")
        content += part
    return content
