"""The site's own Puppet classes: files for everybody, roles, machines and clusters, merged."""

from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient

from ocinstaller.actions import health
from ocinstaller.actions.context import Installation
from ocinstaller.actions.puppet import classify_machine
from tests.api.test_machine_way import define_cluster, enrol, send_report

HOST = "cl1-custom-1.example.com"


class Hiera:
    """The site's directory of files, and what a machine gets of it."""

    def __init__(self, directory: Path, oci: Installation) -> None:
        self.directory = directory
        self.oci = oci
        oci.conf.set_override("hiera_directory", str(directory), "puppet")

    def write(self, place: str, text: str) -> None:
        file = self.directory / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def classes(self, hostname: str = HOST) -> dict[str, dict[str, object] | None]:
        with self.oci.store.read() as session:
            return dict(yaml.safe_load(classify_machine(session, self.oci, hostname))["classes"])


@pytest.fixture
def hiera(tmp_path: Path, oci: Installation, operator: TestClient) -> Hiera:
    """The files of a site with a cluster, a member and a machine that waits."""
    define_cluster(operator)
    for number in (1, 2):
        send_report(operator, number, key=str(number) * 43)
    enrol(operator, "custom")
    return Hiera(tmp_path / "hiera", oci)


def test_the_originals_files_reach_their_machines(hiera: Hiera, operator: TestClient) -> None:
    own = hiera.classes()
    hiera.write("all.yaml", "   motd:\n      content: 'hello: all'\n   ::site::base:\n")
    hiera.write("roles/custom.yaml", "---\nsite::web:\n  port: 80\n  names: [a, b]\n  tls: yes\n")
    hiera.write("roles/compute.yaml", "site::compute:\n")
    hiera.write(f"nodes/{HOST}.yaml", "site::node:\n  depth:\n    one: 1\n    two: ~\n")
    hiera.write("clusters/other/all.yaml", "site::other:\n")
    classes = hiera.classes()
    assert {name: given for name, given in classes.items() if name not in own} == {
        "motd": {"content": "hello: all"},
        "site::base": None,
        "site::web": {"port": 80, "names": ["a", "b"], "tls": True},
        "site::node": {"depth": {"one": 1, "two": None}},
    }
    assert {name: classes[name] for name in own} == own


def test_the_more_specific_goes_first_parameter_by_parameter(hiera: Hiera) -> None:
    places = (
        "all.yaml", "roles/custom.yaml", f"nodes/{HOST}.yaml", "clusters/cl1/all.yaml",
        "clusters/cl1/roles/custom.yaml", f"clusters/cl1/nodes/{HOST}.yaml",
    )  # fmt: skip
    for number, place in enumerate(places):
        hiera.write(place, f"site::x:\n  last: {number}\n  only_{number}: {number}\n")
        assert hiera.classes()["site::x"] == {"last": number} | {
            f"only_{n}": n for n in range(number + 1)
        }


def test_site_roles_have_files_of_their_own(hiera: Hiera, operator: TestClient) -> None:
    operator.post("/v1/roles", json={"name": "webfarm"})
    enrol(operator, "webfarm", "SERIAL0002")
    hiera.write("roles/webfarm.yaml", "site::web:\n")
    hiera.write("roles/custom.yaml", "site::plain:\n")
    assert "site::web" in hiera.classes("cl1-webfarm-1.example.com")
    assert "site::plain" not in hiera.classes("cl1-webfarm-1.example.com")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: [", 2, "well-formed YAML"),
        ("site::x:\n  port: 1\n  port: 2\n", 3, "each key once"),
        ("site::x:\n\n  Port: 1\n", 3, "the name of a parameter"),
        ("Site::X:\n", 1, "the name of a Puppet class"),
        ("site::x:\n  day: 2026-01-01\n", 2, "site::x.day"),
        ("site::x:\n  some:\n    - 1\n    - .inf\n", 2, "site::x.some[1]"),
        ("site::x: 5\n", 1, "parameters with their values"),
        ("- site::x\n", 1, "classes with their parameters"),
        ("ocinstaller:\n  role: controller\n", 1, "those of OCI"),
        ("ocinstaller::role::controller:\n", 1, "those of OCI"),
        ("a: &x\n  b: 1\nc: *x\n", 1, "written out"),
        ("a: !!python/object:os.system\n", 1, "without tags"),
    ],
)
def test_a_wrong_file_says_where_and_what(
    hiera: Hiera, operator: TestClient, text: str, line: int, said: str
) -> None:
    hiera.write("roles/custom.yaml", text)
    answer = operator.post("/v1/clusters/cl1/plan", json={"add_machines": [{"role": "custom"}]})
    assert answer.status_code == 200
    (shown,) = (
        change["after"]
        for change in answer.json()["changes"]
        if change["section"] == "class" and change["subject"] == "cl1-custom-2.example.com"
    )
    assert f"{hiera.directory}/roles/custom.yaml:{line}" in shown and said in shown
    (check,) = health._site_classes(hiera.oci)
    assert check.health == "error" and f"custom.yaml:{line}" in check.found


def test_a_plan_shows_the_sites_classes_but_no_secret(hiera: Hiera, operator: TestClient) -> None:
    hiera.write("roles/custom.yaml", "site::web:\n  port: 80\n  admin_password: hush-hush\n")
    body = {"add_machines": [{"role": "custom"}]}
    answer = operator.post("/v1/clusters/cl1/plan", json=body)
    shown = {
        change["item"]: change["after"]
        for change in answer.json()["changes"]
        if change["subject"] == "cl1-custom-2.example.com"
    }
    assert shown["site::web"] == "assigned"
    assert shown["site::web::port"] == 80
    assert "hush-hush" not in answer.text
    assert hiera.classes()["site::web"] == {"port": 80, "admin_password": "hush-hush"}
    (check,) = health._site_classes(hiera.oci)
    assert check.health == "ok"


def test_an_unreadable_file_fails_its_machines_only(hiera: Hiera, operator: TestClient) -> None:
    enrol(operator, "custom", "SERIAL0002")
    (hiera.directory / f"nodes/{HOST}.yaml").mkdir(parents=True)
    with pytest.raises(Exception, match="nodes"):
        hiera.classes()
    assert "ocinstaller" in hiera.classes("cl1-custom-2.example.com")
