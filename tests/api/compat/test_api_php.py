"""`/oci/api.php`: envelope, login, permissions, and that nothing breaks it."""

import logging
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ocinstaller.actions import users
from ocinstaller.actions.context import Installation
from ocinstaller.api.app import boot_app, https_app
from ocinstaller.api.compat.action import Absent, Action
from ocinstaller.api.compat.table import ACTIONS
from ocinstaller.api.permissions import ROUTES
from ocinstaller.model.access import ROLE_PERMISSIONS, UserRole
from ocinstaller.model.settings import CLUSTER_SETTINGS, MACHINE_SETTINGS, shown
from ocinstaller.store.access_tables import AuditRecord
from ocinstaller.store.tables import Base
from ocinstaller.web import pages
from tests.api.test_collections import counted, enrol_all, introduce
from tests.api.test_machine_way import define_cluster, send_report
from tests.conftest import PASSWORD

PATH = "/oci/api.php"

ORIGINAL = [
    "enc",
    "machine_list",
    "machine_show",
    "machine_show_from_hostname",
    "get_machine_status",
    "machine_blk",
    "machine_set",
    "machine_add",
    "machine_remove",
    "machine_destroy",
    "machine_replace",
    "machine_display_install_cmd",
    "machine_install_os",
    "machine_install_log",
    "machine_reboot_on_hdd",
    "machine_reboot_on_live",
    "ipmi_reboot_on_hdd",
    "ipmi_reboot_on_live",
    "machine_wipe",
    "machine_report_counter_reset",
    "machine_ip_list",
    "machine_ip_add",
    "machine_ip_remove",
    "machine_apply_ipmi",
    "machine_set_ipmi",
    "ipmi_show_cmd_console",
    "ipmi_cmd",
    "ipmi_assign_check",
    "hpe_ilo_license_install",
    "hpe_activate_ipmi_over_lan",
    "activate_ipmi_over_lan",
    "machine_gen_root_pass",
    "machine_forget_root_pass",
    "machine_to_dns",
    "machine_out_of_dns",
    "machine_to_monitoring",
    "machine_out_of_monitoring",
    "profile_list",
    "machine_guessed_profile",
    "machine_check_megacli_applied",
    "machine_megacli_apply",
    "machine_megacli_reset_raid",
    "machine_guess_racking",
    "machine_auto_rack",
    "machine_auto_add",
    "ipmi_assign_ip",
    "machine_ipmi_adopt",
    "machine_save_ipmi_pass",
    "machine_forget_ipmi_pass",
    "swift_add_machine_to_ring",
    "cluster_list",
    "cluster_create",
    "cluster_delete",
    "cluster_show",
    "cluster_set",
    "cluster_show_ips",
    "cluster_show_networks",
    "cluster_show_machines",
    "cluster_rolecounts_list",
    "cluster_rolecounts_set",
    "filebeat_output_host_list",
    "filebeat_output_host_create",
    "filebeat_output_host_delete",
    "swift_caculate_ring",
    "password_list",
    "password_show",
    "password_set",
    "network_list",
    "new_network",
    "network_set",
    "network_add",
    "network_remove",
    "network_delete",
    "location_list",
    "location_create",
    "location_delete",
    "swiftregion_list",
    "swiftregion_create",
    "swiftregion_delete",
    "role_list",
    "role_create",
    "role_delete",
]
"""Every action that the original has."""

WHO = {"oci_login": "admin", "oci_pass": PASSWORD}


def ask(client: TestClient, **parameters: str) -> dict[str, object]:
    """Ask as the administrator; return the envelope."""
    answer = client.get(PATH, params=WHO | parameters)
    assert answer.status_code == 200
    assert answer.text.endswith("\n")
    document = answer.json()
    assert document["status"] in ("success", "error")
    return document


def test_every_action_of_the_original_is_in_the_table() -> None:
    assert set(ORIGINAL) == set(ACTIONS)


def test_every_action_takes_what_its_route_takes() -> None:
    for action in ACTIONS.values():
        if isinstance(action, Action):
            assert action.route in ROUTES, action.name


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "Error: please set oci_login and oci_pass to authenticate."),
        ({"oci_login": "admin"}, "Error: please set oci_login and oci_pass to authenticate."),
        (WHO, "Error: no action specified."),
        (WHO | {"action": "reboot"}, "Error: no action by that name."),
        (WHO | {"action": "__init__"}, "Error: no action by that name."),
        ({"oci_login": "admin", "oci_pass": "x", "action": "role_list"}, "login or password are"),
        (WHO | {"action": "swiftregion_create"}, "Error: not valid name: ''; allowed: letters"),
        (WHO | {"action": "swiftregion_create", "name": "a" * 64}, "1 to 63"),
    ],
)
def test_refusals_come_in_the_envelope(
    anonymous: TestClient, parameters: dict[str, str], message: str
) -> None:
    answer = anonymous.get(PATH, params=parameters)
    assert answer.status_code == 200
    assert answer.json()["status"] == "error"
    assert message in answer.json()["message"]
    assert "data" not in answer.json()


