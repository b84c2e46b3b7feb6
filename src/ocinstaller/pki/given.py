"""Checks a certificate that another CA signed before OCI serves it to anybody.

Every check names what is wrong and where; the last one is what a client does: a TLS handshake, in
memory, against a server that has the chain and the key.
"""

import re
import secrets
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.text import Text

SYSTEM_ROOTS = Path("/etc/ssl/certs/ca-certificates.crt")
"""The CAs that Debian's package ca-certificates trusts."""

_BLOCK = re.compile(
    r"-----BEGIN CERTIFICATE-----\s+[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----", re.ASCII
)
_LONGEST_CHAIN = 10
_LEAST_RSA_BITS = 2048  # CA/Browser Forum, Baseline Requirements, 6.1.5
_CURVES = ("secp256r1", "secp384r1", "secp521r1")  # the same, 6.1.5: P-256, P-384, P-521
_WEAK_HASHES = (hashes.MD5, hashes.SHA1)
_HANDSHAKE_ROUNDS = 10
"""Turns that a handshake of TLS 1.3 may take; it takes three."""

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class GivenCertificate:
    """A certificate with its key that passed all checks, as PEM."""

    certificate: str
    chain: str
    """The certificate and the intermediates, as a TLS server sends them; without the root."""
    root: str
    key: str = field(repr=False)
    """PKCS #8, not encrypted."""
    not_after: datetime
    """When the first of the chain ends, the root included."""
    fingerprint: str
    """SHA-256 of the certificate's DER form, hexadecimal."""


def accept(
    chain: str, key: str, hostname: str, *, root: str = "", system_roots: Path = SYSTEM_ROOTS
) -> GivenCertificate:
    """Check a certificate that another CA signed for `hostname`.

    :param chain: the certificate and its intermediates as PEM, each signed by the next; the root
        may follow
    :param key: its private key as PEM, not encrypted
    :param root: the root as PEM; empty looks for it among `system_roots`
    :raises InvalidValue: what is wrong, with field chain, key or root; never a part of the key
    """
    certificates = _read("chain", chain)
    private = _read_key(key)
    roots = _read("root", root) if root else list(_readable(system_roots))
    leaf = certificates[0]
    _check_key(leaf, private)
    _check_names(leaf, hostname)
    certificates, trusted = _complete(certificates, roots, given=bool(root))
    for number, one in enumerate(certificates, 1):
        _check_strength(number, one)
    for number, one in enumerate((*certificates, trusted), 1):
        _check_time("chain" if one is not trusted else "root", number, one)
    for number, one in enumerate(certificates[1:], 2):
        _check_authority(number, one)
    found = GivenCertificate(
        certificate=_pem(leaf),
        chain="".join(map(_pem, certificates)),
        root=_pem(trusted),
        key=_plain(private),
        not_after=min(one.not_valid_after_utc for one in (*certificates, trusted)),
        fingerprint=leaf.fingerprint(hashes.SHA256()).hex(),
    )
    _shake_hands(found, private, hostname)
    return found


def _read(field_name: str, text: str) -> list[x509.Certificate]:
    blocks = _BLOCK.findall(text)
    if not blocks:
        raise InvalidValue(field_name, "no certificate in it", Text("certificates as PEM"))
    if len(blocks) > _LONGEST_CHAIN:
        found = f"{len(blocks)} certificates"
        raise InvalidValue(
            field_name,
            found,
            Text("at most {longest_chain} certificates", longest_chain=_LONGEST_CHAIN),
        )
    try:
        return [x509.load_pem_x509_certificate(block.encode()) for block in blocks]
    except ValueError as error:
        raise InvalidValue(
            field_name, f"not readable: {error}", Text("certificates as PEM")
        ) from error


def _readable(file: Path) -> Iterator[x509.Certificate]:
    """Yield what can be understood of a bundle; a CA that cannot is none that signed anything."""
    try:
        text = file.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        allowed = Text("the root as PEM: the system has no CAs")
        raise InvalidValue("root", f"{file}: {error.strerror}", allowed) from error
    for block in _BLOCK.findall(text):
        try:
            yield x509.load_pem_x509_certificate(block.encode())
        except ValueError:
            continue


def _read_key(text: str) -> PrivateKey:
    allowed = Text("one private key (RSA or ECDSA) as PEM, not encrypted")
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except TypeError:
        raise InvalidValue("key", "encrypted with a pass phrase", allowed) from None
    except Exception:  # the library raises many kinds; none may carry a part of the key on
        raise InvalidValue("key", "not readable", allowed) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise InvalidValue("key", type(key).__name__, allowed)
    return key


def _check_key(leaf: x509.Certificate, key: PrivateKey) -> None:
    if leaf.public_key() != key.public_key():
        found = f"not that of the first certificate, {_name(leaf)}"
        raise InvalidValue("key", found, Text("the private key of the chain's first certificate"))


def _check_names(leaf: x509.Certificate, hostname: str) -> None:
    names = alternative_names(leaf)
    if not any(_covers(name, hostname) for name in names):
        found = f"valid for {', '.join(names) or 'no name (no subjectAltName)'}"
        raise InvalidValue(
            "chain",
            found,
            Text("a certificate for {hostname}, the API's host name", hostname=hostname),
        )
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    if ExtendedKeyUsageOID.SERVER_AUTH not in usage:
        raise InvalidValue(
            "chain", f"{_name(leaf)}: not for servers", Text("extended usage serverAuth")
        )


