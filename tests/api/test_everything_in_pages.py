"""Whatever the API changes can be done in the pages too, and as safely.

A page calls a change what the API calls it, so the table of pages says which page does what.
"""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from ocinstaller.api.page_permissions import PAGES
from ocinstaller.api.permissions import ROUTES
from tests.api.test_faults import CHANGING, NAMES, UNCONDITIONAL
from tests.api.test_machine_way import define_cluster, enrol, send_report
from tests.api.test_pages import log_in
from tests.conftest import PASSWORD

ELSEWHERE: dict[str, str] = {}
"""Actions of the API that no page has, and why."""

CALLS = ("-dns", "-monitoring", "-root-password", "/cancel", "/bmc/address")
"""Ends of what is offered where there are plug-ins, open orders or networks of BMCs."""
MANY = "/oci/machine-actions"
"""Acts on a selection: each machine's present state is shown before, none is a form's own."""
NO_TAG = {
    ("POST", "/oci/clusters/{name}/installation"): "goes on by itself while the cluster changes",
    ("POST", "/oci/account/password"): "one's own, whatever it was",
}
"""Pages whose action takes If-Match in the API, which they do without, and why."""
PARTS = {
    "{first_ip}": "10.1.0.9",
    "{ip}": "10.1.0.2",
    "{hostname}": "log.example.com",
    "{port}": "5044",
    "{login}": "somebody",
    "{order_id}": "0",
}

SPARE = {"name": "spare", "ip": "10.3.0.0", "cidr": 24, "location": "z1", "is_public": False}

API = {
    access.action: path
    for (method, path), access in ROUTES.items()
    if method in CHANGING and path.startswith("/v1/")
}
DOING = {
    (method, path): access.action for (method, path), access in PAGES.items() if method == "POST"
}
GUARDED = sorted(
    path
    for (method, path), action in DOING.items()
    if action in API
    and "{" in API[action]
    and API[action] not in UNCONDITIONAL
    and (method, path) not in NO_TAG
    and not path.startswith(MANY)
)


@pytest.mark.parametrize("action", sorted(API))
def test_every_change_has_a_page(action: str) -> None:
    done = action in {access.action for access in PAGES.values()}
    assert done != (action in ELSEWHERE), f"{API[action]} has no page, and no reason why not"


def test_pages_change_nothing_that_the_api_cannot() -> None:
    trying = {"page"}
    assert set(DOING.values()) - trying <= {access.action for access in ROUTES.values()}


def world(operator: TestClient) -> None:
    define_cluster(operator)
    for number in (1, 2):
        send_report(operator, number)
    enrol(operator)
    for path, body in (
        ("users", {"login": "somebody", "password": PASSWORD, "role": "viewer"}),
        ("networks/int/reservations", {"first_ip": "10.1.0.9"}),
        ("networks", SPARE),
        ("roles", {"name": "webfarm"}),
        ("clusters/cl1/filebeat-hosts", {"hostname": "log.example.com"}),
    ):
        assert operator.post(f"/v1/{path}", json=body).status_code == 201


def target_of(path: str) -> str:
    parts = path.split("/")
    return "/".join(
        PARTS.get(part) or NAMES[parts[number - 1]] if part[:1] == "{" else part
        for number, part in enumerate(parts)
    )


@pytest.mark.parametrize("path", GUARDED)
def test_whoever_comes_second_is_told_by_the_page(
    browser: TestClient,
    operator: TestClient,
    path: str,
) -> None:
    world(operator)
    form = {"csrf": log_in(browser), "seen": '"0123"'}
    target = target_of(path)
    name = target.split("/")[3]

    def done() -> list[str]:
        return [record["id"] for record in operator.get("/v1/audit?result=done").json()]

    before = done()
    answer = browser.post(target, data=form | {"confirm": name, "machine": "SERIAL0002"})
    assert answer.status_code == 412, answer.text
    assert "the object has been changed since it was read" in answer.text
    assert done() == before


def forms_of(html: str, here: str) -> Iterator[tuple[str, str]]:
    """Return where each form of a page leads, and its text."""
    for attributes, text in re.findall(r"<form\b([^>]*)>(.*?)</form>", html, re.DOTALL):
        if 'method="post"' in attributes:
            action = re.search(r'action="([^"]*)"', attributes)
            yield (action[1] if action else here), text


