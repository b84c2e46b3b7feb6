"""The original's client, as it is, through the commands that operators know.

One server for all: the tests follow one another as an operator's day does.
"""

import re
from pathlib import Path

import pytest

from ocinstaller.api.compat.absent import ABSENT
from ocinstaller.api.compat.setting_columns import variables
from tests.contract.conftest import OriginalClient
from tests.drivers.virtual_bmc_process import PASSWORD as SECRET
from tests.drivers.virtual_bmc_process import USER, BmcProcess
from tests.support import report

pytestmark = pytest.mark.root

CONTROLLER, STORE = "SRV00002", "SRV00001"
HOSTNAME = "cl1-controller-1.example.com"
NO_ADDRESS = "0.0.0.0"  # noqa: S104 - as it is shown
TIME = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d")


def described(kind: str, name: str) -> str:
    """Return what the client calls a setting that it reads from variables.json."""
    return str(variables()[kind][name]["description"])


def test_places_and_networks_are_defined(client: OriginalClient) -> None:
    client.does("swift-region-create", "region-1")
    client.does("location-create", "zone-1", "region-1")
    client.does("network-create", "mgmt", "10.1.0.0", "24", "zone-1", "no")
    client.does("network-create", "pub", "10.2.0.0", "24", "zone-1", "yes")
    assert client.lists("swift-region-list") == [{"id": "1", "name": "region-1"}]
    assert client.lists("location-list") == [
        {"id": "1", "name": "zone-1", "swiftregion": "region-1"}
    ]
    mgmt, pub = client.lists("network-list")
    assert mgmt.items() >= {
        "name": "mgmt", "ip": "10.1.0.0", "cidr": "24", "first_ip": "10.1.0.2",
        "last_ip": "10.1.0.254", "is_public": "no", "cluster_name": "-", "role": "null",
        "iface1": "null", "iface2": "null", "bridgename": "null", "vlan": "null", "mtu": "0",
        "location": "zone-1", "ipmi_match_addr": NO_ADDRESS, "ipmi_match_cidr": "0",
    }.items()  # fmt: skip
    assert pub["is_public"] == "yes"


def test_a_cluster_is_created_and_gets_its_networks(client: OriginalClient) -> None:
    created = client.run("cluster-create", "cl1", "example.com")
    assert (created.returncode, created.stdout) == (0, "Ok.\n")
    client.does("network-add", "mgmt", "cl1", "all", "eth0", "none")
    client.does("network-add", "pub", "cl1", "controller", "eth1", "none")
    assert client.lists("cluster-list") == [{"id": "1", "name": "cl1", "domain": "example.com"}]
    mgmt, _pub = client.lists("cluster-show-networks", "cl1")
    assert mgmt == {
        "name": "mgmt", "ip": "10.1.0.0", "cidr": "24", "is_public": "no", "cluster": "1",
        "role": "all", "iface1": "eth0", "iface2": "none", "location_id": "1",
    }  # fmt: skip


def test_tables_are_drawn(client: OriginalClient) -> None:
    roles = client.run("role-list")
    assert roles.returncode == 0
    assert "| id | name       |" in roles.stdout
    assert "| 2  | controller |" in roles.stdout
    assert client.run("role-create", "webfarm").returncode == 0
    assert "| webfarm" in client.run("role-list").stdout
    assert client.run("role-delete", "webfarm").returncode == 0
    assert "webfarm" not in client.run("role-list").stdout


def test_machines_report_through_the_original_agent(client: OriginalClient) -> None:
    assert client.boots("compute") == "Ok\n"
    assert client.boots("store") == "Ok\n"
    # The client sorts machines without a host name by product.
    controller, store = client.lists("machine-list")
    assert controller == {
        "serial": CONTROLLER, "hostname": "-", "Cur_ip": "127.0.0.1", "status": "live",
    }  # fmt: skip
    assert store["serial"] == STORE
    assert client.boots("compute") == "Ok\n"
    shown = client.shows("machine-show", CONTROLLER)
    assert shown["Report counter:"] == "1", "the first report counts as none"
    assert shown["Cluster name:"] == "null"


