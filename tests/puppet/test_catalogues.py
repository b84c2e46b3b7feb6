"""The catalogue of every role in a reference cluster compiles against Debian's real modules.

Puppet and the modules are those of the puppetserver's image.
"""

import contextlib
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from ocinstaller.lab import firmware
from ocinstaller.lab.command import run
from ocinstaller.model.addressing import BRIDGE, SWITCHING_ROLES, Link
from ocinstaller.model.placement.placing import place_machine
from ocinstaller.model.secret_specs import names_for_services
from ocinstaller.model.settings import Value
from ocinstaller.model.snapshot import ClusterSnapshot, VirtualAddress
from ocinstaller.puppet.classification import ROLE_CLASSES, classify
from ocinstaller.puppet.nodes import node_snapshot
from ocinstaller.puppet.server_setup import MODULE_DIRECTORY, MODULES
from tests.model.worlds import connected, network
from tests.support import report

REPOSITORY = Path(__file__).parents[2]
MODULE = REPOSITORY / "puppet" / "ocinstaller"
IMAGE = REPOSITORY / ".state" / "images" / "puppetserver" / "current" / "filesystem.squashfs"
LINKS = "tmp/modules"
COMPILE_S = 300
COUNTS = {
    "controller": 3,
    "compute": 2,
    "network": 1,
    "swiftproxy": 2,
    "swiftstore": 3,
    "volume": 1,
}
FACTS = {
    "os": {"family": "Debian", "name": "Debian", "release": {"full": "13.2", "major": "13"}},
    "oci_networkd": {card: f"/etc/systemd/network/10-{card}.network" for card in ("eth0", "eth1")},
    "os_service_default": "<SERVICE DEFAULT>",
    "virtual": "kvm",
    "processors": {"count": 4},
    "memory": {"system": {"total_bytes": 8 * 1024**3}},
}

pytestmark = [pytest.mark.images, pytest.mark.root]

Compile = Callable[..., dict[str, object]]