def alternative_names(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the host names that a certificate is valid for."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(extension.value.get_values_for_type(x509.DNSName))


def first(chain: str) -> str:
    """Return the first certificate of a chain, as PEM."""
    return f"{_BLOCK.findall(chain)[0]}\n"


def covers(names: Sequence[str], hostname: str) -> bool:
    """Tell whether a certificate with these names is valid for a host."""
    return any(_covers(name, hostname) for name in names)


def _covers(name: str, hostname: str) -> bool:
    """Compare as clients do: a wildcard stands for the first label only (RFC 6125, 6.4.3)."""
    name, hostname = name.lower(), hostname.lower()
    if name.startswith("*."):
        return name[1:] == hostname[hostname.find(".") :] and "." in hostname
    return name == hostname


def _complete(
    chain: list[x509.Certificate], roots: list[x509.Certificate], *, given: bool
) -> tuple[list[x509.Certificate], x509.Certificate]:
    """Return the chain without its root, and the root that it leads to."""
    for number, (one, issuer) in enumerate(pairwise(chain), 1):
        if not _signed_by(one, issuer):
            found = f"certificate {number}, {_name(one)}, was signed by {_text(one.issuer)}"
            allowed = Text(
                "each certificate followed by the one that signed it; certificate {number} "
                "is {issuer}",
                number=number + 1,
                issuer=_name(issuer),
            )
            raise InvalidValue("chain", found, allowed)
    last = chain[-1]
    if last.subject == last.issuer:
        if last not in roots:
            where = "--root" if given else Text("the system's CAs; give it as root")
            raise InvalidValue(
                "root", f"{_name(last)} ends the chain", Text("a root among {where}", where=where)
            )
        if len(chain) == 1:
            raise InvalidValue("chain", f"{_name(last)} signed itself", Text("signed by a CA"))
        return chain[:-1], last
    for root in roots:
        if _signed_by(last, root):
            return chain, root
    found = f"{_name(last)} was signed by {_text(last.issuer)}, which is missing"
    where = "the given root" if given else "a root of the system, or one that is given"
    raise InvalidValue("chain", found, Text("all intermediates up to {where}", where=where))


def _signed_by(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _check_strength(number: int, one: x509.Certificate) -> None:
    key = one.public_key()
    where = f"certificate {number}, {_name(one)}: "
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < _LEAST_RSA_BITS:
            allowed = Text("RSA of at least {least_rsa_bits} bits", least_rsa_bits=_LEAST_RSA_BITS)
            raise InvalidValue("chain", f"{where}RSA of {key.key_size} bits", allowed)
    elif not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in _CURVES:
        kind = key.curve.name if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__
        raise InvalidValue(
            "chain", f"{where}{kind}", Text("RSA, or ECDSA on {curves}", curves=", ".join(_CURVES))
        )
    if isinstance(one.signature_hash_algorithm, _WEAK_HASHES):
        name = one.signature_hash_algorithm.name
        raise InvalidValue("chain", f"{where}signed with {name}", Text("SHA-256 or stronger"))


def _check_time(field_name: str, number: int, one: x509.Certificate) -> None:
    where = f"certificate {number}, {_name(one)}" if field_name == "chain" else _name(one)
    now = datetime.now(UTC)
    if now > one.not_valid_after_utc:
        found = f"{where}: ended on {one.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
        raise InvalidValue(field_name, found, Text("certificates that are valid now"))
    if now < one.not_valid_before_utc:
        found = f"{where}: begins on {one.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        raise InvalidValue(field_name, found, Text("certificates that are valid now"))


def _check_authority(number: int, one: x509.Certificate) -> None:
    try:
        is_ca = one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        is_ca = False
    if not is_ca:
        found = f"certificate {number}, {_name(one)}, is no CA"
        raise InvalidValue("chain", found, Text("intermediate CAs after the first certificate"))


def _shake_hands(found: GivenCertificate, key: PrivateKey, hostname: str) -> None:
    """Let a client of today's Python and OpenSSL verify a server that has chain and key."""
    server_side = _server(found.chain, key)
    trust = ssl.create_default_context(cadata=found.root)
    trust.verify_flags |= ssl.VERIFY_X509_STRICT  # the default of Python 3.13, Debian 13
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    client = trust.wrap_bio(to_client, to_server, server_hostname=hostname)
    try:
        if any([_step(client), _step(server)] == [True, True] for _ in range(_HANDSHAKE_ROUNDS)):
            return
    except ssl.SSLCertVerificationError as error:
        allowed = Text("what clients of https://{hostname} accept", hostname=hostname)
        raise InvalidValue("chain", error.verify_message, allowed) from error
    except ssl.SSLError as error:
        raise InvalidValue("chain", f"TLS fails: {error.reason}", Text("a usable chain")) from error
    raise InvalidValue("chain", "the TLS handshake does not end", Text("a usable chain"))


def _step(end: ssl.SSLObject) -> bool:
    """Take a handshake as far as it goes; tell whether this end is done."""
    try:
        end.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def _server(chain: str, key: PrivateKey) -> ssl.SSLContext:
    """Return a server's side; the key is on the disk only encrypted, for the library to read."""
    password = secrets.token_urlsafe()
    sealed = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(chain.encode() + sealed)
        file.flush()
        try:
            context.load_cert_chain(file.name, password=password)
        except ssl.SSLError as error:
            raise InvalidValue(
                "chain", f"TLS fails: {error.reason}", Text("a usable chain")
            ) from error
    return context


def _name(certificate: x509.Certificate) -> str:
    return _text(certificate.subject)


def _text(name: x509.Name) -> str:
    return f"«{name.rfc4514_string()}»"


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _plain(key: PrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