def test_forms_carry_what_they_were_made_from(
    browser: TestClient,
    operator: TestClient,
) -> None:
    world(operator)
    log_in(browser)
    guarded = {target_of(path) for path in GUARDED}
    seen = set()
    for path in (path for method, path in PAGES if method == "GET" and path != "/oci/stream"):
        for usual, other in (("", ""), ("SERIAL0001", "SERIAL0002"), ("int", "spare")):
            here = re.sub(rf"/{usual}(?=/|$)", f"/{other}", target_of(path))
            for target, text in forms_of(browser.get(here).text, here):
                usually = re.sub(rf"/{other}(?=/|$)", f"/{usual}", target)
                if usually in guarded:
                    carried = re.search(r'name="seen" value="&#34;[0-9a-f]{32}&#34;"', text)
                    assert carried, f"the form {target} of {here}"
                    seen.add(usually)
    unseen = {target for target in guarded - seen if not target.endswith(CALLS)}
    assert unseen == {
        "/oci/machines/SERIAL0001/plugin-calls/retry",
        "/oci/clusters/cl1/certificate-rollout/abandon",
        "/oci/clusters/cl1/certificate/delete",
        "/oci/clusters/cl1/rings/publish",
        "/oci/machines/SERIAL0001/automatic-enrolment",
        "/oci/machines/SERIAL0001/bmc/adoption",
        "/oci/machines/SERIAL0001/rack/guess",
    }, "forms that this world has no reason to show"


def test_an_address_is_given_and_taken_away(
    browser: TestClient,
    operator: TestClient,
) -> None:
    world(operator)
    token = log_in(browser)
    at = "/oci/machines/SERIAL0001/addresses"
    assert browser.post(f"{at}/10.1.0.2/delete", data={"csrf": token}).url.path == at
    form = {"csrf": token, "network": "int", "ip": "10.1.0.9"}
    refused = browser.post(at, data=form)
    assert refused.status_code == 409 and "10.1.0.9" in refused.text, "it is reserved"
    form["ip"] = "10.1.0.200"
    assert browser.post(at, data=form).status_code == 200
    addresses = operator.get("/v1/machines/SERIAL0001/addresses").json()
    assert "10.1.0.200" in {one["ip"] for one in addresses}


def test_every_field_of_a_network_is_changed(
    browser: TestClient,
    operator: TestClient,
) -> None:
    world(operator)
    browser_token = log_in(browser)
    page = browser.get("/oci/networks/pub/change")
    tag = re.search(r'name="seen" value="([^"]*)"', page.text)
    assert tag is not None
    wanted = {
        "gateway": "10.2.0.254", "vlan": "12", "mtu": "9000", "bridge_name": "br0",
        "first_ip": "10.2.0.20", "last_ip": "10.2.0.99", "lldp_match": "switch",
        "ipmi_match_addr": "10.9.0.0", "ipmi_match_cidr": "16", "ipmi_mode": "externaldhcp",
        "iface1": "eth3", "iface2": "eth4",
    }  # fmt: skip
    form = {"csrf": browser_token, "seen": tag[1].replace("&#34;", '"'), "is_public": "on"}
    same = {"ip": "10.2.0.0", "cidr": "24", "location": "z1", "role": "controller",
            "vip_usage": "controller"}  # fmt: skip
    target = "/oci/networks/pub/change"
    plan = browser.post(f"{target}/plan", data=form | same | wanted)
    assert 'id="vlan-error" role="alert" hx-swap-oob="true"></p>' in plan.text
    wrong = browser.post(target, data=form | same | wanted | {"vlan": "5000"})
    assert wrong.status_code == 422
    assert re.search(r'id="vlan-error"[^>]*>vlan: &#39;5000&#39; is not allowed', wrong.text)
    assert 'value="5000"' in wrong.text, "what was typed stays"
    assert browser.post(target, data=form | same | wanted).url.path == "/oci/networks/pub"
    now = operator.get("/v1/networks/pub").json()
    assert {name: str(now[name]) for name in wanted} == wanted
    late = browser.post(target, data=form | same | wanted | {"mtu": "1500"})
    assert late.status_code == 412
    assert re.search(r'name="mtu" value="1500".*?badge warn">now</span> 9000', late.text, re.DOTALL)
    assert operator.get("/v1/networks/pub").json()["mtu"] == 9000


def test_a_machine_takes_anothers_place(
    browser: TestClient,
    operator: TestClient,
) -> None:
    world(operator)
    token = log_in(browser)
    page = browser.get("/oci/machines/SERIAL0001/replace")
    assert '<option value="SERIAL0002"' in page.text
    form = {"csrf": token, "machine": "SERIAL0002", "confirm": "SERIAL0001"}
    done = browser.post("/oci/machines/SERIAL0001/replace", data=form)
    assert done.url.path == "/oci/machines/SERIAL0002"
    assert operator.get("/v1/machines/SERIAL0001").status_code == 404
    now = operator.get("/v1/machines/SERIAL0002").json()["machine"]
    assert now["hostname"] == "cl1-controller-1.example.com"


