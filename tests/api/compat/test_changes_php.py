"""Actions of `/oci/api.php` that change what is defined already."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.api.compat.test_api_php import ask
from tests.api.test_machine_way import define_cluster, enrol, send_report
from tests.drivers.virtual_bmc_process import PASSWORD, USER, BmcProcess

SERIAL = "SERIAL0001"


def network(client: TestClient, name: str) -> dict[str, str]:
    """Return a network as `network_list` shows it."""
    rows = ask(client, action="network_list")["data"]
    return next(row for row in rows if row["name"] == name)


def addresses(client: TestClient, serial: str) -> list[str]:
    """Return the addresses of a machine."""
    rows = ask(client, action="machine_ip_list", serial=serial)["data"]
    return [row["ipaddr"] for row in rows]


def done(client: TestClient, action: str, **parameters: str) -> None:
    """Ask for something that has nothing to show."""
    answer = ask(client, action=action, **parameters)
    assert answer == {"status": "success", "message": "Successfuly queried API."}


def refused(client: TestClient, action: str, **parameters: str) -> str:
    """Ask for something that is refused; return why."""
    answer = ask(client, action=action, **parameters)
    assert answer["status"] == "error"
    return str(answer["message"])


def test_a_network_is_changed(operator: TestClient) -> None:
    ask(operator, action="swiftregion_create", name="r1")
    ask(operator, action="location_create", name="z1", swiftregion="r1")
    ask(operator, action="cluster_create", name="cl1", domain="example.com")
    ask(
        operator, action="new_network", name="n1", ipaddr="10.7.0.0", cidr_mask="24",
        location="z1", is_public="no",
    )  # fmt: skip
    assert "belongs to no cluster" in refused(
        operator, "network_set", network_name="n1", role="all"
    )
    ask(
        operator, action="network_add", network_name="n1", cluster_name="cl1", role_name="all",
        iface1="eth0", iface2="none",
    )  # fmt: skip
    done(
        operator, "network_set", network_name="n1", role="vip", vip_usage="sql", is_public="no",
        iface1_name="10g1", iface2_name="10g2", vlan="70", mtu="9000", bridgename="br-x",
        ip="10.8.0.0", cidr="25", first_ip="10.8.0.50", last_ip="10.8.0.90", lldp_match="swp",
        ipmi_match_addr="10.9.0.0", ipmi_match_cidr="16", ipmi_mode="externaldhcp", location="z1",
    )  # fmt: skip
    changed = network(operator, "n1")
    assert changed.items() >= {
        "role": "vip", "vip_usage": "sql", "is_public": "no", "iface1": "10g1", "iface2": "10g2",
        "vlan": "70", "mtu": "9000", "bridgename": "br-x", "ip": "10.8.0.0", "cidr": "25",
        "first_ip": "10.8.0.50", "last_ip": "10.8.0.90", "lldp_match": "swp", "location": "z1",
        "ipmi_match_addr": "10.9.0.0", "ipmi_match_cidr": "16", "ipmi_mode": "externaldhcp",
    }.items()  # fmt: skip
    for wrong in ({"vlan": "4095"}, {"vlan": "off"}, {"mtu": "12"}, {"last_ip": "10.8.1.1"}):
        assert "allowed" in refused(operator, "network_set", network_name="n1", **wrong)
    assert network(operator, "n1") == changed
    for text, tag in (("null", "70"), ("0", "71")):
        done(operator, "network_set", network_name="n1", vlan=tag)
        done(operator, "network_set", network_name="n1", vlan=text)
        assert network(operator, "n1")["vlan"] is None


def test_addresses_are_added_and_removed(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    enrol(operator)
    (row,) = ask(operator, action="machine_ip_list", serial=SERIAL)["data"]
    given, name = row["ipaddr"], row["networkname"]
    other = given.rpartition(".")[0] + ".77"
    asked = {"serial": SERIAL, "network_name": name, "ip_addr": other}
    assert "has an address in network" in refused(operator, "machine_ip_add", **asked)
    assert "address" in refused(operator, "machine_ip_remove", serial=SERIAL, ip_addr=other)
    done(operator, "machine_ip_remove", serial=SERIAL, ip_addr=given)
    assert addresses(operator, SERIAL) == []
    done(operator, "machine_ip_add", **asked)
    assert addresses(operator, SERIAL) == [other]
    outside = asked | {"ip_addr": "192.0.2.1"}
    done(operator, "machine_ip_remove", serial=SERIAL, ip_addr=other)
    assert "192.0.2.1" in refused(operator, "machine_ip_add", **outside)


def test_a_machine_takes_the_place_of_another(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator, 1)
    send_report(operator, 2)
    enrol(operator)
    old = ask(operator, action="machine_show", serial=SERIAL)["data"]
    kept = addresses(operator, SERIAL)
    both = {"old_serial": SERIAL, "new_serial": "SERIAL0002"}
    swapped = {"old_serial": "SERIAL0002", "new_serial": SERIAL}
    assert "belongs to no cluster" in refused(operator, "machine_replace", **swapped)
    done(operator, "machine_replace", **both)
    new = ask(operator, action="machine_show", serial="SERIAL0002")["data"]
    for column in ("hostname", "role", "cluster", "location_id"):
        assert new[column] == old[column]
    assert addresses(operator, "SERIAL0002") == kept
    assert "no machine named" in refused(operator, "machine_show", serial=SERIAL)


def test_reports_are_counted_anew(operator: TestClient) -> None:
    for _ in range(3):
        send_report(operator)

    def count() -> int:
        row = ask(operator, action="machine_show", serial=SERIAL)["data"]
        return int(row["report_counter"])

    assert count() > 0
    done(operator, "machine_report_counter_reset", machine_serial=SERIAL)
    assert count() == 0


def test_counters_of_host_names(operator: TestClient) -> None:
    define_cluster(operator)
    done(operator, "cluster_rolecounts_set", name="cl1", role="compute", count="41")
    listed = ask(operator, action="cluster_rolecounts_list", name="cl1")["data"]
    assert {"0": "compute", "role": "compute", "1": "41", "count": "41"} in listed
    wrong = refused(operator, "cluster_rolecounts_set", name="cl1", role="cook", count="1")
    assert "role: 'cook'" in wrong
    assert "not valid count" in refused(
        operator, "cluster_rolecounts_set", name="cl1", role="compute", count="-1"
    )


def test_hosts_that_take_logs(operator: TestClient) -> None:
    define_cluster(operator)
    host = {"cluster_name": "cl1", "filebeat_host": "logs.example.com", "filebeat_port": "5044"}
    done(operator, "filebeat_output_host_create", **host)
    assert "5044" in refused(operator, "filebeat_output_host_create", **host)
    (row,) = ask(operator, action="filebeat_output_host_list", cluster_name="cl1")["data"]
    assert (row["cluster_name"], row["hostname"], row["port"]) == (
        "cl1",
        "logs.example.com",
        "5044",
    )
    done(operator, "filebeat_output_host_delete", **host)
    assert ask(operator, action="filebeat_output_host_list", cluster_name="cl1")["data"] == []
    assert "5044" in refused(operator, "filebeat_output_host_delete", **host)


@pytest.fixture
def bmc(tmp_path: Path) -> Iterator[BmcProcess]:
    """Run a BMC."""
    directory = tmp_path / "bmc"
    directory.mkdir()
    process = BmcProcess(directory)
    try:
        yield process
    finally:
        process.stop()


def test_machines_restart_through_their_bmc(operator: TestClient, bmc: BmcProcess) -> None:
    send_report(operator)
    why = refused(operator, "ipmi_reboot_on_live", serial=SERIAL)
    assert "not controlled through a BMC" in why
    done(
        operator, "machine_set_ipmi", machine_serial=SERIAL, ipmi_use="yes",
        ipmi_addr=bmc.access.address, ipmi_port=str(bmc.access.port), ipmi_username=USER,
        ipmi_password=PASSWORD,
    )  # fmt: skip
    console = ask(operator, action="ipmi_show_cmd_console", serial=SERIAL)
    assert console["status"] == "success" and "data" not in console
    assert "sol activate" in str(console["message"]) and PASSWORD not in str(console["message"])
    assert "no address" in refused(operator, "machine_ipmi_adopt", serial=SERIAL)
    assert "start from disk" in refused(operator, "ipmi_reboot_on_hdd", serial=SERIAL)
    done(operator, "ipmi_reboot_on_live", serial=SERIAL)
    assert bmc.next() == "on n"
    row = ask(operator, action="machine_show", serial=SERIAL)["data"]
    assert row["status"] == "bootinglive"


def test_administrators_list_show_and_set_secrets(operator: TestClient) -> None:
    define_cluster(operator)
    ids = [row["id"] for row in ask(operator, action="password_list")["data"]]
    assert "cl1.keystone_admin" in ids
    value = "a-new.password_0123"
    ask(operator, action="password_set", id="cl1.keystone_admin", **{"pass": value})
    shown = ask(operator, action="password_show", id="cl1.keystone_admin")["data"]
    assert (shown["service"], shown["pass"]) == ("keystone_admin", value)
