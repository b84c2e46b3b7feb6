"""Requests made by the real openssl and by a real Puppet agent."""

import subprocess
from pathlib import Path

import pytest

from ocinstaller.puppet.csr import CsrError, challenge_password, common_name

DATA = Path(__file__).parent / "data"


def openssl_request(directory: Path, subject: str, attributes: str = "") -> bytes:
    config = directory / "openssl.cnf"
    config.write_text(
        "[req]\nprompt = no\nstring_mask = utf8only\ndistinguished_name = dn\n"
        f"{'attributes = extra' if attributes else ''}\n[dn]\n{subject}\n[extra]\n{attributes}\n"
    )
    return subprocess.run(
        [
            "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", str(directory / "key.pem"), "-config", str(config),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    ).stdout  # fmt: skip


def test_request_of_a_puppet_agent() -> None:
    csr = (DATA / "puppet-agent-8.csr").read_bytes()
    assert common_name(csr) == "controller-1.lab.oci.internal"
    assert challenge_password(csr) == "one-time-token-of-a-test"


def test_request_with_token(tmp_path: Path) -> None:
    csr = openssl_request(tmp_path, "CN = a.example.com", "challengePassword = secret-token")
    assert (common_name(csr), challenge_password(csr)) == ("a.example.com", "secret-token")


def test_request_without_token(tmp_path: Path) -> None:
    assert challenge_password(openssl_request(tmp_path, "CN = a.example.com")) is None


def test_request_with_two_names_is_refused(tmp_path: Path) -> None:
    csr = openssl_request(tmp_path, "1.CN = a.example.com\n2.CN = b.example.com")
    with pytest.raises(CsrError, match="2 common names"):
        common_name(csr)


def test_request_whose_key_did_not_sign_it_is_refused() -> None:
    lines = (DATA / "puppet-agent-8.csr").read_text().splitlines()
    body = lines[-2]
    changed = ("A" if body[0] != "A" else "B") + body[1:]
    with pytest.raises(CsrError):
        common_name("\n".join([*lines[:-2], changed, lines[-1]]).encode())


@pytest.mark.parametrize("rubbish", [b"", b"hello", b"-----BEGIN CERTIFICATE REQUEST-----\n"])
def test_rubbish_is_refused(rubbish: bytes) -> None:
    with pytest.raises(CsrError):
        challenge_password(rubbish)
