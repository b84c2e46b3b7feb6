"""The original's commands that wait for machines: they poll until what they wait for has happened.

The machines are played here: they tell what the original's scripts on them tell, when asked to.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.conftest import OriginalClient
from tests.drivers.virtual_bmc_process import PASSWORD as SECRET
from tests.drivers.virtual_bmc_process import USER, BmcProcess
from tests.e2e.waiting import eventually

pytestmark = pytest.mark.root

CONTROLLER, STORE = "SRV00002", "SRV00001"


def state(client: OriginalClient, serial: str) -> tuple[str, str]:
    """Return a machine's state and that of its Puppet run."""
    rows = client.lists("machine-list", "-s")
    return next((row["status"], row["puppet"]) for row in rows if row["serial"] == serial)


def told(client: OriginalClient, serial: str, *states: str) -> None:
    for one in states:
        assert client.tells(serial, one) == "Ok\n"


def output(process: subprocess.Popen[str]) -> str:
    """Return what a command said, once it has ended well."""
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return said


def asked(client: OriginalClient, serial: str) -> Callable[[], bool]:
    return lambda: state(client, serial)[0] == "installing"


def test_a_cluster_of_two_machines_is_defined(client: OriginalClient) -> None:
    client.does("swift-region-create", "region-1")
    client.does("location-create", "zone-1", "region-1")
    client.does("network-create", "mgmt", "10.1.0.0", "24", "zone-1", "no")
    client.does("network-create", "pub", "10.2.0.0", "24", "zone-1", "yes")
    client.run("cluster-create", "cl1", "example.com")
    client.does("network-add", "mgmt", "cl1", "all", "eth0", "none")
    client.does("network-add", "pub", "cl1", "controller", "eth1", "none")
    for name, serial, role in (("compute", CONTROLLER, "controller"), ("store", STORE, "compute")):
        assert client.boots(name) == "Ok\n"
        client.does("machine-add", serial, "cl1", role, "zone-1")


def test_a_cluster_is_installed_in_order(client: OriginalClient) -> None:
    with client.watching("cluster-install", "cl1") as command:
        eventually(asked(client, CONTROLLER))
        told(client, CONTROLLER, "installing", "firstboot", "installed", "puppet-running")
        assert state(client, STORE)[0] == "live", "compute machines come after the controllers"
        told(client, CONTROLLER, "puppet-success")
        eventually(asked(client, STORE))
        told(client, STORE, "installing", "firstboot", "installed", "puppet-running")
        told(client, STORE, "puppet-success")
        said = output(command)
    assert "Cluster has domain name: example.com" in said
    assert said.count("ok.") == 4 and said.index(CONTROLLER) < said.index(STORE)


def test_one_machine_is_waited_for(client: OriginalClient) -> None:
    assert "to be installed:ok." in client.run("machine-wait-for-install", STORE).stdout
    told(client, STORE, "puppet-running")
    with client.watching("machine-wait-for-puppet", STORE) as command:
        told(client, STORE, "puppet-failure")
        assert "puppet run:" in output(command)
    client.does("machine-reboot-on-live", STORE)
    assert client.boots("store") == "Ok\n"
    client.run("machine-install-os", STORE)
    with client.watching("machine-wait-for-install", STORE) as command:
        told(client, STORE, "installing", "firstboot", "installed")
        assert output(command).endswith("ok.\n")


def test_a_cluster_is_reset_through_the_bmcs(client: OriginalClient, tmp_path: Path) -> None:
    bmc = BmcProcess(tmp_path)
    try:
        at = bmc.access
        client.run("machine-set-ipmi", STORE, "yes", at.address, str(at.port), USER, SECRET)
        client.run("cluster-reset", "cl1", answer="no\n")
        assert state(client, STORE)[0] == "installed"
        done = client.run("cluster-reset", "cl1", answer="YES\n")
        assert f"IPMI reboot: {STORE}" in done.stdout, done
        assert bmc.next() == "on n"
    finally:
        bmc.stop()
    assert state(client, STORE)[0] == "bootinglive"
    assert state(client, CONTROLLER)[0] == "installed", "it has no BMC, which is said"
    assert "is not controlled through a BMC" in done.stdout


def test_passwords_of_bmcs_are_not_given_out_for_a_check(client: OriginalClient) -> None:
    checked = client.run("check-all-ipmi", f"serial='{STORE}'")
    assert f"Checking {STORE}" in checked.stdout and SECRET not in checked.stdout
