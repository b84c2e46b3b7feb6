"""A CA that is not OCI's, made by the real openssl."""

import subprocess
from pathlib import Path

HOST = "api.cloud.example.com"


class Ca:
    """Root, intermediate and leaves of another CA."""

    def __init__(self, directory: Path, host: str = HOST) -> None:
        self.directory = directory
        self.root = self.sign("root", "basicConstraints=critical,CA:TRUE")
        self.middle = self.sign("middle", "basicConstraints=critical,CA:TRUE", by="root")
        self.leaf = self.sign("leaf", f"subjectAltName=DNS:{host},DNS:other", by="middle")

    def key(self, name: str) -> str:
        return (self.directory / f"{name}.key").read_text()

    def sign(
        self, name: str, *extensions: str, by: str = "", key: str = "", days: str = "30",
        digest: str = "sha256",
    ) -> str:  # fmt: skip
        """Make a key and a certificate; return the certificate."""
        key_file, file = self.directory / f"{name}.key", self.directory / f"{name}.crt"
        kind = (
            ("-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{key}")
            if key.isdigit()
            else ("-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{key or 'P-256'}")
        )
        openssl("genpkey", *kind, "-out", key_file)
        request = self.directory / f"{name}.csr"
        openssl("req", "-new", "-key", key_file, "-subj", f"/O=Other/CN={name}", "-out", request)
        text = "\n".join(
            [
                "subjectKeyIdentifier=hash",
                "authorityKeyIdentifier=keyid:always",
                *(
                    ("keyUsage=critical,keyCertSign",)
                    if any("CA:T" in x for x in extensions)
                    else ()
                ),
                *extensions,
            ]
        )
        (self.directory / "extensions").write_text(text)
        signer = (
            ("-CA", self.directory / f"{by}.crt", "-CAkey", self.directory / f"{by}.key")
            if by
            else ("-key", key_file)
        )
        openssl(
            "x509", "-req", "-in", request, "-out", file, "-days", days, f"-{digest}",
            "-extfile", self.directory / "extensions", *signer,
        )  # fmt: skip
        return file.read_text()


def openssl(*arguments: object) -> str:
    done = subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
