"""The set-up of puppetserver, written below a directory instead of the root."""

import configparser
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ocinstaller.puppet.client import SettingsError, load_settings
from ocinstaller.puppet.server_setup import MODULES, Setup, install

SETUP = Setup(
    url="https://10.0.0.1",
    ca_file=Path("/etc/openstack-cluster-installer/ca.pem"),
    token_file=Path("/etc/openstack-cluster-installer/puppet.token"),
    name="puppet.example.com",
    heap_mib=768,
    enc=Path("/usr/bin/oci-puppet-external-node-classifier"),
    autosign=Path("/usr/bin/oci-puppet-autosign"),
)
ME = (os.getuid(), os.getgid())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in MODULES:
        (tmp_path / "usr/share/puppet/modules" / name).mkdir(parents=True)
    (tmp_path / "etc/default").mkdir(parents=True)
    (tmp_path / "etc/default/puppetserver").write_text('JAVA_ARGS="-Xms1g -Xmx1g -Dx=y"\n')
    token = tmp_path / "etc/openstack-cluster-installer/puppet.token"
    token.parent.mkdir()
    token.write_text("token")
    token.chmod(0o644)
    return tmp_path


def test_everything_that_puppetserver_needs_is_written(root: Path) -> None:
    install(SETUP, root, ME)
    puppet = configparser.ConfigParser(interpolation=None)
    puppet.read(root / "etc/puppet/puppet.conf")
    assert puppet["server"]["node_terminus"] == "exec"
    assert puppet["server"]["external_nodes"] == str(SETUP.enc)
    assert puppet["server"]["autosign"] == str(SETUP.autosign)
    assert puppet["server"]["allow_duplicate_certs"] == "true"
    assert puppet["main"]["certname"] == "puppet.example.com"
    assert "-Xmx768m" in (root / "etc/default/puppetserver").read_text()
    environment = root / "etc/puppet/code/environments/production"
    assert {link.name for link in (environment / "modules").iterdir()} == set(MODULES)
    settings = load_settings(root / "etc/openstack-cluster-installer/puppet-client.conf")
    assert (settings.host, settings.token_file) == ("10.0.0.1", SETUP.token_file)


def test_token_and_kept_answers_belong_to_puppetserver_alone(root: Path) -> None:
    install(SETUP, root, ME)
    token = root / "etc/openstack-cluster-installer/puppet.token"
    assert stat.S_IMODE(token.stat().st_mode) == 0o400
    assert stat.S_IMODE((root / "var/cache/oci/enc").stat().st_mode) == 0o700


def test_a_second_run_changes_nothing(root: Path) -> None:
    assert install(SETUP, root, ME) != []
    assert install(SETUP, root, ME) == []


def test_a_missing_module_is_named_before_anything_is_written(root: Path) -> None:
    (root / "usr/share/puppet/modules/keystone").rmdir()
    with pytest.raises(SettingsError, match="keystone"):
        install(SETUP, root, ME)
    assert not (root / "etc/puppet").exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--url", "http://10.0.0.1"),
        ("--name", "Puppet/1"),
        ("--heap-mib", "64"),
        ("--ca-file", "x"),
    ],
)
def test_a_wrong_argument_is_named(tmp_path: Path, option: str, value: str) -> None:
    file = tmp_path / "file"
    file.touch()
    arguments = {
        "--url": "https://10.0.0.1", "--name": "puppet.example.com", "--heap-mib": "768",
        "--ca-file": str(file), "--token-file": str(file),
    }  # fmt: skip
    arguments[option] = value
    result = subprocess.run(
        [
            sys.executable, "-m", "ocinstaller.puppet.server_setup", "--no-start",
            *(word for pair in arguments.items() for word in pair),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert value in result.stderr
    assert "allowed" in result.stderr
