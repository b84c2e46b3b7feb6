"""The original's client, as it is, through the commands that operators know."""

import pytest

from tests.contract.conftest import OriginalClient

pytestmark = pytest.mark.root


def test_explore(client: OriginalClient) -> None:
    client.does("swift-region-create", "region-1")
    client.does("location-create", "zone-1", "region-1")
    client.does("network-create", "mgmt", "10.1.0.0", "24", "zone-1", "no")
    client.does("network-create", "pub", "10.2.0.0", "24", "zone-1", "yes")
    client.does("cluster-create", "cl1", "example.com") if False else print(client.run("cluster-create", "cl1", "example.com"))
    client.does("network-add", "mgmt", "cl1", "all", "eth0", "none")
    client.does("network-add", "pub", "cl1", "controller", "eth1", "none")
    print(client.boots("compute"), client.boots("store"))
    for c in ("network-list", "location-list", "swift-region-list", "role-list", "cluster-list", "cluster-show cl1", "cluster-show-networks cl1", "cluster-show-machines cl1", "cluster-show-ips cl1", "machine-list", "machine-list -a", "machine-list -v -e -h -b -s -n -l -i -z -r", "machine-show SRV00002", "machine-blk SRV00002", "machine-ip-list SRV00002", "machine-add SRV00002 cl1 controller zone-1", "machine-show SRV00002", "machine-ip-list SRV00002","machine-list -n", "machine-show-from-hostname cl1-controller-1.example.com", "machine-remove SRV00002", "machine-destroy SRV00002", "machine-install-log SRV00001"):
        done = client.run(*c.split())
        print("$", c, done.returncode)
        print(done.stdout, done.stderr)
    assert 0