def test_everything_of_a_machine_is_listed(client: OriginalClient) -> None:
    options = [f"-{letter}" for letter in "vehbsnlizr"]
    row = client.lists("machine-list", *options)[0]
    assert TIME.fullmatch(row.pop("lastseen"))
    assert (row["BIOSver"], row["Lifecycle"]) == ("2.21.2", "7.00.00.173")
    assert row["IPMIver"] == "7.00"
    assert row["nics"].startswith("eth0_52:54:00:00:00:02@25GBits_sw-0-1_swp3/eth1_")
    assert row["nics"].endswith("eth3_52:54:03:00:00:02@1GBits_unknown_unknown")
    assert row["links"].startswith("eth0_sw-0-1_swp3/")
    assert (row["system_manufacturer"], row["product_name"]) == ("Dell Inc.", "PowerEdge R640")
    assert (row["memory"], row["boot_uefi"], row["secure_boot"]) == ("262144", "yes", "no")
    assert row["blockdevices"] == "sda:447GB/sdb:447GB"
    assert (row["puppet"], row["role"]) == ("notrun", "-")
    assert (row["dhcp_ip"], row["ladvd"], row["mgmt_ip"]) == ("127.0.0.1", "none", "-")
    assert row["detected_ipmi_addr"] == "10.99.0.3"
    assert (row["cluster"], row["location"], row["swiftregion"]) == ("-", "-", "-")
    everything = client.lists("machine-list", "--all")[0]
    assert set(everything) == set(row) - {"links", "mgmt_ip"} | {"lastseen"}


def test_rack_and_profile_follow_from_hardware(
    client: OriginalClient,
) -> None:
    client.site_documents(
        {
            "productnames": {"PowerEdge R640": {"num-u": 1}},
            "switchhostnames": {"sw-0-1": {"dc": "rome", "row": "r9", "rack": "7"}},
            "switchportnames": {"swp3": 11},
        },
        {
            "small": {
                "role": "compute",
                "product-name": ["PowerEdge R640"],
                "ram": {"min": 200, "max": 300},
            },
            "big": {"role": "volume", "product-name": ["R1", "R2"], "ram": {"min": 1, "max": 9}},
        },
    )
    guessed = client.run("machine-guess-racking", CONTROLLER)
    assert guessed.stdout.startswith("data centre rome, row r9, rack 7, units 11 to 11: eth0 sees")
    client.does("machine-auto-rack", CONTROLLER)
    assert client.shows("machine-show", CONTROLLER)["Location:"] == "DC:rome/Row:r9/Rack:7/U:11-11"
    assert client.lists("profile-list") == [
        {"profile_name": "big", "role": "volume", "product_names": "R1/R2", "ram_min": "1",
         "ram_max": "9"},
        {"profile_name": "small", "role": "compute", "product_names": "PowerEdge R640",
         "ram_min": "200", "ram_max": "300"},
    ]  # fmt: skip
    assert client.run("machine-guessed-profile", CONTROLLER).stdout == "small\n"
    explained = client.run("machine-guessed-profile", CONTROLLER, "-d").stdout
    assert "big: its product is 'PowerEdge R640', not one of R1, R2" in explained
    assert "names no location" in client.is_refused("machine-auto-add", CONTROLLER)


def test_a_machine_joins_a_cluster(client: OriginalClient) -> None:
    client.does("machine-add", "--fixed-ip", "10.1.0.20", CONTROLLER, "cl1", "controller", "zone-1")
    assert client.lists("machine-ip-list", CONTROLLER) == [
        {"networkname": "mgmt", "ipaddr": "10.1.0.20", "usefor": "machine"}
    ]
    assert client.lists("machine-list", "-n", "-z", "-o", "zoning")[1].items() >= {
        "serial": CONTROLLER, "hostname": HOSTNAME, "Cur_ip": "127.0.0.1", "status": "live",
        "dhcp_ip": "127.0.0.1", "ladvd": "none", "mgmt_ip": "10.1.0.20@mgmt", "cluster": "cl1",
        "location": "zone-1", "swiftregion": "region-1",
    }.items()  # fmt: skip
    (member,) = client.lists("cluster-show-machines", "cl1")
    assert (member["serial"], member["hostname"]) == (CONTROLLER, HOSTNAME)
    assert client.lists("machine-show-from-hostname", HOSTNAME) == [member]
    assert client.lists("cluster-show-ips", "cl1") == [{"hostname": HOSTNAME, "ip": "10.1.0.20"}]


