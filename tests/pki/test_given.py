"""Certificates of another CA, made by the real openssl: taken, or refused with the reason."""

from pathlib import Path

import pytest

from ocinstaller.model.errors import InvalidValue
from ocinstaller.pki import given
from tests.pki.other_ca import HOST, Ca, openssl


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Ca:
    return Ca(tmp_path_factory.mktemp("ca"))


def refusal(chain: str, key: str, root: str, host: str = HOST) -> str:
    with pytest.raises(InvalidValue) as caught:
        given.accept(chain, key, host, root=root)
    return f"{caught.value.field}: {caught.value.value}"


def test_a_complete_chain_is_taken_and_openssl_agrees(ca: Ca, tmp_path: Path) -> None:
    taken = given.accept(ca.leaf + ca.middle, ca.key("leaf"), HOST, root=ca.root)
    assert taken.root.split() == ca.root.split()
    for name, text in (("root", taken.root), ("chain", taken.chain), ("key", taken.key)):
        (tmp_path / name).write_text(text)
    files = [tmp_path / name for name in ("root", "chain", "chain")]
    openssl(
        "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", HOST,
        "-CAfile", files[0], "-untrusted", files[1], files[2],
    )  # fmt: skip
    assert openssl("pkey", "-in", tmp_path / "key", "-pubout") == openssl(
        "x509", "-in", tmp_path / "chain", "-noout", "-pubkey"
    )
    assert "PRIVATE" not in repr(taken)


def test_the_root_may_end_the_chain_and_may_be_the_systems(ca: Ca, tmp_path: Path) -> None:
    bundle = tmp_path / "ca-certificates.crt"
    unreadable = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    bundle.write_text(unreadable + ca.root)
    chain = ca.leaf + ca.middle
    taken = given.accept(chain + ca.root, ca.key("leaf"), HOST, root=ca.root)
    found = given.accept(chain, ca.key("leaf"), HOST, system_roots=bundle)
    assert taken == found
    assert taken.chain.count("BEGIN") == 2


def test_wildcards_stand_for_one_label(ca: Ca) -> None:
    leaf = ca.sign("wild", "subjectAltName=DNS:*.cloud.example.com", by="middle")
    given.accept(leaf + ca.middle, ca.key("wild"), HOST, root=ca.root)
    for host in ("cloud.example.com", "a.api.cloud.example.com"):
        assert "valid for *.cloud" in refusal(leaf + ca.middle, ca.key("wild"), ca.root, host)


@pytest.mark.parametrize("key", ["P-384", "2048", "3072"])
def test_usual_keys_are_taken(ca: Ca, key: str) -> None:
    leaf = ca.sign(f"usual-{key}", f"subjectAltName=DNS:{HOST}", by="middle", key=key)
    given.accept(leaf + ca.middle, ca.key(f"usual-{key}"), HOST, root=ca.root)


def test_each_refusal_names_what_is_wrong(ca: Ca) -> None:
    chain, key = ca.leaf + ca.middle, ca.key("leaf")
    assert refusal("", key, ca.root) == "chain: no certificate in it"
    assert refusal("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", key, ca.root)
    assert refusal(chain, "nonsense", ca.root) == "key: not readable"
    assert refusal(chain, key, "nonsense") == "root: no certificate in it"
    assert "not that of the first" in refusal(chain, ca.key("middle"), ca.root)
    assert "middle" in refusal(ca.middle + ca.leaf, key, ca.root)
    assert f"valid for {HOST}, other" in refusal(chain, key, ca.root, "api.example.com")
    assert "which is missing" in refusal(ca.leaf, key, ca.root)
    assert "certificate 1" in refusal(ca.leaf + ca.root, key, ca.root)
    assert "which is missing" in refusal(chain, key, "")
    assert "root" in refusal(chain + ca.root, key, "")
    assert refusal(chain * 6, key, ca.root) == "chain: 12 certificates"
    sealed = ca.directory / "sealed.key"
    openssl(
        "pkey", "-in", ca.directory / "leaf.key", "-aes256", "-passout", "pass:x", "-out", sealed
    )
    assert refusal(chain, sealed.read_text(), ca.root) == "key: encrypted with a pass phrase"


def test_weak_ended_and_misused_certificates_are_refused(ca: Ca) -> None:
    name = f"subjectAltName=DNS:{HOST}"

    def refused(leaf_name: str, leaf: str, middle: str = ca.middle) -> str:
        return refusal(leaf + middle, ca.key(leaf_name), ca.root)

    assert "RSA of 1024 bits" in refused("weak", ca.sign("weak", name, by="middle", key="1024"))
    assert "secp256k1" in refused("odd", ca.sign("odd", name, by="middle", key="secp256k1"))
    assert "sha1" in refused("sha1", ca.sign("sha1", name, by="middle", digest="sha1"))
    ended = ca.sign("ended", name, by="middle", days="-1")
    assert "ended on" in refused("ended", ended)
    client = ca.sign("client", name, "extendedKeyUsage=clientAuth", by="middle")
    assert "not for servers" in refused("client", client)
    assert "no subjectAltName" in refused("plain", ca.sign("plain", by="middle"))
    own = ca.sign("own", name)
    assert "signed itself" in refusal(own, ca.key("own"), own)
    old = ca.sign("old-root", "basicConstraints=critical,CA:TRUE", days="-1")
    late = ca.sign("late", name, by="old-root")
    assert refusal(late, ca.key("late"), old).startswith("root: ")


def test_an_intermediate_has_to_be_a_ca(ca: Ca) -> None:
    ca.sign("server", "subjectAltName=DNS:x", by="middle")
    leaf = ca.sign("below", f"subjectAltName=DNS:{HOST}", by="server")
    chain = leaf + (ca.directory / "server.crt").read_text() + ca.middle
    assert "no CA" in refusal(chain, ca.key("below"), ca.root)


def test_what_only_a_client_sees_is_refused_too(ca: Ca) -> None:
    """Name constraints are nothing that OCI looks at itself; OpenSSL does."""
    limits = "nameConstraints=critical,permitted;DNS:elsewhere.example.org"
    limited = ca.sign("limited", "basicConstraints=critical,CA:TRUE", limits, by="root")
    leaf = ca.sign("outside", f"subjectAltName=DNS:{HOST}", by="limited")
    assert "permitted subtree violation" in refusal(leaf + limited, ca.key("outside"), ca.root)
