"""OCI's certificate authority: a root, an intermediate, and what they sign.

Files keep the places that operators of the original OCI know: `ca/oci-pki-root-ca.pem`,
`ca/oci-pki-oci-ca.pem`, `ca/oci-pki-oci-ca-chain.pem` and
`slave-nodes/<name>/<name>.{key,csr,crt,pem}`, with `<name>_client` for certificates of clients.
"""

import fcntl
import ipaddress
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ocinstaller.files import write_atomic
from ocinstaller.pki import keys
from ocinstaller.pki.intermediates import Intermediates, load
from ocinstaller.pki.keys import PrivateKey

_CA_DAYS = 3652
_COMMON_NAME_LENGTH = 64  # RFC 5280, appendix A: ub-common-name
_CLOCK_SKEW = timedelta(hours=1)
ROOT_NAME = "OCI Root CA"
INTERMEDIATE_NAME = "OCI CA 2 Root CA"
CLIENT_ENDING = "_client"
"""Of the files of certificates that prove clients only."""
_CLIENT_PURPOSES = [ExtendedKeyUsageOID.CLIENT_AUTH]
_PURPOSES = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]


@dataclass(frozen=True)
class Issued:
    """A certificate with its key and the intermediate that signed it, as PEM."""

    key: str
    certificate: str
    intermediate: str

    @property
    def chain(self) -> str:
        """The leaf and the intermediate, as a TLS server sends them."""
        return self.certificate + self.intermediate

    @property
    def bundle(self) -> str:
        """Key and chain in one file, as haproxy reads it."""
        return self.key + self.chain


