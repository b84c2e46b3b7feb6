"""The intermediate CA and those before it, which certificates that are in use still lead to.

Another intermediate is put in its place in four steps, of which each can be the last before a power
cut: the present certificate is kept aside, key and certificate are written beside their places, the
key takes its place, the certificate takes its place. `finish` does the rest of it.
"""

from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from ocinstaller.files import write_atomic

_FORMER = "oci-pki-oci-ca-former-"
_SERIAL_DIGITS = 16


class Intermediates:
    """The certificates of intermediate CAs in a directory."""

    def __init__(self, directory: Path) -> None:
        """Use `directory`, where the present one is `oci-pki-oci-ca.pem`."""
        self._directory = directory
        self.file = directory / "oci-pki-oci-ca.pem"
        self._new_file = directory / "oci-pki-oci-ca.new.pem"

    def former_files(self) -> list[Path]:
        """Return the certificates of those that were replaced."""
        return sorted(self._directory.glob(f"{_FORMER}*.pem"))

    def issuer_of(self, certificate: x509.Certificate) -> Path | None:
        """Return the file of the one that signed a certificate; None when none did."""
        for file in (self.file, *self.former_files()):
            try:
                certificate.verify_directly_issued_by(load(file))
            except (ValueError, TypeError, InvalidSignature):
                continue
            return file
        return None

    def replace(self, key: bytes, certificate: bytes) -> None:
        """Put another intermediate in the place of the present one, which is kept aside."""
        self.finish()
        serial = f"{load(self.file).serial_number:x}"[:_SERIAL_DIGITS]
        aside = self._directory / f"{_FORMER}{serial}.pem"
        write_atomic(aside, self.file.read_bytes(), mode=0o644)
        write_atomic(self._new_file.with_suffix(".key"), key, mode=0o600)
        write_atomic(self._new_file, certificate, mode=0o644)
        self.finish()

    def finish(self) -> bool:
        """Complete what a power cut interrupted; tell whether there was anything."""
        new_key = self._new_file.with_suffix(".key")
        if not self._new_file.exists():
            new_key.unlink(missing_ok=True)
            return False
        if new_key.exists():
            new_key.replace(self.file.with_suffix(".key"))
        self._new_file.replace(self.file)
        return True

    def chain(self) -> Iterator[bytes]:
        """Yield the certificates: the present one, then those before it."""
        for file in (self.file, *self.former_files()):
            yield file.read_bytes()


def load(file: Path) -> x509.Certificate:
    """Return the first certificate of a file."""
    return x509.load_pem_x509_certificate(file.read_bytes())
