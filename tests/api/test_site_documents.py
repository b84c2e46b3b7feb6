"""The site's documents: shown, checked and replaced by API and pages; the machines they speak of."""

import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ocinstaller.actions.context import Installation
from tests.api.access import newest
from tests.api.test_machine_way import define_cluster, send_report
from tests.api.test_pages import log_in

PROFILES = {
    "small": {"role": "custom", "ram": {"min": 1, "max": 64}},
    "large": {"role": "compute", "ram": {"min": 65, "max": 4000}},
}


@pytest.fixture
def files(oci: Installation) -> dict[str, Path]:
    return {
        "hardware-profiles": Path(oci.conf.auto_provision.profiles_file),
        "racking-map": Path(oci.conf.auto_racking.map_file),
    }


def test_a_document_that_is_not_there_says_so(operator: TestClient, files: dict[str, Path]) -> None:
    for name, file in files.items():
        shown = operator.get(f"/v1/site-documents/{name}").json()
        assert (shown["text"], shown["file"]) == ("", str(file))
        assert "No such file" in shown["problem"]
    assert operator.get("/v1/site-documents/shadow").status_code == 404


def test_a_document_is_replaced_whole_or_not_at_all(
    operator: TestClient, files: dict[str, Path]
) -> None:
    at, file = "/v1/site-documents/hardware-profiles", files["hardware-profiles"]
    text = json.dumps(PROFILES, indent=1)
    assert operator.put(at, json={"text": text}).status_code == 200
    assert file.read_text() == text
    assert [one["name"] for one in operator.get("/v1/hardware-profiles").json()] == list(PROFILES)
    assert newest(operator)["action"] == "site-document-set"
    for wrong, said in (
        ("{", "EOF"),
        ('{"a": {}}', "a.role"),
        ('{"a": {"role": "king"}}', "king"),
        ('{"a": {"role": "custom", "colour": "red"}}', "a.colour"),
    ):
        refused = operator.put(at, json={"text": wrong})
        assert refused.status_code == 422 and said in refused.json()["detail"], refused.text
        assert file.read_text() == text
    tag = operator.get(at).headers["ETag"]
    file.write_text("{}")
    late = operator.put(at, json={"text": text}, headers={"If-Match": tag})
    assert late.status_code == 412 and file.read_text() == "{}"


def test_a_file_that_cannot_be_written_is_a_refusal(
    operator: TestClient, files: dict[str, Path]
) -> None:
    files["racking-map"].mkdir()
    text = '{"productnames": {}, "switchhostnames": {}, "switchportnames": {}}'
    refused = operator.put("/v1/site-documents/racking-map", json={"text": text})
    assert refused.status_code == 409 and "cannot be written" in refused.json()["detail"]
    assert newest(operator)["result"] == "refused"


def test_the_page_tells_whom_a_document_fits_before_it_is_saved(
    browser: TestClient, operator: TestClient, files: dict[str, Path]
) -> None:
    define_cluster(operator)
    send_report(operator)
    token = log_in(browser)
    at = "/oci/site-documents/hardware-profiles"
    form = {"csrf": token, "text": json.dumps(PROFILES)}
    checked = browser.post(f"{at}/check", data=form)
    assert re.search(r"SERIAL0001</dt><dd>small<br>.*large: it has", checked.text)
    assert not files["hardware-profiles"].exists()
    wrong = browser.post(f"{at}/check", data=form | {"text": "{"})
    assert re.search(r'id="text-error"[^>]*>text: ', wrong.text)
    page = browser.post(at, data=form)
    assert page.url.path == "/oci/profiles"
    assert re.search(r"SERIAL0001</a></th>.*?small</span>", page.text, re.DOTALL)
    assert "small" in browser.get("/oci/clusters/cl1/add").text
    enrolment = browser.get("/oci/machines/SERIAL0001/enrol")
    assert "The machine fits small." in enrolment.text
    # Its cluster and location would follow from a racking map, which is not there.
    refused = browser.post("/oci/machines/SERIAL0001/automatic-enrolment", data=form)
    assert refused.status_code == 409 and "auto-racking.json" in refused.text