@pytest.fixture(scope="module")
def puppetserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The root of the puppetserver's image with OCI's module of this source tree."""
    if not IMAGE.exists():
        pytest.skip("the puppetserver's image is not built")
    directory = tmp_path_factory.mktemp("puppetserver")
    mounted = [directory / "lower", directory / "root"]
    try:
        root = firmware.mount_layers(IMAGE, directory)
        for source, target in ((str(MODULE), f"{MODULE_DIRECTORY}/ocinstaller"), ("/proc", "proc")):
            (root / target).mkdir(parents=True, exist_ok=True)
            run("mount", "--bind", source, str(root / target))
            mounted.append(root / target)
        facts = root / "etc/facter/facts.d"
        facts.mkdir(parents=True, exist_ok=True)
        (facts / "oci.yaml").write_text(yaml.safe_dump(FACTS))
        # What every machine gets, no more: packages bring modules that the set-up leaves out.
        links = root / LINKS
        links.mkdir(parents=True)
        for name in MODULES:
            (links / name).symlink_to(f"/{MODULE_DIRECTORY}/{name}")
        yield root
    finally:
        for place in reversed(mounted):
            with contextlib.suppress(Exception):
                run("umount", str(place))


@pytest.fixture
def compiled(puppetserver: Path) -> Compile:
    """Compile the catalogue of the first machine of a role."""

    def work(
        role: str, cluster: ClusterSnapshot, api_ca: str = "", root: str = "", **more: Any
    ) -> dict[str, object]:
        machine = cluster.of_role(role)[0]
        secrets = names_for_services(place_machine(cluster, machine).services)
        # As long as Heat's encryption key has to be.
        values = {name: f"of-{name}".ljust(32, "-") for name in secrets}
        values |= {"root_password_hash": root} if root else {}
        text = classify(replace(node_snapshot(cluster, machine, values, api_ca), **more))
        (puppetserver / "tmp/classes.yaml").write_text(text)
        classifier = puppetserver / "tmp/classify"
        classifier.write_text("#!/bin/sh\nexec cat /tmp/classes.yaml\n")
        classifier.chmod(0o755)
        found = subprocess.run(
            ["chroot", str(puppetserver), "puppet", "catalog", "compile", machine.hostname,
             "--node_terminus=exec", "--external_nodes=/tmp/classify", "--facts_terminus=facter",
             f"--modulepath=/{LINKS}", "--color=false", "--log_level=err"],
            capture_output=True, text=True, timeout=COMPILE_S, check=False,
        )  # fmt: skip
        assert found.returncode == 0, found.stderr
        catalogue: dict[str, object] = json.loads(found.stdout[found.stdout.index("{") :])
        return catalogue

    return work


def resources(catalogue: dict[str, object]) -> dict[str, dict[str, object]]:
    listed = catalogue["resources"]
    assert isinstance(listed, list)
    return {f"{entry['type']}[{entry['title']}]": entry for entry in listed}


def content(catalogue: dict[str, object], path: str) -> str:
    parameters = resources(catalogue)[f"File[{path}]"]["parameters"]
    assert isinstance(parameters, dict)
    return str(parameters["content"])


@pytest.mark.parametrize("role", sorted(ROLE_CLASSES))
def test_the_catalogue_of_each_role_compiles(compiled: Compile, role: str) -> None:
    found = resources(compiled(role, connected({**COUNTS, role: COUNTS.get(role, 1)})))
    assert f"Class[Ocinstaller::Role::{role.capitalize()}]" in found
    assert "Class[Ocinstaller::Profile::Firewall]" in found


def test_a_machine_of_a_sites_role_gets_what_the_site_adds(compiled: Compile) -> None:
    found = resources(
        compiled(
            "webfarm",
            connected({"controller": 1, "webfarm": 2}),
            root="$2b$05$hash",
            extra_packages=("tmux", "chrony"),
            site_classes={"stdlib": {}},
        )
    )
    assert "Class[Ocinstaller::Role::Custom]" in found
    assert "Package[tmux]" in found
    assert "Class[Stdlib]" in found
    user = found["User[root]"]
    assert user["parameters"] == {"password": "$2b$05$hash"}
    assert user["sensitive_parameters"] == ["password"]


def test_a_single_controller_has_the_address_by_itself(compiled: Compile) -> None:
    found = resources(compiled("controller", connected({"controller": 1})))
    assert "File[/etc/systemd/network/10-eth1.network.d/50-oci-vip.conf]" in found
    assert "Service[corosync]" not in found


def test_three_controllers_know_each_other(compiled: Compile) -> None:
    catalogue = compiled("controller", connected({"controller": 3}))
    addresses = [f"192.168.100.{number}" for number in (2, 3, 4)]
    for file in ("/etc/corosync/corosync.conf", "/etc/haproxy/haproxy.cfg"):
        assert all(address in content(catalogue, file) for address in addresses), file
    nodes = content(catalogue, "/etc/rabbitmq/rabbitmq.conf")
    assert nodes.count("cluster_formation.classic_config.nodes.") == 3
    assert "tcp dport 4567 jump peers_mariadb" in content(catalogue, "/etc/nftables.d/oci.nft")


def test_an_address_that_is_a_network_of_its_own_sits_on_lo(compiled: Compile) -> None:
    cluster = connected({"controller": 3})
    assert cluster.vip is not None
    catalogue = compiled("controller", replace(cluster, vip=replace(cluster.vip, prefix=32)))
    assert 'name="nic" value="lo"' in content(catalogue, "/etc/corosync/oci-resources.xml")


def test_other_virtual_addresses_pass_the_firewall(compiled: Compile) -> None:
    vip = VirtualAddress("192.168.100.250", 24, "internal")
    cluster = replace(connected({"custom": 1, "controller": 3}), other_vips={"sql": vip})
    assert vip.ip in content(compiled("custom", cluster), "/etc/nftables.d/oci.nft")


def test_only_clients_of_the_api_trust_the_root_of_its_certificate(compiled: Compile) -> None:
    api_file, own_file = "/etc/ssl/oci-api-ca.pem", "/etc/ssl/certs/oci-root-ca.pem"
    cluster = connected(COUNTS)
    catalogue = compiled("controller", cluster, api_ca="-----BEGIN…")
    assert content(catalogue, api_file) == "-----BEGIN…"
    trusting = {
        name
        for name, entry in resources(catalogue).items()
        if api_file in json.dumps(entry.get("parameters", {}))
    }
    assert {
        "Nova_config[neutron/cafile]", "Neutron_config[nova/cafile]",
        "Heat_config[clients/ca_file]", "Cinder_config[DEFAULT/glance_ca_certificates_file]",
        "File[/root/oci-openrc]", "Keystone::Resource::Authtoken[nova_config]",
    } <= trusting  # fmt: skip
    for file in ("/etc/haproxy/haproxy.cfg", "/etc/rabbitmq/inter_node_tls.config"):
        if f"File[{file}]" in resources(catalogue):
            assert own_file in content(catalogue, file) and api_file not in content(catalogue, file)
    assert not {name for name in trusting if "mariadb" in name.lower() or "rabbit" in name.lower()}
    assert api_file not in json.dumps(compiled("controller", cluster))


def test_no_secret_is_in_an_argument(compiled: Compile) -> None:
    for name, entry in resources(compiled("controller", connected(COUNTS))).items():
        parameters = entry.get("parameters", {})
        assert isinstance(parameters, dict)
        for argument in ("command", "unless", "onlyif"):
            assert "of-" not in str(parameters.get(argument, "")), name


def with_outside(counts: dict[str, int], **settings: Value) -> ClusterSnapshot:
    """Return a cluster whose network and compute machines lead outside over their second card."""
    cluster = connected(counts)
    world = network("world", "198.51.100.0/24", BRIDGE)
    link = Link("eth1", bridge_name="br-ex")
    world = replace(world, use=replace(world.use, link=link))
    machines = tuple(
        replace(machine, settings={**machine.settings, **settings}, nics=report(index).nics)
        if machine.role in SWITCHING_ROLES
        else machine
        for index, machine in enumerate(cluster.machines)
    )
    return replace(cluster, machines=machines, networks=(*cluster.networks, world))


def value(catalogue: dict[str, object], name: str) -> object:
    parameters = resources(catalogue)[name]["parameters"]
    assert isinstance(parameters, dict)
    return parameters.get("value")


@pytest.mark.parametrize("role", ["network", "compute"])
def test_bridges_lead_to_the_physical_networks_that_neutron_knows(
    compiled: Compile, role: str
) -> None:
    found = compiled(role, with_outside(COUNTS, neutron_external_network_name="street"))
    assert "Exec[eth1 is a port of br-ex]" in resources(found)
    assert value(found, "Neutron_agent_ovs[ovs/bridge_mappings]") == "street:br-ex"


def test_the_server_knows_the_physical_networks_of_all_machines(compiled: Compile) -> None:
    found = compiled("controller", with_outside(COUNTS, neutron_external_network_name="street"))
    assert value(found, "Neutron_plugin_ml2[ml2_type_vlan/network_vlan_ranges]") == "street"
    assert "Neutron_agent_ovs[ovs/bridge_mappings]" not in resources(found)


@pytest.mark.parametrize(("driver", "kind"), [("libvirt", "kvm"), ("qemu", "qemu")])
def test_virtual_machines_move_and_are_looked_at_over_tls(
    compiled: Compile, driver: str, kind: str
) -> None:
    found = compiled("compute", with_outside(COUNTS, compute_driver=driver))
    assert value(found, "Nova_config[libvirt/virt_type]") == kind
    assert value(found, "Nova_config[libvirt/live_migration_scheme]") == "tls"
    assert value(found, "Nova_config[libvirt/live_migration_with_native_tls]") is True
    assert "vnc_tls_x509_verify = 1" in content(found, "/etc/libvirt/qemu.conf")
    allowed = content(found, "/etc/libvirt/libvirtd.conf")
    assert '"*CN=cloud-compute-2.example.com*"' in allowed and "controller" not in allowed
    assert "Service[libvirtd-tls.socket]" in resources(found)


def test_pretended_virtual_machines_need_no_libvirt(compiled: Compile) -> None:
    found = resources(compiled("compute", with_outside(COUNTS, compute_driver="fake")))
    assert "Service[libvirtd-tls.socket]" not in found