class Authority:
    """The CA in a directory; makes itself on first use and never replaces what exists."""

    def __init__(self, directory: Path, *, key_type: str, leaf_days: int) -> None:
        """Open the CA below `directory` (`key_type`: of `keys.KEY_TYPES`, for new keys)."""
        self._directory = directory
        self._key_type = key_type
        self._leaf_days = leaf_days
        self._ca = directory / "ca"
        self.root_file = self._ca / "oci-pki-root-ca.pem"
        self.intermediates = Intermediates(self._ca)
        self.intermediate_file = self.intermediates.file
        self.chain_file = self._ca / "oci-pki-oci-ca-chain.pem"
        self.leaves = directory / "slave-nodes"

    def ensure(self) -> None:
        """Make what is missing of root, intermediate and chain."""
        if not self.root_file.exists():
            self._create_root()
        if not self.intermediate_file.exists():
            self._store_ca(self.intermediate_file, *self._make_intermediate())
        with self._alone():
            self.intermediates.finish()
            self._write_chain()

    def _write_chain(self) -> None:
        chain = b"".join(self.intermediates.chain()) + self.root_file.read_bytes()
        if not self.chain_file.exists() or self.chain_file.read_bytes() != chain:
            write_atomic(self.chain_file, chain, mode=0o644)

    def renew_intermediate(self) -> None:
        """Put another intermediate under the same root in the place of the present one.

        Certificates that the present one signed stay good: they carry it with them.
        """
        with self._alone():
            key, certificate = self._make_intermediate()
            self.intermediates.replace(_key_pem(key), _pem(certificate))
            self._write_chain()

    def drop_former(self, file: Path) -> None:
        """Forget an intermediate that was replaced and that no certificate leads to any more."""
        with self._alone():
            file.unlink()
            self._write_chain()

    def root_pem(self) -> str:
        """Return the root certificate."""
        return self.root_file.read_text()

    def root_fingerprint(self) -> str:
        """Return the SHA-256 of the root certificate's DER form, in hexadecimal."""
        return load(self.root_file).fingerprint(hashes.SHA256()).hex()

    def issue(
        self,
        names: Sequence[str],
        addresses: Sequence[str],
        *,
        renew: bool = False,
        client: bool = False,
    ) -> Issued:
        """Return the certificate for `names[0]` with all names and addresses as SANs.

        The stored one is returned while it covers them and has a third of its life left.

        :param renew: make another key and certificate even so
        :param client: one that proves clients only
        """
        certificate_file = self.certificate_file(names[0], client=client)
        with self._alone():
            if self.intermediates.finish():
                self._write_chain()
            if renew or not self._still_good(certificate_file, names, addresses):
                self._sign_leaf(certificate_file, names, addresses, client=client)
            issuer = self.intermediates.issuer_of(load(certificate_file))
            return Issued(
                key=certificate_file.with_suffix(".key").read_text(),
                certificate=certificate_file.read_text(),
                intermediate=(issuer or self.intermediate_file).read_text(),
            )

    def bundle_file(self, name: str, *, client: bool = False) -> Path:
        """Return where the key and the chain of `name` are kept in one file (mode 0600)."""
        return self.leaves / name / f"{name}{CLIENT_ENDING if client else ''}.pem"

    def certificate_file(self, name: str, *, client: bool = False) -> Path:
        """Return where the certificate of `name` is kept."""
        return self.bundle_file(name, client=client).with_suffix(".crt")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads and processes from signing: key and certificate are two files."""
        self.leaves.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.leaves / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def expiry(self, name: str) -> datetime | None:
        """Return when the certificate issued for `name` ends; None when there is none."""
        file = self.certificate_file(name)
        return load(file).not_valid_after_utc if file.exists() else None

    def own_expiries(self) -> dict[str, datetime]:
        """Return when the root's and the intermediate's certificates end."""
        files = {"root": self.root_file, "intermediate": self.intermediate_file}
        return {name: load(file).not_valid_after_utc for name, file in files.items()}

    def _still_good(
        self, certificate_file: Path, names: Sequence[str], addresses: Sequence[str]
    ) -> bool:
        if not (certificate_file.with_suffix(".key").exists() and certificate_file.exists()):
            return False
        certificate = load(certificate_file)
        lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
        return (
            _alternative_names(certificate) == _general_names(names, addresses)
            and certificate.not_valid_after_utc - datetime.now(UTC) > lifetime / 3
            and self.intermediates.issuer_of(certificate) is not None
            # A power cut between the two files leaves a key that is not the certificate's.
            and certificate.public_key() == self._load_key(certificate_file).public_key()
        )

    def _sign_leaf(
        self,
        certificate_file: Path,
        names: Sequence[str],
        addresses: Sequence[str],
        *,
        client: bool,
    ) -> None:
        key_file = certificate_file.with_suffix(".key")
        key = keys.generate(self._key_type)
        issuer = load(self.intermediate_file)
        certificate = (
            self._builder(names[0][:_COMMON_NAME_LENGTH], key, self._leaf_days, within=issuer)
            .issuer_name(issuer.subject)
            .add_extension(
                x509.SubjectAlternativeName(_general_names(names, addresses)), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_LEAF_USAGE, critical=True)
            .add_extension(
                x509.ExtendedKeyUsage(_CLIENT_PURPOSES if client else _PURPOSES), critical=False
            )
            .add_extension(self._authority_key(self.intermediate_file), critical=False)
            .sign(self._load_key(self.intermediate_file), hashes.SHA256())
        )
        key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        certificate_pem = _pem(certificate)
        chain = certificate_pem + self.intermediate_file.read_bytes()
        write_atomic(key_file, _key_pem(key), mode=0o600)
        request = _request(key, names, addresses)
        write_atomic(certificate_file.with_suffix(".csr"), request, mode=0o644)
        write_atomic(certificate_file.with_suffix(".pem"), _key_pem(key) + chain, mode=0o600)
        write_atomic(certificate_file, certificate_pem, mode=0o644)

    def _create_root(self) -> None:
        key = keys.generate(self._key_type)
        certificate = (
            self._builder(ROOT_NAME, key, _CA_DAYS)
            .issuer_name(_name(ROOT_NAME))
            .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
            .add_extension(_CA_USAGE, critical=True)
            .sign(key, hashes.SHA256())
        )
        self._store_ca(self.root_file, key, certificate)

    def _make_intermediate(self) -> tuple[PrivateKey, x509.Certificate]:
        key, root = keys.generate(self._key_type), load(self.root_file)
        certificate = (
            self._builder(INTERMEDIATE_NAME, key, _CA_DAYS, within=root)
            .issuer_name(_name(ROOT_NAME))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_CA_USAGE, critical=True)
            .add_extension(self._authority_key(self.root_file), critical=False)
            .sign(self._load_key(self.root_file), hashes.SHA256())
        )
        return key, certificate

    def _store_ca(self, file: Path, key: PrivateKey, certificate: x509.Certificate) -> None:
        """Store the key first: a certificate without its key would be taken as complete."""
        self._ca.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomic(file.with_suffix(".key"), _key_pem(key), mode=0o600)
        write_atomic(file, _pem(certificate), mode=0o644)

    @staticmethod
    def _builder(
        common_name: str, key: PrivateKey, days: int, within: x509.Certificate | None = None
    ) -> x509.CertificateBuilder:
        """Return what all certificates have; none outlives `within`, which signs it."""
        now = datetime.now(UTC)
        end = now + timedelta(days=days)
        if within is not None:
            end = min(end, within.not_valid_after_utc)
        return (
            x509.CertificateBuilder()
            .subject_name(_name(common_name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _CLOCK_SKEW)
            .not_valid_after(end)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        )

    def _authority_key(self, issuer: Path) -> x509.AuthorityKeyIdentifier:
        identifier = load(issuer).extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier.value)

    @staticmethod
    def _load_key(certificate_file: Path) -> PrivateKey:
        pem = certificate_file.with_suffix(".key").read_bytes()
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise TypeError(f"{certificate_file}: key type {type(key).__name__} cannot sign")
        return key


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not ca,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


_CA_USAGE = _usage(ca=True)
_LEAF_USAGE = _usage(ca=False)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "OCI"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _general_names(names: Sequence[str], addresses: Sequence[str]) -> list[x509.GeneralName]:
    dns: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    return dns + [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]


def _request(key: PrivateKey, names: Sequence[str], addresses: Sequence[str]) -> bytes:
    """Return the signing request of a leaf, for operators who let another CA sign the name."""
    subject_names = x509.SubjectAlternativeName(_general_names(names, addresses))
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(_name(names[0][:_COMMON_NAME_LENGTH]))
        .add_extension(subject_names, critical=False)
        .sign(key, hashes.SHA256())
    )
    return request.public_bytes(serialization.Encoding.PEM)


def _alternative_names(certificate: x509.Certificate) -> list[x509.GeneralName]:
    return list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
