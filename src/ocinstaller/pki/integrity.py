"""Whether the files of OCI's CA belong together: nothing is changed."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization

from ocinstaller.pki.authority import Authority
from ocinstaller.pki.intermediates import load


@dataclass(frozen=True)
class Fault:
    """A file that is not what it has to be."""

    file: Path
    what: str


@dataclass(frozen=True)
class Examination:
    """What was looked at, and what is wrong."""

    certificates: int
    faults: tuple[Fault, ...]


def examine(authority: Authority) -> Examination:
    """Look at the CA's certificates, those that it signed, and their keys."""
    own = [authority.root_file, authority.intermediate_file]
    former = authority.intermediates.former_files()
    leaves = sorted(authority.leaves.glob("*/*.crt"))
    faults = [fault for file in own for fault in _authority(authority, file, has_key=True)]
    faults += [fault for file in former for fault in _authority(authority, file, has_key=False)]
    if not faults:  # nothing can be said of what an unusable CA signed
        faults += [fault for file in leaves for fault in _leaf(authority, file)]
    return Examination(len(own) + len(former) + len(leaves), tuple(faults))


def _authority(authority: Authority, file: Path, *, has_key: bool) -> Iterator[Fault]:
    try:
        certificate, root = load(file), load(authority.root_file)
    except (OSError, ValueError) as error:
        yield Fault(file, f"cannot be read: {error}")
        return
    if not _signed_by(certificate, root):
        yield Fault(file, "is not signed by the root")
    if not _is_ca(certificate):
        yield Fault(file, "may not sign certificates")
    yield from _time(file, certificate)
    if has_key:
        yield from _key(file, certificate)


def _leaf(authority: Authority, file: Path) -> Iterator[Fault]:
    try:
        certificate = load(file)
    except (OSError, ValueError) as error:
        yield Fault(file, f"cannot be read: {error}")
        return
    issuer = authority.intermediates.issuer_of(certificate)
    if issuer is None:
        yield Fault(file, "is signed by no intermediate CA that is here")
    yield from _time(file, certificate)
    yield from _key(file, certificate)
    bundle, key = file.with_suffix(".pem"), file.with_suffix(".key")
    if issuer is not None and key.is_file():
        wanted = key.read_bytes() + file.read_bytes() + issuer.read_bytes()
        if not bundle.is_file() or bundle.read_bytes() != wanted:
            yield Fault(bundle, "is not key, certificate and intermediate CA")
    request = file.with_suffix(".csr")
    if request.is_file():
        yield from _request(request, certificate)


def _key(file: Path, certificate: x509.Certificate) -> Iterator[Fault]:
    key_file = file.with_suffix(".key")
    try:
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        mode = stat.S_IMODE(key_file.stat().st_mode)
    except (OSError, ValueError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no private key"
        yield Fault(key_file, f"cannot be read: {reason}")
        return
    if key.public_key() != certificate.public_key():
        yield Fault(key_file, f"is not the key of {file.name}")
    if mode & 0o077:
        yield Fault(key_file, f"others may read it: mode {mode:04o}, not 0600")


def _request(file: Path, certificate: x509.Certificate) -> Iterator[Fault]:
    try:
        request = x509.load_pem_x509_csr(file.read_bytes())
    except ValueError as error:
        yield Fault(file, f"cannot be read: {error}")
        return
    if not request.is_signature_valid or request.public_key() != certificate.public_key():
        yield Fault(file, f"is not the request of {file.stem}.crt")


def _time(file: Path, certificate: x509.Certificate) -> Iterator[Fault]:
    now = datetime.now(UTC)
    if now > certificate.not_valid_after_utc:
        yield Fault(file, f"ended on {certificate.not_valid_after_utc:%Y-%m-%d}")
    elif now < certificate.not_valid_before_utc:
        yield Fault(file, f"begins on {certificate.not_valid_before_utc:%Y-%m-%d}")


def _signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _is_ca(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False