def test_loopback_is_no_exception(anonymous: TestClient) -> None:
    assert anonymous.get(PATH, params={"action": "role_list"}).json()["status"] == "error"


def test_parameters_come_in_the_query_or_in_a_form(anonymous: TestClient) -> None:
    made = anonymous.post(PATH, data=WHO | {"action": "swiftregion_create", "name": "r1"})
    assert made.json() == {"status": "success", "message": "Successfuly queried API."}
    mixed = anonymous.post(
        PATH, params=WHO | {"action": "role_list"}, data={"action": "swiftregion_list"}
    )
    assert mixed.json()["data"] == [{"0": "1", "id": "1", "1": "r1", "name": "r1"}]
    as_json = anonymous.post(PATH, params=WHO, json={"action": "role_list"})
    assert "Content-Type" in as_json.json()["message"]


def test_a_form_of_too_many_fields_is_refused(anonymous: TestClient) -> None:
    answer = anonymous.post(PATH, data=WHO | {f"f{n}": "" for n in range(1001)})
    assert "at most 1000 fields" in answer.json()["message"]


@pytest.mark.parametrize("role", UserRole)
def test_each_role_may_what_it_may_below_v1(oci: Installation, role: UserRole) -> None:
    oci.store.write(lambda s: users.create_user(s, "somebody", PASSWORD, role=role))
    client = TestClient(https_app(oci, pages.router), client=("127.0.0.1", 50000))
    who = {"oci_login": "somebody", "oci_pass": PASSWORD}
    for action in ACTIONS.values():
        message = client.get(PATH, params=who | {"action": action.name}).json()["message"]
        may = isinstance(action, Absent) or action.access.permission in ROLE_PERMISSIONS[role]
        assert ("does not allow this" in message) != may, action.name


def test_operators_come_from_where_they_may(tmp_path: object, oci: Installation) -> None:
    oci.conf.set_override("OPERATOR_NETWORKS", ["192.0.2.0/24"], "network")
    client = TestClient(https_app(oci, pages.router), client=("198.51.100.1", 50000))
    assert "may not ask from 198.51.100.1" in ask(client, action="role_list")["message"]


def test_guessing_has_to_wait(anonymous: TestClient) -> None:
    guess = {"oci_login": "admin", "oci_pass": "guess", "action": "role_list"}
    messages = [anonymous.get(PATH, params=guess).json()["message"] for _ in range(6)]
    assert "too many wrong passwords" in messages[-1]
    assert "too many wrong passwords" in ask(anonymous, action="role_list")["message"]


def test_the_audit_knows_who_did_what(oci: Installation, anonymous: TestClient) -> None:
    ask(anonymous, action="swiftregion_create", name="r1")
    ask(anonymous, action="swiftregion_create", name="r1")
    with oci.store.read() as session:
        done, refused = session.scalars(select(AuditRecord).order_by(AuditRecord.id))
    assert (done.actor, done.action, done.object_name, done.result) == (
        "admin", "swift-region-create", "r1", "done",
    )  # fmt: skip
    assert (refused.action, refused.result) == ("swift-region-create", "refused")


def test_plain_http_says_so_and_does_nothing(starter: TestClient) -> None:
    answer = starter.get(PATH, params=WHO | {"action": "swiftregion_create", "name": "r1"})
    assert answer.json()["status"] == "error"
    assert "HTTPS only" in answer.json()["message"]