def test_block_devices_are_listed(client: OriginalClient) -> None:
    assert client.lists("machine-blk", HOSTNAME) == [
        {"name": name, "realdev": name, "size_mb": "457862"} for name in ("sda", "sdb")
    ]


def test_settings_of_a_cluster_are_changed(client: OriginalClient) -> None:
    client.does(
        "cluster-set", "cl1", "--time-server-host", "ntp.example.com", "--swift-part-power", "14",
        "--cpu-mode", "custom", "--cpu-model", "EPYC", "--cpu-model-extra-flags", "pcid,aes",
        "--nameserver-v4-primary", "192.0.2.53", "--extswift-password", "sesame",
        "--install-octavia", "no", "--first-master", CONTROLLER,
    )  # fmt: skip
    shown = client.shows("cluster-show", "cl1")
    assert shown["Domain:"] == "example.com"
    assert shown["VIP Hostname:"] == "default (ie: cl1-api.example.com)"
    assert shown["Initial cluster setup:"] == "yes"
    assert shown["First master machine serial:"] == CONTROLLER
    assert shown["Time server host:"] == "ntp.example.com"
    assert (shown["Swift part power:"], shown["Swift replicas:"]) == ("14", "3")
    assert (shown["CPU model:"], shown["CPU model extra flags:"]) == ("EPYC", "pcid aes")
    assert shown["Nameserver v4 primary:"] == "192.0.2.53"
    assert shown["External swift password:"] == "(not shown)"
    assert shown[described("clusters", "install_octavia")] == "no"
    assert shown["Swift encryption key uuid:"] == "none (please create one using swift-openrc)"
    assert "null" not in shown.values()


def test_settings_of_a_machine_are_changed(client: OriginalClient) -> None:
    client.does(
        "machine-set", CONTROLLER, "--dc", "paris", "--row", "r1", "--rack", "12", "--ustart", "3",
        "--uend", "4", "--notes", "lent", "--install-on-raid", "yes", "--raid-type", "1",
        "--serial-console-device", "ttyS0", "--use_ceph_if_available", "yes",
        "--kernel-from-backports", "yes", "--cpu-mode", "host-model",
    )  # fmt: skip
    stored = client.run("machine-set-ipmi", CONTROLLER, "yes", "10.99.0.1", "623", "root", "calvin")
    assert stored.stdout == "Successfuly queried API.\n"
    shown = client.shows("machine-show", HOSTNAME)
    assert (shown["Serial:"], shown["Cluster name:"], shown["Role:"]) == (
        CONTROLLER, "cl1", "controller",
    )  # fmt: skip
    assert shown["Block devices:"] == "sda:447G sdb:447G "
    assert shown["Block device controllers:"].startswith("sata:Intel Corporation:Lewisburg")
    assert shown["Interfaces:"] == "eth0 (52:54:00:00:00:02@25Gb/s mlx5_core 14.32.1010) "
    assert (shown["Threads:"], shown["Core per socket:"], shown["Sockets:"]) == ("64", "16", "2")
    assert shown["IPs:"] == "10.1.0.20 (mgmt) "
    assert shown["Location:"] == "DC:paris/Row:r1/Rack:12/U:3-4"
    assert shown["Notes:"] == "lent"
    assert (shown["Raid type:"], shown["Raid device 1:"]) == ("1", "none")
    assert (shown["Use IPMI:"], shown["IPMI addr:"]) == ("yes", "10.99.0.1")
    assert shown["IPMI password:"] == "(not shown)"
    assert shown["Serial console device:"] == "ttyS0"
    assert shown[described("machines", "kernel_from_backports")] == "yes"
    assert "null" not in shown.values()
    row = client.lists("machine-list", "-r", "-i", "-s")[1]
    assert (row["dc"], row["rack"], row["ustart"], row["notes"]) == ("paris", "12", "3", "lent")
    assert (row["IPMI_IP"], row["ipmi_username"], row["cephosd"]) == ("10.99.0.1", "root", "no")


