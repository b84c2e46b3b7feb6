"""The web pages without a browser: who may what, forms that cannot be forged, languages."""

import re

import pytest
from fastapi.testclient import TestClient

from ocinstaller.actions.context import Installation
from ocinstaller.api.page_permissions import PAGES
from ocinstaller.model.access import ROLE_PERMISSIONS, UserRole
from ocinstaller.web.languages import preferred
from tests.api.access import make_user, newest
from tests.api.test_machine_way import define_cluster, enrol, send_report
from tests.api.test_rings import introduce
from tests.conftest import PASSWORD

CHANGES = [path for method, path in PAGES if method == "POST"]


def log_in(browser: TestClient, login: str = "admin") -> str:
    """Log in; return what our forms carry."""
    browser.post("/oci/login", data={"login": login, "password": PASSWORD})
    return csrf(browser.get("/oci/locations").text + browser.get("/oci/account").text)


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert found, "the page has no form"
    return found[1]


def test_a_form_of_another_site_changes_nothing(browser: TestClient, operator: TestClient) -> None:
    token = log_in(browser)
    for path in CHANGES:
        target = path.replace("{", "").replace("}", "")
        for form in ({}, {"csrf": "0" * 64}):
            assert browser.post(target, data=form).status_code == 412, path
        forged = browser.post(
            target, data={"csrf": token}, headers={"Origin": "https://evil.example"}
        )
        assert forged.status_code == 403, path
    assert operator.get("/v1/users").json() == [
        {"login": "admin", "role": "administrator", "source": "password", "activated": True}
    ]


def test_a_form_of_another_session_changes_nothing(browser: TestClient) -> None:
    token = log_in(browser)
    other = TestClient(browser.app, base_url="https://oci.example.com", client=("192.0.2.2", 1))
    assert log_in(other) != token
    form = {"csrf": token, "name": "r1"}
    assert other.post("/oci/swift-regions", data=form).status_code == 412
    assert browser.post("/oci/swift-regions", data=form).status_code == 200


