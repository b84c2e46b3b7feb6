"""Another intermediate CA under the same root, as the real openssl sees it."""

import subprocess
from pathlib import Path

import pytest

from ocinstaller.pki import intermediates
from ocinstaller.pki.authority import Authority, Issued
from ocinstaller.pki.integrity import examine
from ocinstaller.pki.keys import KEY_TYPES

NAMES = ["node.example.com", "node"]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return fresh(tmp_path / "ssl")


def fresh(directory: Path, key_type: str = "ec-p256", leaf_days: int = 825) -> Authority:
    made = Authority(directory, key_type=key_type, leaf_days=leaf_days)
    made.ensure()
    return made


def verify(authority: Authority, issued: Issued, purpose: str = "sslserver") -> None:
    """Let openssl verify the chain as it is sent, and the certificate with the chain file."""
    sent = authority.root_file.parent / "sent.pem"
    sent.write_text(issued.chain)
    for untrusted in (sent, authority.chain_file):
        subprocess.run(
            [
                "openssl", "verify", "-x509_strict", "-purpose", purpose,
                "-CAfile", authority.root_file, "-untrusted", untrusted, sent,
            ],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip


def faults(authority: Authority) -> set[str]:
    return {f"{fault.file.name}: {fault.what}" for fault in examine(authority).faults}


def test_certificates_of_both_verify_until_all_are_of_the_new_one(authority: Authority) -> None:
    old = authority.issue(NAMES, [])
    authority.renew_intermediate()
    assert authority.issue(NAMES, []) == old, "nobody is forced to change"
    new = authority.issue(["new.example.com"], [])
    assert new.intermediate != old.intermediate
    assert authority.chain_file.read_text().count("BEGIN") == 3
    verify(authority, old)
    verify(authority, new)
    assert authority.issue(NAMES, [], renew=True).intermediate == new.intermediate
    assert faults(authority) == set()

    (former,) = authority.intermediates.former_files()
    authority.drop_former(former)
    assert authority.chain_file.read_text().count("BEGIN") == 2
    verify(authority, new)


def test_of_two_renewals_each_certificate_has_its_own(authority: Authority) -> None:
    issued = []
    for number in range(3):
        issued.append(authority.issue([f"n{number}.example.com"], []))
        authority.renew_intermediate()
    for one in issued:
        verify(authority, one)
    assert len({one.intermediate for one in issued}) == 3


@pytest.mark.parametrize("writes", [0, 1, 2, 3])
def test_a_power_cut_at_any_write_leaves_a_ca_that_signs(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    old, left = authority.issue(NAMES, []), [writes]
    write = intermediates.write_atomic

    def cut(*arguments: object, **more: int) -> None:
        if left[0] == 0:
            raise KeyboardInterrupt
        left[0] -= 1
        write(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(intermediates, "write_atomic", cut)
    if writes < 3:
        with pytest.raises(KeyboardInterrupt):
            authority.renew_intermediate()
    else:
        authority.renew_intermediate()
    monkeypatch.undo()
    check_after_cut(authority, old)


@pytest.mark.parametrize("renames", [0, 1])
def test_a_power_cut_between_key_and_certificate_is_repaired(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    old, left, replace = authority.issue(NAMES, []), [renames], Path.replace
    guarded = {"oci-pki-oci-ca.new.pem", "oci-pki-oci-ca.new.key"}

    def cut(source: Path, target: Path) -> Path:
        if source.name in guarded:
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
        return replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", cut)
        with pytest.raises(KeyboardInterrupt):
            authority.renew_intermediate()
    check_after_cut(authority, old)


def check_after_cut(authority: Authority, old: Issued) -> None:
    """A server that runs on and one that starts anew both sign what openssl accepts."""
    verify(authority, authority.issue(["running.example.com"], []))
    again = fresh(authority.root_file.parents[1])
    verify(again, again.issue(["started.example.com"], []))
    assert again.issue(NAMES, []) == old
    verify(again, old)
    assert faults(again) == set()


def test_no_certificate_outlives_the_one_that_signed_it(tmp_path: Path) -> None:
    authority = fresh(tmp_path, leaf_days=36_500)
    authority.issue(NAMES, [])
    leaf = intermediates.load(authority.certificate_file(NAMES[0]))
    middle = intermediates.load(authority.intermediate_file)
    root = intermediates.load(authority.root_file)
    assert leaf.not_valid_after_utc <= middle.not_valid_after_utc <= root.not_valid_after_utc


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_every_kind_of_key_is_what_openssl_calls_it(tmp_path: Path, key_type: str) -> None:
    authority = fresh(tmp_path, key_type)
    verify(authority, authority.issue(NAMES, []))
    text = subprocess.run(
        ["openssl", "pkey", "-in", authority.bundle_file(NAMES[0]), "-noout", "-text"],
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout  # fmt: skip
    size = {"ecdsa": "256", "rsa": "3072"}.get(key_type, key_type.lstrip("abcdefghijklmnopqrs-"))
    assert f"Private-Key: ({size} bit" in text
    assert ("ASN1 OID" in text) == key_type.startswith("ec")


def test_a_clients_certificate_serves_no_server(authority: Authority) -> None:
    server = authority.issue(NAMES, [])
    client = authority.issue(NAMES, [], client=True)
    verify(authority, client, "sslclient")
    with pytest.raises(subprocess.CalledProcessError):
        verify(authority, client, "sslserver")
    assert authority.issue(NAMES, []) == server
    assert authority.bundle_file(NAMES[0], client=True).name == "node.example.com_client.pem"


def test_each_kind_of_damage_is_named(authority: Authority, tmp_path: Path) -> None:
    authority.issue(NAMES, [])
    bundle = authority.bundle_file(NAMES[0])
    assert faults(authority) == set() and examine(authority).certificates == 3

    def damaged(file: Path, content: bytes | None, mode: int = 0o600) -> set[str]:
        before, old_mode = file.read_bytes(), file.stat().st_mode
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)
            file.chmod(mode)
        found = faults(authority)
        file.write_bytes(before)
        file.chmod(old_mode)
        return found

    other = fresh(tmp_path / "other")
    other.issue(NAMES, [])
    key, crt, csr = (bundle.with_suffix(f".{kind}") for kind in ("key", "crt", "csr"))
    theirs = other.bundle_file(NAMES[0])
    found = damaged(key, theirs.with_suffix(".key").read_bytes())
    assert "node.example.com.key: is not the key of node.example.com.crt" in found
    assert any("others may read it: mode 0644" in x for x in damaged(key, key.read_bytes(), 0o644))
    assert any("No such file" in x for x in damaged(key, None))
    found = damaged(crt, theirs.with_suffix(".crt").read_bytes())
    assert "node.example.com.crt: is signed by no intermediate CA that is here" in found
    assert any("cannot be read" in x for x in damaged(crt, b"nonsense"))
    assert damaged(bundle, b"") == {
        "node.example.com.pem: is not key, certificate and intermediate CA"
    }
    assert damaged(csr, theirs.with_suffix(".csr").read_bytes()) == {
        "node.example.com.csr: is not the request of node.example.com.crt"
    }
    found = damaged(authority.intermediate_file, other.intermediate_file.read_bytes())
    assert "oci-pki-oci-ca.pem: is not signed by the root" in found
    assert "oci-pki-oci-ca.key: is not the key of oci-pki-oci-ca.pem" in found
    assert faults(authority) == set()