def test_a_network_is_changed(client: OriginalClient) -> None:
    client.does("network-create", "lab", "10.3.0.0", "24", "zone-1", "no")
    client.does("network-add", "lab", "cl1", "compute", "eth0", "none")
    client.does(
        "network-set", "lab", "--role", "volume", "--iface1", "10g1", "--iface2", "10g2",
        "--ip", "10.4.0.0", "--cidr", "25", "--is-public", "no", "--mtu", "9000", "--vlan", "70",
        "--location", "zone-1", "--bridge-name", "br-lab", "--first-ip", "10.4.0.10",
        "--last-ip", "10.4.0.20", "--ipmi-match-addr", "10.9.0.0", "--ipmi-match-cidr", "16",
    )  # fmt: skip
    (lab,) = [row for row in client.lists("network-list") if row["name"] == "lab"]
    assert lab.items() >= {
        "ip": "10.4.0.0", "cidr": "25", "first_ip": "10.4.0.10", "last_ip": "10.4.0.20",
        "is_public": "no", "cluster_name": "cl1", "role": "volume", "iface1": "10g1",
        "iface2": "10g2", "bridgename": "br-lab", "vlan": "70", "mtu": "9000",
        "location": "zone-1", "ipmi_match_addr": "10.9.0.0", "ipmi_match_cidr": "16",
    }.items()  # fmt: skip
    client.does("network-set", "lab", "--vlan", "null")
    assert [row["vlan"] for row in client.lists("network-list") if row["name"] == "lab"] == ["null"]
    client.does("network-remove", "lab")
    client.does("network-delete", "lab")


def test_addresses_of_a_machine_are_changed(client: OriginalClient) -> None:
    client.does("machine-ip-remove", CONTROLLER, "10.1.0.20")
    assert client.lists("machine-ip-list", CONTROLLER) == []
    client.does("machine-ip-add", CONTROLLER, "mgmt", "10.1.0.21")
    (row,) = client.lists("machine-ip-list", CONTROLLER)
    assert row == {"networkname": "mgmt", "ipaddr": "10.1.0.21", "usefor": "machine"}


def test_counters_are_set(client: OriginalClient) -> None:
    client.does("machine-report-counter-reset", CONTROLLER)
    assert client.shows("machine-show", CONTROLLER)["Report counter:"] == "0"
    client.does("cluster-rolecounts-set", "cl1", "compute", "41")
    assert client.lists("cluster-rolecounts-list", "cl1") == [
        {"role": "compute", "count": "41"}, {"role": "controller", "count": "1"},
    ]  # fmt: skip


def test_hosts_that_take_logs(client: OriginalClient) -> None:
    host = ("cl1", "logs.example.com", "5044")
    client.does("filebeat-output-host-create", *host)
    (row,) = client.lists("filebeat-output-host-list", "cl1")
    assert tuple(row.values()) == host
    client.does("filebeat-output-host-delete", *host)
    assert client.lists("filebeat-output-host-list", "cl1") == []


def test_machines_restart_through_their_bmc(client: OriginalClient, tmp_path: Path) -> None:
    reason = client.is_refused("machine-ipmi-reboot-on-live", STORE)
    assert "is not controlled through a BMC" in reason
    assert "is not controlled through a BMC" in client.is_refused("machine-console", STORE)
    bmc = BmcProcess(tmp_path)
    try:
        access = bmc.access
        client.run("machine-set-ipmi", STORE, "yes", access.address, str(access.port), USER, SECRET)
        console = client.run("machine-console", STORE)
        assert f"-p {access.port} -U {USER} " in console.stdout and SECRET not in console.stdout
        power = client.run("machine-ipmi-cmd", STORE, "chassis power status")
        assert "Chassis Power is off" in power.stdout, power
        reason = client.is_refused("machine-ipmi-reboot-on-hdd", STORE)
        assert "start from disk" in reason
        client.does("machine-ipmi-reboot-on-live", STORE)
        assert bmc.next() == "on n"
    finally:
        bmc.stop()
    assert client.shows("machine-show", STORE)["Status:"] == "bootinglive"
    assert client.boots("store") == "Ok\n"