def test_passwords_are_not_logged(anonymous: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ask(anonymous, action="swiftregion_create", name="-")
    anonymous.get(PATH, params={"oci_login": "admin", "oci_pass": "hush-hush"})
    ours = [r for r in caplog.records if r.name.startswith(("ocinstaller", "uvicorn"))]
    assert any(record.getMessage() == "refused" for record in ours)
    assert not any(secret in str(vars(r)) for r in ours for secret in (PASSWORD, "hush-hush"))


def test_it_can_be_switched_off(oci: Installation) -> None:
    oci.conf.set_override("enabled", False, "compat")
    client = TestClient(https_app(oci, pages.router), client=("127.0.0.1", 50000))
    assert client.get(PATH, params=WHO).status_code == 404
    starter = TestClient(boot_app(oci), client=("127.0.0.1", 50000))
    assert starter.post("/oci/report.php", content=b"{}").status_code == 404


def test_machines_are_filtered_as_the_newer_client_does(operator: TestClient) -> None:
    send_report(operator, 1)
    send_report(operator, 2)
    shown = ask(operator, action="machine_list", filter="serial=SERIAL0002,status=live")
    assert [row["serial"] for row in shown["data"]] == ["SERIAL0002"]
    assert ask(operator, action="machine_list", filter="status=installed")["data"] == []
    assert "not allowed" in ask(operator, action="machine_list", filter="1=1")["message"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"action": "machine_list"},
        {"action": "cluster_show_machines", "cluster_name": "cl1"},
        {"action": "cluster_show_ips", "name": "cl1"},
    ],
)
def test_listings_take_the_same_number_of_queries_whatever_the_size(
    oci: Installation, operator: TestClient, parameters: dict[str, str]
) -> None:
    define_cluster(operator)
    taken = []
    for numbers in (range(1, 3), range(3, 15)):
        introduce(oci, numbers)
        enrol_all(oci, numbers)
        ask(operator, action="role_list")  # the first request checks the password
        with counted(oci) as statements:
            assert len(ask(operator, **parameters)["data"]) == numbers[-1]
        taken.append(len(statements))
    assert taken[0] == taken[1], statements


def test_the_client_learns_every_setting(anonymous: TestClient, operator: TestClient) -> None:
    known = anonymous.get("/oci/variables.json").json()
    define_cluster(operator)
    send_report(operator)
    cluster = ask(operator, action="cluster_show", name="cl1")["data"]
    machine = ask(operator, action="machine_show", serial="SERIAL0001")["data"]
    for row, table in ((cluster, CLUSTER_SETTINGS), (machine, MACHINE_SETTINGS)):
        for setting in table.values():
            if not setting.of_state:
                assert row[setting.name] == shown(setting.default), setting.name
    for kind, row in (("clusters", cluster), ("machines", machine)):
        for name, variable in known[kind].items():
            assert row[name] == variable["default"], name
            assert "," not in variable["description"]
            assert variable["type"] in ("int", "float", "boolean", "string", "fqdn")


def test_settings_change_together_or_not_at_all(operator: TestClient) -> None:
    define_cluster(operator)
    changes = {"swift_part_power": "14", "asn": "many"}
    refused = ask(operator, action="cluster_set", name="cl1", **changes)
    assert "asn: 'many' is not allowed" in refused["message"]
    assert ask(operator, action="cluster_show", name="cl1")["data"]["swift_part_power"] == "19"
    unknown = ask(operator, action="cluster_set", name="cl1", swift_part_powr="14")
    assert "swift_part_power" in unknown["message"]


def contents(oci: Installation) -> dict[str, int]:
    """Return how many rows each table has, but for those that note requests."""
    noted = {"audit_records", "login_failures"}
    with oci.store.read() as session:
        return {
            table.name: len(session.execute(table.select()).all())
            for table in Base.metadata.sorted_tables
            if table.name not in noted
        }


NASTY = ["' OR 1=1 --", '"; DROP TABLE machines; --', "$(reboot)", "`id`", "../../etc/passwd",
         "\0", "\ud800", "％", "é", "0", "-1", "9" * 400, "yes\n", "a" * 5000, "10.1.0.0/24",
         "<script>", "{}", "%s%n", "fe80::1%eth0", "cl1", "SERIAL0001", "int", "z1", "r1"]  # fmt: skip


def test_no_parameter_breaks_an_action(oci: Installation, operator: TestClient) -> None:
    """Garbage is refused in the envelope; whatever is refused has changed nothing."""
    define_cluster(operator)
    send_report(operator)
    texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=20))

    def parameters(action: Action) -> st.SearchStrategy[dict[str, str]]:
        names = [parameter.name for parameter in action.parameters]
        values = st.fixed_dictionaries({}, optional=dict.fromkeys((*names, "extra"), texts))
        return values.map(lambda drawn: {"action": action.name} | drawn)

    actions = [action for action in ACTIONS.values() if isinstance(action, Action)]

    @settings(
        max_examples=8 * len(actions), deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.sampled_from(actions).flatmap(parameters))
    def check(values: dict[str, str]) -> None:
        before = contents(oci)
        query = "&".join(
            f"{key}={quote(value, errors='surrogatepass')}" for key, value in (WHO | values).items()
        )
        answer = operator.get(f"{PATH}?{query}")
        assert answer.status_code == 200
        document = answer.json()
        if document["status"] == "error":
            assert document["message"]
            assert contents(oci) == before

    check()


def test_what_this_server_does_not_do_it_says(operator: TestClient) -> None:
    for action in ACTIONS.values():
        if isinstance(action, Absent):
            message = ask(operator, action=action.name, serial="SERIAL0001")["message"]
            assert message == f"Error: this server does not do {action.name}: {action.reason}."
