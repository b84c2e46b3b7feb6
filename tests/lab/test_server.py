"""What the lab tells the server under test."""

import stat

import pytest

from ocinstaller import settings
from ocinstaller.images.aptconf import Mirrors
from ocinstaller.lab import server
from ocinstaller.lab.errors import CommandError
from ocinstaller.lab.ocicli import UNREACHABLE_STATUS, OciCli


@pytest.fixture
def configured(lab, monkeypatch):
    mirrors = Mirrors("https://mirror.example/debian", "http://mirror.example/debian-security")
    monkeypatch.setattr(server.aptconf, "host_mirrors", lambda: mirrors)
    server.configure(lab)
    lab.run_directory.mkdir(parents=True)
    (lab.run_directory / "https-port").write_text("1\n")
    return lab


def test_configuration_is_one_that_the_product_accepts(configured):
    conf = settings.load(configured.config_file)
    assert conf.network.OCI_IP == "10.66.0.1"
    assert conf.dhcp.enabled
    assert conf.dhcp.network_namespace == configured.name
    assert conf.server.state_dir == str(configured.server_state)


def test_machines_ask_the_proxy_in_plain_http(configured):
    conf = settings.load(configured.config_file)
    assert conf.network.debian_mirror == "http://mirror.example/debian"
    assert conf.network.HTTP_PROXY_ADDR == "10.66.0.1:3142"


def test_administrator_is_made_once_and_kept_secret(configured):
    server.make_authorities(configured)
    password = server.make_administrator(configured)
    assert password
    assert server.make_administrator(configured) is None
    mode = configured.credentials_file.stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert f"OCI_PASS={password}\n" in configured.credentials_file.read_text()


def test_administrator_of_a_killed_run_gets_a_new_password(configured):
    server.make_authorities(configured)
    first = server.make_administrator(configured)
    configured.credentials_file.unlink()
    second = server.make_administrator(configured)
    assert second
    assert second != first


def test_token_of_the_puppetserver_stays_valid(configured):
    server.make_authorities(configured)
    server.make_token(configured)
    token = configured.puppet_token_file.read_text()
    server.make_token(configured)
    assert configured.puppet_token_file.read_text() == token


def test_server_that_is_away_has_a_status_of_its_own(configured):
    server.make_authorities(configured)
    server.make_administrator(configured)
    assert not server.healthy(configured)
    with pytest.raises(CommandError) as raised:
        OciCli(configured)("machine-list")
    assert raised.value.status == UNREACHABLE_STATUS
