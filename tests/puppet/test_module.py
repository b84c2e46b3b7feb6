"""The Puppet module and the Python side agree with each other."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.errors import Conflict
from ocinstaller.model.placement.placing import place_machine
from ocinstaller.model.roles import ROLES
from ocinstaller.model.secret_specs import SECRETS, names_for_services
from ocinstaller.model.services import SERVICES
from ocinstaller.model.snapshot import VirtualAddress
from ocinstaller.puppet.classification import ROLE_CLASSES, NodeSnapshot, classify
from ocinstaller.puppet.nodes import node_snapshot
from ocinstaller.puppet.server_setup import MODULES
from tests.model.worlds import connected

MODULE = Path(__file__).parents[2] / "puppet" / "ocinstaller"


VIP = VirtualAddress("10.0.1.100", 24, "public")
PASSWORD = "not-to-be-shown"


def world(role: str, vip: VirtualAddress | None) -> NodeSnapshot:
    """One machine of a role, in a cluster of its own."""
    cluster = connected({role: 1})
    cluster = replace(cluster, vip=vip)
    (machine,) = cluster.machines
    names = names_for_services(place_machine(cluster, machine).services)
    return node_snapshot(cluster, machine, dict.fromkeys(names, PASSWORD))


def declared_parameters() -> dict[str, bool]:
    """Name of each parameter of class ocinstaller, and whether it must be given."""
    manifest = (MODULE / "manifests/init.pp").read_text()
    head = manifest[manifest.index("class ocinstaller (") : manifest.index(") {")]
    found = re.findall(r"\$(\w+)( *=)?", head)
    return {name: not default for name, default in found}


@pytest.mark.parametrize("role", [role.name for role in ROLES])
def test_a_role_can_be_deployed_exactly_when_its_class_exists(role: str) -> None:
    assert (MODULE / f"manifests/role/{role}.pp").exists() == (role in ROLE_CLASSES)


@pytest.mark.parametrize(("role", "vip"), [("controller", VIP), ("custom", None)])
def test_the_classification_fits_the_class(role: str, vip: VirtualAddress | None) -> None:
    document = yaml.safe_load(classify(world(role, vip)))
    given = set(document["classes"].pop("ocinstaller"))
    declared = declared_parameters()
    assert given <= set(declared)
    assert {name for name, required in declared.items() if required} <= given
    assert document == {
        "classes": {f"ocinstaller::role::{role}": None},
        "environment": "production",
    }


def test_texts_stay_texts_for_puppet() -> None:
    text = classify(world("controller", VIP))
    assert '"::1"' in text
    assert not re.search(r"^[^\"]*: +[^\"\[{\s-]*[:,]", text, re.MULTILINE)


@given(st.text().filter(str.isprintable))
def test_whatever_a_setting_may_hold_arrives(value: str) -> None:
    node = replace(world("custom", None), settings={"note": value})
    # libyaml, as Puppet's Ruby has it.
    found = yaml.load(classify(node), yaml.CSafeLoader)
    assert found["classes"]["ocinstaller"]["settings"] == {"note": value}


def test_a_profile_exists_for_every_service_that_is_deployed() -> None:
    profiles = {s.deployment.profile for s in SERVICES if s.deployment}
    assert {p for p in profiles if not (MODULE / f"manifests/profile/{p}.pp").exists()} == set()


def test_a_controller_without_virtual_address_is_refused() -> None:
    with pytest.raises(Conflict, match="no public network"):
        classify(world("controller", None))


def test_swift_with_a_name_of_its_own_is_refused() -> None:
    cluster = replace(
        connected({"swiftproxy": 1}), settings={"swift_proxy_hostname": "s3.example.com"}
    )
    (machine,) = cluster.machines
    with pytest.raises(Conflict, match="name of its own"):
        classify(node_snapshot(cluster, machine, {}))


def test_a_role_without_class_is_refused() -> None:
    with pytest.raises(Conflict, match="messaging"):
        classify(world("messaging", None))


def test_a_snapshot_shows_no_secret() -> None:
    assert PASSWORD not in repr(world("controller", VIP))


def test_every_secret_that_manifests_read_is_generated() -> None:
    names = {spec.name for spec in SECRETS}
    text = "".join(path.read_text() for path in MODULE.rglob("*.pp"))
    used = set(re.findall(r"ocinstaller::secret\('(\w+)'\)", text))
    assert used
    assert used <= names


def test_modules_that_are_declared_are_linked_on_the_server() -> None:
    metadata = json.loads((MODULE / "metadata.json").read_text())
    needed = {entry["name"].split("/")[1] for entry in metadata["dependencies"]}
    assert needed <= set(MODULES)


def test_every_class_and_define_is_documented() -> None:
    for manifest in MODULE.rglob("manifests/**/*.pp"):
        text = manifest.read_text()
        assert text.startswith("# @summary "), manifest
        head = re.search(r"^(?:class|define) [\w:]+ \((.*?)^\) \{", text, re.MULTILINE | re.DOTALL)
        for name in re.findall(r"^  \S.*?\$(\w+)", head[1], re.MULTILINE) if head else ():
            assert f"# @param {name}\n" in text, f"{manifest}: {name}"


def test_puppet_lint_finds_nothing() -> None:
    if not shutil.which("puppet-lint"):
        pytest.skip("puppet-lint is not installed")
    result = subprocess.run(
        ["puppet-lint", "--fail-on-warnings", MODULE.name],
        cwd=MODULE.parent, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout
