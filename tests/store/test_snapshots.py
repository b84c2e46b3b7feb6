"""Snapshots and rehearsals on every data base."""

from pathlib import Path

import pytest

from ocinstaller.actions import nodes
from ocinstaller.actions.cluster_files.document import ClusterFile
from ocinstaller.actions.cluster_files.usecases import apply_file, export_cluster, plan_file
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.model.snapshot import AddressFacts, VirtualAddress
from ocinstaller.store import queries, snapshots
from tests.support import report, write_config

FILE = """\
swift_regions: [r1]
locations: {z1: {swift_region: r1}}
cluster: {name: cl1, domain: example.com, settings: {time_server_host: ntp.example.com}}
networks:
  int: {ip: 10.1.0.0, cidr: 24, location: z1, is_public: no, role: all, iface1: eth0}
  pub: {ip: 10.2.0.0, cidr: 24, location: z1, is_public: yes, role: controller, iface1: eth1}
machines:
  SERIAL0001: {role: controller, location: z1}
  SERIAL0002: {role: custom, location: z1, addresses: {int: 10.1.0.40}}
"""


@pytest.fixture
def installation(database: str, tmp_path: Path) -> Installation:
    oci = open_installation(write_config(tmp_path, database=database))
    for number in (1, 2):
        document = report(number)
        oci.store.write(
            lambda s, d=document, n=number: nodes.receive_report(
                s, oci, d, f"key{n}", "", "10.9.0.1"
            )
        )
    return oci


def test_a_rehearsal_leaves_nothing_and_the_application_does_the_same(
    installation: Installation,
) -> None:
    file = ClusterFile("cl1.yaml", FILE)
    planned = installation.store.rehearse(lambda s: plan_file(s, installation, file))
    with installation.store.read() as session:
        assert queries.networks(session) == []
    done = installation.store.write(
        lambda s: apply_file(s, installation, file, remove_machines=False)
    )
    assert done == planned
    again = installation.store.write(
        lambda s: apply_file(s, installation, file, remove_machines=False)
    )
    assert again == []
    with installation.store.read() as session:
        exported = export_cluster(session, "cl1")
    file = ClusterFile("cl1.yaml", exported)
    assert installation.store.rehearse(lambda s: plan_file(s, installation, file)) == []


def test_a_snapshot_holds_the_whole_cluster(installation: Installation) -> None:
    file = ClusterFile("cl1.yaml", FILE)
    installation.store.write(lambda s: apply_file(s, installation, file, remove_machines=False))
    with installation.store.read() as session:
        cluster = snapshots.cluster_snapshot(session, queries.cluster(session, "cl1"))
    controller, custom = cluster.machines
    assert controller.is_bootstrap and controller.nics == report(1).nics
    assert custom.nics is None
    assert custom.addresses == (AddressFacts("int", "10.1.0.40", 24),)
    assert cluster.management_address(controller) == "10.1.0.2"
    assert cluster.vip == VirtualAddress("10.2.0.2", 24, "pub")
    assert cluster.settings == {"time_server_host": "ntp.example.com"}
    assert cluster.last_numbers == {"controller": 1, "custom": 1}
    assert {str(a) for a in cluster.network_by_name["int"].taken} == {"10.1.0.2", "10.1.0.40"}