def test_rings_are_calculated(client: OriginalClient) -> None:
    client.does("machine-add", STORE, "cl1", "swiftstore", "zone-1")
    done = client.run("swift-calculate-ring", "cl1", "--ec-only", "no", "100", "100", "100")
    header, account, container, objects, published = done.stdout.splitlines()
    assert (done.returncode, header) == (0, "Output for the job:")
    for ring, line in (("account", account), ("container", container), ("object", objects)):
        assert line.startswith(f"{ring}: 13 devices, 49152 partitions, 0 moved, balance ")
    assert "swift-publish-ring" in published
    client.does("machine-remove", STORE)


def test_an_installation_is_asked_for(client: OriginalClient) -> None:
    log = client.run("machine-install-log", CONTROLLER)
    assert log.stdout == "No log: nothing was installed on this machine yet.\n"
    plan = client.run("machine-display-install-cmd", CONTROLLER)
    assert f"hostname: {HOSTNAME}\n" in plan.stdout and "ERASED: sda" in plan.stdout
    asked = client.run("machine-install-os", CONTROLLER)
    assert asked.stdout == (
        f"Machine {CONTROLLER} installs its system as {HOSTNAME} at its next report.\n"
    )
    assert client.lists("machine-list")[1]["status"] == "installing"
    client.does("machine-reboot-on-live", CONTROLLER)
    assert client.lists("machine-list")[1]["status"] == "bootinglive"


def test_refusals_say_why_and_change_nothing(client: OriginalClient) -> None:
    before = client.run("-csv", "machine-list", "-n", "-z").stdout
    for command, reason in (
        (("network-create", "n", "10.1.0.0", "24", "zone-1", "no"), "overlaps"),
        (("network-create", "n", "10.3.0", "24", "zone-1", "no"), "not valid ipaddr: '10.3.0'"),
        (("network-create", "n", "10.3.0.0", "24", "zone-1", "maybe"), "not valid is_public"),
        (("network-create", "n", "10.3.0.0", "24", "nowhere", "no"), "there are: zone-1"),
        (("location-delete", "zone-1"), "is still used by networks mgmt, pub"),
        (("swift-region-create", "region-1"), "region-1 is already in use"),
        (("cluster-delete", "cl1"), f"machines {HOSTNAME}"),
        (("machine-add", STORE, "cl1", "cook", "zone-1"), "role: 'cook' is not allowed"),
        (("machine-add", CONTROLLER, "cl1", "custom", "zone-1"), "belongs to cluster cl1"),
        (("cluster-set", "cl1", "--swift-part-power", "many"), "swift_part_power: 'many'"),
        (("cluster-set", "cl1", "--swift-encryption-key-id", "x;y"), "allowed: a UUID"),
        (("machine-set", CONTROLLER, "--raid-type", "7"), "allowed: 0, 1, 5, 10"),
        (("machine-set", CONTROLLER, "--dest-blk", "../sda"), "a kernel name (sda, nvme0n1)"),
        (("machine-show", "nobody"), "no machine named 'nobody'"),
        (("machine-show", "a'or'1'='1"), "Error: not valid serial"),
        (("swift-region-create", "$(reboot)"), "Error: not valid name"),
        (("cluster-create", "Cluster", "example.com"), "lower-case letters"),
    ):
        assert reason in client.is_refused(*command), command
    assert client.run("-csv", "machine-list", "-n", "-z").stdout == before


COMMANDS_OF = {
    "role_create": ("role-create", "cook"),
    "role_delete": ("role-delete", "compute"),
    "hpe_ilo_license_install": ("machine-hpe-ilo-license-install", STORE),
    "hpe_activate_ipmi_over_lan": ("machine-hpe-activate-ipmi-over-lan", STORE),
    "machine_check_megacli_applied": ("machine-check-megacli-applied", STORE),
    "machine_megacli_apply": ("machine-megacli-apply", STORE),
    "machine_megacli_reset_raid": ("machine-megacli-reset-raid", STORE),
    "machine_to_dns": ("machine-to-dns", STORE),
    "machine_out_of_dns": ("machine-out-of-dns", STORE),
    "machine_to_monitoring": ("machine-to-monitoring", STORE),
    "machine_out_of_monitoring": ("machine-out-of-monitoring", STORE),
    "machine_gen_root_pass": ("machine-gen-root-pass", STORE),
    "machine_forget_root_pass": ("machine-forget-root-pass", STORE),
}
"""How this client asks for what this server does not do; further actions are of later clients."""
NO_COMMAND = {
    "enc",
    "machine_forget_ipmi_pass",
    "machine_save_ipmi_pass",
}


