"""Racking, hardware profiles and automatic enrolment over the API."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from ocinstaller.actions.context import Installation
from ocinstaller.model.hardware import LldpNeighbour, Product
from tests.api.access import make_user
from tests.api.test_machine_way import bearer, define_cluster
from tests.conftest import PASSWORD
from tests.support import report

MACHINE = "/v1/machines/SERIAL0001"
RACKING = {
    "productnames": {"R640": {"num-u": 2}},
    "switchhostnames": {"sw1": {"dc": "paris", "row": "r1", "rack": "12", "location-name": "z1"}},
    "switchportnames": {"swp3": 3},
}
PROFILES = {
    "small": {"role": "compute", "product-name": ["R640"], "machine-set": ["--notes small"]},
    "big": {"role": "volume", "ram": {"min": 500, "max": 600}},
}


@pytest.fixture
def site(oci: Installation) -> Path:
    """Return the directory with the site's documents."""
    directory = Path(oci.conf.auto_racking.map_file).parent
    write(directory, RACKING, PROFILES)
    return directory


def write(directory: Path, racking: object, profiles: object) -> None:
    (directory / "auto-racking.json").write_text(json.dumps(racking))
    (directory / "hardware-profiles.json").write_text(json.dumps(profiles))


def introduce(client: TestClient, port: str = "swp3") -> None:
    found = report()
    nics = tuple(
        nic.model_copy(update={"lldp": LldpNeighbour(switch_hostname="sw1", switch_port=port)})
        for nic in found.nics
    )
    known = found.model_copy(update={"nics": nics, "product": Product(name="R640")})
    answer = client.post(
        "/node/v1/report", content=known.model_dump_json(), headers=bearer(), auth=None
    )
    assert answer.status_code == 200, answer.text


def place(client: TestClient) -> dict[str, str]:
    values = client.get(f"{MACHINE}/settings").json()["settings"]
    return {v["name"]: v["value"] for v in values if not v["is_default"]}


def php(client: TestClient, action: str, **sent: str) -> dict[str, Any]:
    login, password = "admin", PASSWORD
    sent |= {"action": action, "serial": "SERIAL0001", "oci_login": login, "oci_pass": password}
    answer: dict[str, Any] = client.get("/oci/api.php", params=sent, auth=None).json()
    return answer


def test_a_machine_is_racked(operator: TestClient, site: Path) -> None:
    introduce(operator)
    guessed = operator.get(f"{MACHINE}/racking").json()
    assert (guessed["rack"], guessed["unit_start"], guessed["unit_end"]) == ("12", 3, 4)
    assert place(operator) == {}, "guessing stores nothing"
    assert operator.post(f"{MACHINE}/racking", headers={"If-Match": '"old"'}).status_code == 412
    assert operator.post(f"{MACHINE}/racking").json() == guessed
    assert place(operator) == {
        "loc_dc": "paris", "loc_row": "r1", "loc_rack": "12", "loc_u_start": "3", "loc_u_end": "4",
    }  # fmt: skip


def test_a_machine_is_enrolled_by_its_profile(operator: TestClient, site: Path) -> None:
    define_cluster(operator)
    introduce(operator)
    assert [p["name"] for p in operator.get("/v1/hardware-profiles").json()] == ["small", "big"]
    guessed = operator.get(f"{MACHINE}/profile").json()
    assert guessed["profiles"] == ["small"]
    assert guessed["rejected"] == {"big": "it has 4 GiB of memory, not 500 to 600"}
    made = operator.post(f"{MACHINE}/automatic-enrolment")
    assert made.status_code == 200, made.text
    assert (made.json()["role"], made.json()["location"]) == ("compute", "z1")
    assert place(operator)["notes"] == "small" and place(operator)["loc_rack"] == "12"


@pytest.mark.parametrize(
    ("racking", "profiles", "reason"),
    [
        ({}, PROFILES, "productnames: Field required"),
        (RACKING | {"extra": 1}, PROFILES, "extra: Extra inputs"),
        (RACKING, {}, "fits no hardware profile"),
        (RACKING, {"a": {"role": "compute"}, "b": {"role": "volume"}}, "several .*: a, b"),
        (RACKING, {"a": {"role": "cook"}}, "'cook' is not allowed"),
        (RACKING, {"a": {"role": "compute", "machine-set": ["--raid-type 7"]}}, "raid_type"),
    ],
)
def test_what_does_not_follow_changes_nothing(
    operator: TestClient, site: Path, racking: object, profiles: object, reason: str
) -> None:
    define_cluster(operator)
    introduce(operator)
    write(site, racking, profiles)
    refused = operator.post(f"{MACHINE}/automatic-enrolment")
    assert refused.status_code in (409, 422)
    assert re.search(reason, refused.json()["detail"])
    assert operator.get(MACHINE).json()["machine"]["cluster"] is None
    assert place(operator) == {}


def test_absent_documents_are_named(operator: TestClient) -> None:
    introduce(operator)
    for path, name in (
        (f"{MACHINE}/racking", "auto-racking.json"),
        (f"{MACHINE}/profile", "hardware-profiles.json"),
        ("/v1/hardware-profiles", "hardware-profiles.json"),
    ):
        refused = operator.get(path)
        assert refused.status_code == 409
        assert f"{name}: No such file" in refused.json()["detail"]


def test_viewers_guess_and_do_not_change(operator: TestClient, site: Path) -> None:
    introduce(operator)
    viewer = make_user(operator, "vera", "viewer")
    assert viewer.get(f"{MACHINE}/racking").status_code == 200
    assert viewer.get(f"{MACHINE}/profile").status_code == 200
    assert viewer.post(f"{MACHINE}/racking").status_code == 403
    assert viewer.post(f"{MACHINE}/automatic-enrolment").status_code == 403


def test_the_original_client_gets_its_answers(operator: TestClient, site: Path) -> None:
    define_cluster(operator)
    introduce(operator)
    assert "rack 12, units 3 to 4" in php(operator, "machine_guess_racking")["data"]
    assert php(operator, "machine_guessed_profile")["data"] == ["small"]
    debug = php(operator, "machine_guessed_profile", debug="yes")["data"]
    assert debug == ["small", "big: it has 4 GiB of memory, not 500 to 600"]
    document = php(operator, "profile_list")["data"]
    assert document["small"]["product-name"] == ["R640"]
    assert document["big"]["ram"] == {"min": 500, "max": 600}
    assert php(operator, "machine_auto_rack")["status"] == "success"
    assert php(operator, "machine_auto_add")["status"] == "success"
    plan = php(operator, "machine_display_install_cmd")["data"]
    assert "hostname: cl1-compute-1.example.com" in plan and "ERASED: vda" in plan
