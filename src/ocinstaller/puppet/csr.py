"""What a Puppet certificate request says: its common name and its one-time token.

Pure functions over PEM bytes; the caller decides what to do with the answers.
"""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import AttributeOID, NameOID


class CsrError(ValueError):
    """The request is not a well-formed, correctly signed certificate request."""


def common_name(csr_pem: bytes) -> str:
    """The request's only common name, which Puppet uses as certificate name.

    :raises CsrError: the request is malformed or has no or several common names.
    """
    names = _load(csr_pem).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(names) != 1:
        raise CsrError(f"the request has {len(names)} common names; allowed: exactly one")
    return str(names[0].value)


def challenge_password(csr_pem: bytes) -> str | None:
    """The challengePassword attribute (PKCS #9, 1.2.840.113549.1.9.7), None without one.

    The agent puts it there from the custom_attributes of csr_attributes.yaml.

    :raises CsrError: the request is malformed, or the attribute is no text.
    """
    csr = _load(csr_pem)
    try:
        attribute = csr.attributes.get_attribute_for_oid(AttributeOID.CHALLENGE_PASSWORD)
    except x509.AttributeNotFound:
        return None
    try:
        return attribute.value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CsrError("the request's challengePassword is not UTF-8") from error


def _load(csr_pem: bytes) -> x509.CertificateSigningRequest:
    try:
        csr = x509.load_pem_x509_csr(csr_pem)
        genuine = csr.is_signature_valid
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise CsrError(f"not a certificate request: {error}") from error
    if not genuine:
        raise CsrError("the request is not signed by its own key")
    return csr