def test_orders_are_for_machines_that_take_them(client: OriginalClient) -> None:
    assert "takes no orders" in client.is_refused("machine-wipe", STORE)
    client.binds_key(report(7))
    assert "no system" in client.is_refused("machine-reboot-on-hdd", "SERIAL0007")
    wiped = client.run("-csv", "machine-wipe", "SERIAL0007")
    assert (wiped.returncode, wiped.stdout) == (
        0, "The machine erases its disks at its next report.\n",
    )  # fmt: skip
    assert "open order: wipe" in client.is_refused("machine-wipe", "SERIAL0007")
    client.binds_key(report(8))
    client.does("machine-reboot-on-live", "SERIAL0008")
    (row,) = [r for r in client.lists("machine-list") if r["serial"] == "SERIAL0008"]
    assert row["status"] == "bootinglive"
    client.binds_key(report(9))
    use = ("machine-set-ipmi", "--do-ipmitool-cmds", "--ipmi-defgw", "10.99.0.254",
           "--ipmi-netmask", "255.255.255.0", "SERIAL0009")  # fmt: skip
    programmed = client.run(*use, "yes", "10.99.0.9", "623", "root", "calvin")
    assert programmed.stdout == "Successfuly queried API.\n", programmed
    assert "open order: bmc" in client.is_refused("machine-apply-ipmi", "SERIAL0009")
    assert "takes no orders" in client.is_refused("machine-apply-ipmi", STORE)
    numbered = client.run("-csv", "ipmi-assign-check")
    assert (numbered.returncode, numbered.stdout) == (0, "No BMC needs an address.\n")
    client.does("machine-destroy", "SERIAL0009")
    client.does("machine-destroy", "SERIAL0007")
    client.does("machine-destroy", "SERIAL0008")


def test_what_this_server_does_not_do_is_said(client: OriginalClient) -> None:
    reasons = {absent.name: absent.reason for absent in ABSENT}
    assert set(reasons) <= set(COMMANDS_OF) | NO_COMMAND
    for name in reasons.keys() & COMMANDS_OF.keys():
        said = client.is_refused(*COMMANDS_OF[name])
        assert said == f"Error: this server does not do {name}: {reasons[name]}.", name


def test_who_may_do_what(client: OriginalClient) -> None:
    assert "login or password are wrong" in client.is_refused("role-list", password="wrong")
    assert "please set oci_login and oci_pass" in client.is_refused("role-list", password="")
    reason = client.is_refused("swift-region-create", "r9", login="viewer")
    assert reason == "role viewer does not allow this: it takes the permission operate"
    assert client.run("-csv", "role-list", login="viewer").returncode == 0


def test_no_password_reaches_the_log(client: OriginalClient) -> None:
    assert "wrong-password" not in client.log() and "refused" in client.log()
    client.is_refused("role-list", password="wrong-password")
    assert "wrong-password" not in client.log()
    assert "correct-horse" not in client.log()


def test_a_machine_takes_the_place_of_another(client: OriginalClient) -> None:
    assert client.boots("store") == "Ok\n"
    client.does("machine-replace", CONTROLLER, STORE)
    (row,) = client.lists("machine-list")
    assert (row["serial"], row["hostname"]) == (STORE, HOSTNAME)
    assert client.lists("machine-ip-list", HOSTNAME)[0]["ipaddr"] == "10.1.0.21"


def test_the_cluster_is_taken_apart(client: OriginalClient) -> None:
    client.does("machine-remove", HOSTNAME)
    client.does("machine-destroy", STORE)
    assert client.lists("machine-list") == []
    client.does("network-remove", "pub")
    client.does("network-remove", "mgmt")
    deleted = client.run("cluster-delete", "cl1")
    assert (deleted.returncode, deleted.stdout) == (0, "Ok.\n")
    client.does("network-delete", "pub")
    client.does("network-delete", "mgmt")
    client.does("location-delete", "zone-1")
    client.does("swift-region-delete", "region-1")
    assert client.lists("swift-region-list") == []
    assert client.lists("network-list") == []
