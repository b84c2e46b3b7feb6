import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ocinstaller.pki.authority import Authority
from ocinstaller.pki.inventory import certificates

NAMES = ["node.example.com", "node"]
ADDRESSES = ["10.0.0.2"]


@pytest.fixture(params=["ecdsa", "rsa"])
def authority(request: pytest.FixtureRequest, tmp_path: Path) -> Authority:
    made = Authority(tmp_path, key_type=request.param, leaf_days=825)
    made.ensure()
    return made


def test_openssl_accepts_the_chain(authority: Authority, tmp_path: Path) -> None:
    issued = authority.issue(NAMES, ADDRESSES)
    (tmp_path / "leaf.pem").write_text(issued.certificate)
    for purpose in ("sslserver", "sslclient"):
        subprocess.run(
            [
                "openssl", "verify", "-x509_strict", "-purpose", purpose,
                "-verify_hostname", NAMES[0], "-CAfile", authority.root_file,
                "-untrusted", authority.intermediate_file, tmp_path / "leaf.pem",
            ],
            check=True, timeout=30,
        )  # fmt: skip


def test_the_key_type_is_the_setting(tmp_path: Path) -> None:
    for name, cls in (("rsa", rsa.RSAPublicKey), ("ecdsa", ec.EllipticCurvePublicKey)):
        authority = Authority(tmp_path / name, key_type=name, leaf_days=1)
        authority.ensure()
        issued = authority.issue(NAMES, ADDRESSES)
        certificate = x509.load_pem_x509_certificate(issued.certificate.encode())
        assert isinstance(certificate.public_key(), cls)


def test_no_key_can_be_read_by_others(authority: Authority, tmp_path: Path) -> None:
    authority.issue(NAMES, ADDRESSES)
    keys = [
        file for file in tmp_path.rglob("*") if file.is_file() and b"PRIVATE" in file.read_bytes()
    ]
    assert len(keys) == 4
    assert {stat.S_IMODE(file.stat().st_mode) for file in keys} == {0o600}


def test_the_certificate_stays_until_names_or_time_demand_another(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = authority.issue(NAMES, ADDRESSES)
    assert authority.issue(NAMES, ADDRESSES) == first
    moved = authority.issue(NAMES, ["10.0.0.3"])
    assert moved.certificate != first.certificate

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + timedelta(days=825 * 2 / 3)

    monkeypatch.setattr("ocinstaller.pki.authority.datetime", Later)
    assert authority.issue(NAMES, ["10.0.0.3"]).certificate != moved.certificate


def test_an_interrupted_creation_is_completed(tmp_path: Path) -> None:
    authority = Authority(tmp_path, key_type="ecdsa", leaf_days=1)
    authority.ensure()
    root = authority.root_pem()
    authority.intermediate_file.unlink()
    authority.chain_file.unlink()
    authority.ensure()
    assert authority.root_pem() == root
    assert authority.chain_file.read_text().endswith(root)


def test_a_key_that_is_not_the_certificates_is_replaced(
    authority: Authority, tmp_path: Path
) -> None:
    """A power cut between the two files leaves the new key beside the old certificate."""
    first = authority.issue(NAMES, ADDRESSES)
    other = Authority(tmp_path / "other", key_type="ecdsa", leaf_days=1)
    other.ensure()
    key_file = authority.bundle_file(NAMES[0]).with_suffix(".key")
    key_file.write_text(other.issue(NAMES, ADDRESSES).key)

    second = authority.issue(NAMES, ADDRESSES)

    assert second.certificate != first.certificate
    certificate = x509.load_pem_x509_certificate(second.certificate.encode())
    key = serialization.load_pem_private_key(second.key.encode(), password=None)
    assert certificate.public_key() == key.public_key()


def test_of_concurrent_requests_all_get_the_same_certificate(authority: Authority) -> None:
    with ThreadPoolExecutor(8) as pool:
        issued = list(pool.map(lambda _: authority.issue(NAMES, ADDRESSES), range(32)))
    assert len({one.bundle for one in issued}) == 1


def test_openssl_accepts_request_and_key(authority: Authority) -> None:
    authority.issue(NAMES, ADDRESSES)
    bundle = authority.bundle_file(NAMES[0])
    request, certificate = bundle.with_suffix(".csr"), bundle.with_suffix(".crt")

    def openssl(*arguments: object) -> str:
        return subprocess.run(
            ["openssl", *map(str, arguments)],
            capture_output=True, text=True, check=True, timeout=60,
        ).stdout  # fmt: skip

    openssl("req", "-in", request, "-verify", "-noout")
    assert f"DNS:{NAMES[0]}" in openssl("req", "-in", request, "-noout", "-text")
    assert openssl("pkey", "-in", bundle, "-pubout") == openssl(
        "x509", "-in", certificate, "-noout", "-pubkey"
    )


def test_inventory_lists_what_was_made(authority: Authority) -> None:
    authority.issue(NAMES, ADDRESSES)
    root, intermediate, leaf = certificates(authority)
    assert [root.kind, intermediate.kind, leaf.kind] == ["root", "intermediate", "server"]
    assert leaf.name == NAMES[0]
    assert leaf.alternative_names == (*NAMES, *ADDRESSES)
    assert leaf.not_after - leaf.not_before > timedelta(days=800)