@pytest.mark.parametrize("role", UserRole)
def test_what_one_may_not_do_is_not_offered(
    browser: TestClient, operator: TestClient, role: UserRole
) -> None:
    define_cluster(operator)
    send_report(operator)
    make_user(operator, "somebody", role)
    log_in(browser, "somebody")
    may = {
        path for (_, path), access in PAGES.items() if access.permission in ROLE_PERMISSIONS[role]
    }
    for path in ("/oci/", "/oci/machines", "/oci/machines/SERIAL0001", "/oci/clusters",
                 "/oci/clusters/cl1", "/oci/networks", "/oci/networks/int", "/oci/locations",
                 "/oci/events", "/oci/health", "/oci/account"):  # fmt: skip
        page = browser.get(path)
        assert page.status_code == 200, path
        offered = re.findall(r'(?:href|action)="(/oci/[^"?#]*)', page.text)
        for target in offered:
            known = {p for p in may if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", p), target)}
            common = ("/oci/static/", "/oci/logout", "/oci/preferences", "/oci/racks")
            assert known or target.startswith(common), f"{path} offers {target} to {role}"


def test_refusals_are_pages_that_say_what_would_be_accepted(browser: TestClient) -> None:
    log_in(browser)
    answer = browser.get("/oci/clusters/none")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "no cluster named" in answer.text


def test_errors_are_beside_the_field_and_what_was_typed_stays(browser: TestClient) -> None:
    token = log_in(browser)
    form = {"csrf": token, "name": "", "domain": "example.com"}
    page = browser.post("/oci/clusters/new", data=form | {"name": "not a label"})
    assert page.status_code == 422
    assert 'value="not a label"' in page.text
    assert re.search(r'id="name-error"[^>]*>name: ', page.text)
    assert (
        browser.post("/oci/clusters/new", data=form | {"name": "cl1"}).url.path
        == "/oci/clusters/cl1"
    )


def test_forms_are_checked_as_one_types_and_nothing_is_kept(
    browser: TestClient, operator: TestClient
) -> None:
    token = log_in(browser)
    for name, said in (("r 1", "name: "), ("r1", "")):
        part = browser.post("/oci/swift-regions/check", data={"csrf": token, "name": name})
        assert re.search(rf'id="region-name-error"[^>]*>{said}', part.text)
    assert operator.get("/v1/swift-regions").json() == []


def test_destruction_asks_for_the_name(browser: TestClient, operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    token = log_in(browser)
    form = {"csrf": token, "confirm": "SERIAL0002"}
    refused = browser.post("/oci/machines/SERIAL0001/destroy", data=form)
    assert refused.status_code == 422 and "letter by letter" in refused.text
    assert operator.get("/v1/machines/SERIAL0001").status_code == 200
    form["confirm"] = "SERIAL0001"
    assert browser.post("/oci/machines/SERIAL0001/destroy", data=form).url.path == "/oci/machines"
    assert operator.get("/v1/machines/SERIAL0001").status_code == 404
    assert newest(operator)["action"] == "machine-destroy"


def test_many_machines_are_enrolled_in_one_transaction_or_not_at_all(
    browser: TestClient, operator: TestClient
) -> None:
    define_cluster(operator)
    send_report(operator, 1)
    send_report(operator, 2)
    token = log_in(browser)
    form = {"csrf": token, "cluster": "cl1", "role": "custom", "location": "z1"}
    form["machine"] = ["SERIAL0001", "SERIAL0009"]
    assert browser.post("/oci/machine-actions/enrol", data=form).status_code == 404
    assert operator.get("/v1/machines/SERIAL0001").json()["machine"]["cluster"] is None
    form["machine"] = ["SERIAL0001", "SERIAL0002"]
    plan = browser.post("/oci/machine-actions/plan", data=form)
    assert "cl1-custom-2.example.com" in plan.text
    assert operator.get("/v1/machines/SERIAL0001").json()["machine"]["cluster"] is None
    assert browser.post("/oci/machine-actions/enrol", data=form).url.path == "/oci/machines"
    assert operator.get("/v1/clusters/cl1").json()["machines"] == 2


def test_the_plan_of_an_installation_names_the_disk(
    browser: TestClient, operator: TestClient
) -> None:
    define_cluster(operator)
    send_report(operator)
    assert enrol(operator).status_code == 200
    token = log_in(browser)
    page = browser.get("/oci/machines/SERIAL0001/install")
    assert "Everything on vda is lost." in page.text
    browser.post("/oci/machines/SERIAL0001/install", data={"csrf": token})
    assert operator.get("/v1/machines/SERIAL0001").json()["machine"]["status"] == "installing"


def test_machines_are_searched_filtered_and_sorted(
    browser: TestClient, operator: TestClient
) -> None:
    define_cluster(operator)
    for number in range(1, 4):
        send_report(operator, number)
    enrol(operator, "custom", "SERIAL0002")
    log_in(browser)

    def found(**query: str) -> list[str]:
        page = browser.get("/oci/machines", params=query, headers={"HX-Request": "true"})
        assert page.status_code == 200
        return re.findall(r'<tr data-serial="(\w+)"', page.text)

    every = ["SERIAL0001", "SERIAL0002", "SERIAL0003"]
    assert found() == every
    assert found(descending="1") == every[::-1]
    assert found(text="ial0003") == ["SERIAL0003"]
    assert found(text="52:54:00:00:00:02") == ["SERIAL0002"]
    assert found(text="10.1.0.2") == ["SERIAL0002"]
    assert found(text="%") == []
    assert found(cluster="cl1") == ["SERIAL0002"]
    assert found(cluster="") == ["SERIAL0001", "SERIAL0003"]
    assert found(role="custom", text="0001") == []
    assert found(sort="nonsense", page="99") == every
    assert found(sort="hostname")[0] == "SERIAL0002", "machines without a name come last"


def test_pages_take_a_constant_number_of_queries(
    oci: Installation, browser: TestClient, operator: TestClient
) -> None:
    from sqlalchemy import event

    log_in(browser)
    statements: list[str] = []
    event.listen(
        oci.store.engine, "before_cursor_execute", lambda c, u, text, *more: statements.append(text)
    )

    def count() -> int:
        statements.clear()
        browser.get("/oci/machines")
        return len(statements)

    send_report(operator, 1)
    few = count()
    for number in range(2, 40):
        send_report(operator, number)
    assert count() == few


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA,en;q=0.5", "fr"),
        ("en-GB,fr;q=0.9", "en"),
        ("de,fr;q=0.3,en;q=0.2", "fr"),
        ("fr;q=0", "en"),
        ("fr;q=many", "en"),
        ("*", "en"),
    ],
)
def test_the_browser_says_which_language_it_likes(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


def test_language_and_colours_are_kept_by_the_browser(browser: TestClient) -> None:
    form = {"language": "fr", "theme": "dark", "back": "/oci/login"}
    page = browser.post("/oci/preferences", data=form)
    assert page.url.path == "/oci/login"
    assert 'lang="fr" data-theme="dark"' in page.text
    away = browser.post(
        "/oci/preferences", data={"back": "//evil.example/"}, follow_redirects=False
    )
    assert away.headers["location"] == "/oci/"


def test_only_administrators_get_the_openrc(browser: TestClient, operator: TestClient) -> None:
    define_cluster(operator)
    path = "/oci/clusters/cl1/openrc"
    make_user(operator, "olga", "operator")
    log_in(browser, "olga")
    assert path not in browser.get("/oci/clusters/cl1").text
    assert browser.get(path).status_code == 403
    log_in(browser)
    assert path in browser.get("/oci/clusters/cl1").text
    answer = browser.get(path)
    assert answer.text == operator.get("/v1/clusters/cl1/openrc").json()["text"]
    assert "OS_PASSWORD" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert browser.get("/oci/clusters/none/openrc").status_code == 404


def test_a_network_is_shown_with_all_that_is_set(browser: TestClient, operator: TestClient) -> None:
    define_cluster(operator)
    made = operator.patch("/v1/networks/int", json={"mtu": 9000, "vlan": 77})
    assert made.status_code == 200, made.text
    log_in(browser)
    page = browser.get("/oci/networks/int").text
    assert "<dd>9000</dd>" in page and "<dd>77</dd>" in page
    assert "printers" not in page
    first, last = "10.1.0.200", "10.1.0.209"
    kept = {"first_ip": first, "last_ip": last, "note": "printers"}
    answer = operator.post("/v1/networks/int/reservations", json=kept)
    assert answer.status_code == 201, answer.text
    page = browser.get("/oci/networks/int").text
    assert f"{first} – {last}" in page and "printers" in page


def test_no_page_has_inline_scripts_or_styles(browser: TestClient, operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    log_in(browser)
    for method, path in PAGES:
        if method != "GET" or path == "/oci/stream":
            continue
        names = {
            "machines": "SERIAL0001",
            "clusters": "cl1",
            "networks": "int",
            "users": "admin",
            "passwords": "cl1.keystone_admin",
            "site-documents": "racking-map",
        }
        area = path.split("/")[2] if path.count("/") > 1 else ""
        page = browser.get(re.sub(r"\{\w+\}", names.get(area, ""), path))
        assert page.status_code in (200, 409), path
        assert not re.search(r"<style|style=|<script(?![^>]* src=)|\son\w+=", page.text), path
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy


def test_rings_are_tried_calculated_and_published(
    browser: TestClient, operator: TestClient
) -> None:
    define_cluster(operator)
    for number in (1, 2, 3):
        introduce(operator, number)
    settings = {"settings": {"swift_part_power": 8}}
    assert operator.patch("/v1/clusters/cl1/settings", json=settings).status_code == 200
    token, page = log_in(browser), "/oci/clusters/cl1/rings"
    assert "No ring yet" in browser.get(page).text
    tried = browser.post(f"{page}/plan", data={"csrf": token})
    assert tried.text.count("Nothing moves.") == 3, "they are the first ones"
    assert operator.get("/v1/clusters/cl1/rings").json()["rings"] == []
    assert "Wait for publication" in browser.post(page, data={"csrf": token}).text
    published = browser.post(f"{page}/publish", data={"csrf": token}).text
    assert "Ring object" in published and "Wait for publication" not in published
    drawn = re.findall(r'<rect class="fill hue-\d" x="230" y="\d+" width="(\d+)"', published)
    assert len(drawn) == 3 * (1 + 1 + 3 + 6), "region, zone, machines, devices of three rings"
    assert set(drawn) == {"420"}, "everything holds as much as its like"


def test_why_rings_cannot_be_made_is_said(browser: TestClient, operator: TestClient) -> None:
    define_cluster(operator)
    token, page = log_in(browser), "/oci/clusters/cl1/rings"
    for path in (page, f"{page}/plan", f"{page}/publish"):
        refused = browser.post(path, data={"csrf": token})
        assert 'role="alert"' in refused.text, path