def test_a_secret_is_shown_only_on_request_and_the_audit_has_it(
    browser: TestClient,
    operator: TestClient,
) -> None:
    world(operator)
    token = log_in(browser)
    at = "/oci/passwords/cl1.keystone_admin"
    value = operator.get("/v1/passwords/cl1.keystone_admin").json()["value"]
    assert value not in browser.get(at).text
    assert value in browser.post(f"{at}/reveal", data={"csrf": token}).text
    newest = operator.get("/v1/audit", params={"limit": 1, "action": "password-show"}).json()[0]
    assert (newest["actor"], newest["via"]) == ("admin", "session")
    done = browser.post(at, data={"csrf": token, "password": "another-password-1"})
    assert "run Puppet on" in done.text and "another-password-1" not in done.text
    assert operator.get("/v1/passwords/cl1.keystone_admin").json()["value"] == "another-password-1"


def test_the_password_of_a_bmc_is_set_and_never_shown(
    browser: TestClient,
    operator: TestClient,
) -> None:
    world(operator)
    token = log_in(browser)
    at = "/oci/machines/SERIAL0001/power"
    form = {"csrf": token, "ipmi_use": "yes", "ipmi_addr": "192.0.2.1", "ipmi_port": "623",
            "ipmi_username": "root", "ipmi_password": "  calvin "}  # fmt: skip
    wrong = browser.post("/oci/machines/SERIAL0001/bmc", data=form | {"ipmi_addr": "nowhere"})
    assert wrong.status_code == 422 and re.search(
        r'id="ipmi_addr-error"[^>]*>ipmi_addr', wrong.text
    )
    assert browser.post("/oci/machines/SERIAL0001/bmc", data=form).url.path == at
    page = browser.get(at)
    assert "calvin" not in page.text and "192.0.2.1" in page.text
    form |= {"ipmi_username": "admin", "ipmi_password": ""}
    assert browser.post("/oci/machines/SERIAL0001/bmc", data=form).status_code == 200
    shown = operator.get("/v1/machines/SERIAL0001/settings").json()["settings"]
    state = {one["name"]: one for one in shown}
    assert state["ipmi_username"]["value"] == "admin"
    assert not state["ipmi_password"]["is_default"], "an empty password field keeps it"


def test_whoever_switches_a_machine_off_types_its_name(
    browser: TestClient,
    operator: TestClient,
) -> None:
    world(operator)
    token = log_in(browser)
    for path in ("power", "power/live", "power/disk"):
        form = {"csrf": token, "action": "off", "confirm": "SERIAL0002"}
        refused = browser.post(f"/oci/machines/SERIAL0001/{path}", data=form)
        assert refused.status_code == 422 and "letter by letter" in refused.text


def test_counters_and_log_hosts_are_changed(
    browser: TestClient,
    operator: TestClient,
) -> None:
    world(operator)
    token = log_in(browser)
    at = "/oci/clusters/cl1/details"
    form = {"csrf": token, "role": "controller", "count": "0"}
    refused = browser.post(f"{at}/counters", data=form)
    assert refused.status_code == 422
    assert re.search(r'id="counter-count-error"[^>]*>count: ', refused.text)
    assert (
        "cl1-controller-8.example.com"
        in browser.post(f"{at}/counters", data=form | {"count": "7"}).text
    )
    form = {"csrf": token, "hostname": "logs.example.com", "port": "5045"}
    assert "logs.example.com" in browser.post(f"{at}/log-hosts", data=form).text
    browser.post(f"{at}/log-hosts/log.example.com/5044/delete", data={"csrf": token})
    assert operator.get("/v1/clusters/cl1/filebeat-hosts").json() == [
        {"hostname": "logs.example.com", "port": 5045}
    ]


def test_a_cluster_file_goes_out_and_comes_in(
    browser: TestClient,
    operator: TestClient,
) -> None:
    world(operator)
    token = log_in(browser)
    text = browser.get("/oci/clusters/cl1/file").text
    form = {"csrf": token, "text": text}
    assert "Nothing would change." in browser.post("/oci/cluster-files/plan", data=form).text
    form["text"] = text.replace("10.1.0.9", "10.1.0.19")
    assert "10.1.0.19" in browser.post("/oci/cluster-files/plan", data=form).text
    assert browser.post("/oci/cluster-files", data=form).url.path == "/oci/clusters/cl1"
    kept = operator.get("/v1/networks/int/reservations").json()
    assert [one["first_ip"] for one in kept] == ["10.1.0.19"]
    refused = browser.post("/oci/cluster-files", data=form | {"text": "cluster: [\n"})
    assert refused.status_code == 422 and "cluster.yaml:" in refused.text


def test_a_certificate_is_renewed(
    browser: TestClient,
    operator: TestClient,
) -> None:
    world(operator)
    token = log_in(browser)
    browser.get("/oci/certificates")
    name = "cl1-controller-1.example.com"
    done = browser.post(f"/oci/certificates/{name}/renew", data={"csrf": token})
    assert done.url.path == "/oci/certificates"
    assert name in done.text
