"""Which certificates OCI's CA has made, and until when they are valid."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from ocinstaller.pki.authority import CLIENT_ENDING, Authority


class CertificateKind(StrEnum):
    """What a certificate is for."""

    ROOT = "root"
    INTERMEDIATE = "intermediate"
    GIVEN = "given"
    """Of an API, signed by another CA."""
    SERVER = "server"
    """Of a machine, an API or OCI itself; proves clients too."""
    CLIENT = "client"
    """Proves a client only."""


@dataclass(frozen=True)
class CertificateFacts:
    """What operators want to know of a certificate."""

    name: str
    """The name that its files carry."""
    kind: CertificateKind
    alternative_names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    key_type: str
    """ecdsa or rsa, with its size in bits."""
    fingerprint: str
    """SHA-256 of the DER form, hexadecimal."""
    subject: str
    issuer: str


def certificates(authority: Authority) -> Iterator[CertificateFacts]:
    """Yield the CA's own certificates, those of former intermediates, then all others by name."""
    yield _facts(authority.root_file, "oci-pki-root-ca", CertificateKind.ROOT)
    yield _facts(authority.intermediate_file, "oci-pki-oci-ca", CertificateKind.INTERMEDIATE)
    for file in authority.intermediates.former_files():
        yield _facts(file, file.stem, CertificateKind.INTERMEDIATE)
    for file in sorted(authority.leaves.glob("*/*.crt")):
        if file.stem == file.parent.name:
            yield _facts(file, file.stem, CertificateKind.SERVER)
        elif file.stem == f"{file.parent.name}{CLIENT_ENDING}":
            yield _facts(file, file.stem, CertificateKind.CLIENT)


def server_certificate(authority: Authority, name: str) -> CertificateFacts:
    """Return what is known of one certificate that was made before."""
    return _facts(authority.certificate_file(name), name, CertificateKind.SERVER)


def _facts(file: Path, name: str, kind: CertificateKind) -> CertificateFacts:
    return describe(file.read_bytes(), name, kind)


def describe(pem: bytes, name: str, kind: CertificateKind) -> CertificateFacts:
    """Return what is to be known of the first certificate in `pem`."""
    certificate = x509.load_pem_x509_certificate(pem)
    return CertificateFacts(
        name=name,
        kind=kind,
        alternative_names=_alternative_names(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key_type=_key_type(certificate),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
    )


def _alternative_names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in extension.value)


def _key_type(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    kind = "rsa" if isinstance(key, rsa.RSAPublicKey) else "ecdsa"
    return f"{kind} {getattr(key, 'key_size', 0)}"
