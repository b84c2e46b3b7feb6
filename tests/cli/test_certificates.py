"""`oci-gen-slave-node-cert` on the server, and certificates through `ocicli`."""

import json
import subprocess
from pathlib import Path

import pytest

from ocinstaller.cli.admin import gen_slave_node_cert
from ocinstaller.cli.pki import (
    check_cert_integrity,
    gen_slave_node_client_cert,
    renew_intermediate_ca,
)
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


def test_a_client_certificate_lies_beside_the_servers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = ["--config", str(write_config(tmp_path))]
    assert gen_slave_node_client_cert([*config, NAME]) == 0
    files = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [file.name for file in files] == [
        f"{NAME}_client.{kind}" for kind in ("key", "csr", "crt", "pem")
    ]
    assert gen_slave_node_client_cert([*config, "Not A Name"]) == 1
    assert "name: " in capsys.readouterr().err


def test_another_intermediate_and_what_still_leads_to_the_one_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = ["--config", str(write_config(tmp_path))]
    gen_slave_node_cert([*config, NAME])
    capsys.readouterr()
    assert renew_intermediate_ca([*config, "--status"]) == 0
    assert capsys.readouterr().out.startswith("present ")
    assert renew_intermediate_ca(config) == 0
    present, former = capsys.readouterr().out.splitlines()
    assert present.endswith("0 certificates") and former.endswith(f"1 certificates: {NAME}")
    assert renew_intermediate_ca([*config, "--forget"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2, "one is in use still"
    for file in (tmp_path / "state/ssl/slave-nodes" / NAME).iterdir():
        file.unlink()
    assert renew_intermediate_ca([*config, "--forget"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_integrity_is_told_by_exit_code_and_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = ["--config", str(write_config(tmp_path))]
    assert check_cert_integrity(config) == 1
    assert "No such file" in capsys.readouterr().out
    assert not (tmp_path / "state").exists(), "nothing is made"
    gen_slave_node_cert([*config, NAME])
    assert check_cert_integrity(config) == 0
    assert capsys.readouterr().out.endswith("3 certificates, 0 files with faults\n")
    bundle = tmp_path / "state/ssl/slave-nodes" / NAME / f"{NAME}.pem"
    bundle.write_text("")
    assert check_cert_integrity(config) == 1
    assert f"{bundle}: is not key" in capsys.readouterr().out
