"""A real HTTPS server that answers what a test wants, with a CA of its own."""

import datetime
import hashlib
import http.server
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


class Authority:
    """A CA and one server certificate of it, for 127.0.0.1."""

    def __init__(self, directory: Path) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(self._key, "Test CA", is_ca=True)
        self.pem = certificate.public_bytes(serialization.Encoding.PEM)
        self.der = certificate.public_bytes(serialization.Encoding.DER)
        self.fingerprint = hashlib.sha256(self.der).hexdigest()
        leaf_key = ec.generate_private_key(ec.SECP256R1())
        leaf = self._sign(leaf_key, "127.0.0.1", is_ca=False)
        self.chain = directory / "server.pem"
        self.chain.write_bytes(
            leaf_key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + leaf.public_bytes(serialization.Encoding.PEM)
        )

    def _sign(self, key: ec.EllipticCurvePrivateKey, name: str, *, is_ca: bool) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + DAY)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        if not is_ca:
            address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        return builder.sign(self._key, hashes.SHA256())


@dataclass
class Request:
    """What the server received."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        answer: dict[str, object] = json.loads(self.body)
        return answer


@dataclass
class Answer:
    """What the server sends back."""

    status: int = 200
    body: bytes = b""

    @classmethod
    def of(cls, document: object, status: int = 200) -> "Answer":
        return cls(status, json.dumps(document).encode())


@dataclass
class Server:
    """Answers with `handler`; remembers the requests."""

    handler: Callable[[Request], Answer]
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def start(self, authority: Authority | None) -> None:
        """Listen on the loopback; with TLS when there is an authority."""
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                request = Request(self.command, self.path, dict(self.headers), body)
                answer = owner.handler(request)
                with owner.arrived:
                    owner.requests.append(request)
                    owner.arrived.notify_all()
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the tests' output is theirs."""

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        scheme = "http"
        if authority is not None:
            scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(authority.chain)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self.url = f"{scheme}://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def wait_for(self, count: int, path: str, timeout_s: float = 30) -> list[Request]:
        """Return the requests for a path once there are `count` of them."""

        def matching() -> list[Request]:
            return [request for request in self.requests if request.path.startswith(path)]

        with self.arrived:
            assert self.arrived.wait_for(lambda: len(matching()) >= count, timeout_s)
        return matching()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
