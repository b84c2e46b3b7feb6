"""`oci-gen-slave-node-cert` on the server, and certificates through `ocicli`."""

import json
import subprocess
from pathlib import Path

import pytest

from ocinstaller.cli.admin import gen_slave_node_cert
from tests.cli.conftest import ServerProcess
from tests.support import write_config

NAME = "mirror.example.com"


def test_the_files_lie_where_operators_look(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--config", str(write_config(tmp_path)), NAME, "--address", "10.9.8.7"]
    assert gen_slave_node_cert(arguments) == 0
    files = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [file.name for file in files] == [
        f"{NAME}.{kind}" for kind in ("key", "csr", "crt", "pem")
    ]
    assert {file.parent for file in files} == {tmp_path / "state/ssl/slave-nodes" / NAME}
    text = subprocess.run(
        ["openssl", "x509", "-in", files[2], "-noout", "-ext", "subjectAltName"],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    assert f"DNS:{NAME}, DNS:mirror, IP Address:10.9.8.7" in text
    content = files[2].read_text()
    assert gen_slave_node_cert(arguments) == 0
    assert files[2].read_text() == content


@pytest.mark.parametrize("name", ["", "Upper.example.com", "a/../b", "x" * 254, "ü.example.com"])
def test_a_name_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert gen_slave_node_cert(["--config", str(write_config(tmp_path)), name]) == 1
    assert "name: " in capsys.readouterr().err
    assert not list((tmp_path / "state/ssl").glob("slave-nodes/*/*"))


def test_ocicli_lists_those_that_expire(server: ServerProcess) -> None:
    assert gen_slave_node_cert(["--config", str(server.config), NAME]) == 0
    listed = json.loads(server.ocicli("certificate-list", "-f", "json").stdout)
    assert {"oci-pki-root-ca", "oci-pki-oci-ca", NAME} <= {row["name"] for row in listed}
    soon = json.loads(server.ocicli("certificate-list", "-f", "json", "--days", "1000").stdout)
    assert NAME in {row["name"] for row in soon}
    assert "oci-pki-root-ca" not in {row["name"] for row in soon}
    refused = server.ocicli("certificate-renew", NAME)
    assert refused.returncode == 1 and NAME in refused.stderr
