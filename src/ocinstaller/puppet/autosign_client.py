"""`oci-puppet-autosign CERTNAME`: Puppet's policy-based autosigning.

puppetserver passes the certificate request on standard input; exit code 0 signs it, any other
leaves it unsigned. The decision is the server's: only a machine that OCI is installing, with the
one-time token inside its request, gets a certificate.
"""

import sys
from http import HTTPStatus

from ocinstaller.puppet.client import (
    ClientError,
    check_certname,
    load_settings,
    request,
    settings_path,
)

AUTOSIGN_PATH = "/puppet/v1/autosign/"
MAX_CSR_BYTES = 64 << 10
"""An RSA-4096 request with all of Puppet's extensions stays below 8 KiB."""


def main() -> int:
    """Entry point; returns the exit code."""
    arguments = sys.argv[1:]
    if len(arguments) != 1:
        print("usage: oci-puppet-autosign CERTNAME < request.pem", file=sys.stderr)
        return 2
    try:
        authorize(arguments[0], sys.stdin.buffer.read(MAX_CSR_BYTES + 1))
    except ClientError as error:
        print(f"oci-puppet-autosign: {error}", file=sys.stderr)
        return 1
    return 0


def authorize(name: str, csr_pem: bytes) -> None:
    """Return when the request may be signed.

    :raises ClientError: it may not, or nobody could say.
    """
    certname = check_certname(name)
    if not csr_pem or len(csr_pem) > MAX_CSR_BYTES:
        raise ClientError(
            f"the request of {certname} on standard input has {len(csr_pem)} bytes; "
            f"allowed: 1 to {MAX_CSR_BYTES}"
        )
    settings = load_settings(settings_path())
    answer = request(settings, "POST", AUTOSIGN_PATH, certname, csr_pem)
    if answer.status != HTTPStatus.NO_CONTENT:
        raise ClientError(f"{certname} is not signed: status {answer.status}")


if __name__ == "__main__":
    sys.exit(main())
