"""The table of settings is complete, consistent, and refuses what it does not allow."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.placement.inputs import CLUSTER_INPUTS
from ocinstaller.model.roles import ROLES
from ocinstaller.model.settings import (
    CLUSTER_SETTINGS,
    INHERIT,
    MACHINE_SETTINGS,
    SCOPES,
    Kind,
    Setting,
    find,
    parse,
    parse_all,
    shown,
)
from tests.model import original

EVERY = [(scope, setting) for scope, known in SCOPES.items() for setting in known.values()]


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (original.CLUSTER_VARIABLES, CLUSTER_SETTINGS),
        (original.CLUSTER_COLUMNS, CLUSTER_SETTINGS),
        (original.MACHINE_VARIABLES, MACHINE_SETTINGS),
        (original.MACHINE_COLUMNS, MACHINE_SETTINGS),
    ],
)
def test_no_variable_of_the_original_is_missing(names: str, known: dict[str, Setting]) -> None:
    assert [name for name in names.split() if name not in known] == []


@pytest.mark.parametrize(
    ("options", "known"),
    [
        (original.CLUSTER_OPTIONS, CLUSTER_SETTINGS),
        (original.MACHINE_OPTIONS, MACHINE_SETTINGS),
    ],
)
def test_every_option_of_the_original_is_accepted(options: str, known: dict[str, Setting]) -> None:
    accepted = [flag for setting in known.values() for flag in setting.flags]
    assert len(accepted) == len(set(accepted))
    assert [option for option in options.split() if option not in accepted] == []


@pytest.mark.parametrize(("scope", "setting"), EVERY, ids=lambda v: getattr(v, "name", v))
def test_each_setting_is_consistent(scope: str, setting: Setting) -> None:
    assert setting.parse(shown(setting.default)) == setting.default
    assert setting.help and not setting.help.endswith(".") and "\n" not in setting.help
    assert set(setting.roles) <= {role.name for role in ROLES} | {"all"}
    assert bool(setting.choices) == (setting.kind is Kind.ENUM)
    assert bool(setting.pattern) == bool(setting.meaning)
    assert (setting.default == INHERIT) == setting.inherits
    if setting.inherits:
        assert scope == "machine" and setting.name in CLUSTER_SETTINGS
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,62}", setting.name)
    assert len(shown(setting.default)) <= setting.longest <= 256


@given(st.sampled_from(EVERY), st.text())
def test_what_is_accepted_is_stable_and_what_is_not_is_explained(
    chosen: tuple[str, Setting], text: str
) -> None:
    _, setting = chosen
    try:
        value = setting.parse(text)
    except InvalidValue as error:
        assert error.field == setting.name and error.allowed == setting.allowed
        return
    assert setting.parse(shown(value)) == value
    assert shown(value).isprintable() and len(shown(value)) <= 256


@pytest.mark.parametrize(
    ("scope", "name", "text"),
    [
        ("cluster", "neutron_use_dvr", "true"),
        ("cluster", "neutron_use_dvr", ""),
        ("cluster", "swift_part_power", "0"),
        ("cluster", "swift_part_power", "33"),
        ("cluster", "swift_part_power", "1e3"),
        ("cluster", "swift_part_power", "-1"),
        ("cluster", "swift_part_power", "١٨"),
        ("cluster", "asn", "99999999999999999999999"),
        ("cluster", "region_name", "a b"),
        ("cluster", "region_name", "x" * 33),
        ("cluster", "vip_hostname", "Cloud.Example.com"),
        ("cluster", "vip_hostname", "a;reboot"),
        ("cluster", "time_server_host", "ntp1.example.com;;ntp2.example.com"),
        ("cluster", "nameserver_v4_prim", "9.9.9.999"),
        ("cluster", "nameserver_v6_prim", "fe80::1%eth0"),
        ("cluster", "api_maint_whitelist", "10.1.2.3,10.4.5.6"),
        ("cluster", "swift_encryption_key_id", "secret"),
        ("cluster", "extswift_auth_url", "ftp://example.com"),
        ("cluster", "cpu_mode", "cluster_value"),
        ("cluster", "mail_relay_host", "a\nb"),
        ("cluster", "mail_relay_host", "x" * 256),
        ("cluster", "mail_relay_host", "\ud800"),
        ("cluster", "haproxy_timeout_server", "10 minutes"),
        ("machine", "cpu_mode", "none"),
        ("machine", "raid_type", "6"),
        ("machine", "dest_blk", "../sda"),
        ("machine", "cpu_allocation_ratio", "nan"),
        ("machine", "gpu_vendor_id", "10dg"),
        ("machine", "ipmi_port", "65536"),
        ("machine", "ipmi_vlan", "0"),
    ],
)
def test_bad_values_are_refused(scope: str, name: str, text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse(SCOPES[scope], name, text)
    assert caught.value.field == name and caught.value.allowed


def test_secrets_are_not_repeated_by_refusals() -> None:
    with pytest.raises(InvalidValue) as caught:
        parse(MACHINE_SETTINGS, "ipmi_password", "hunter2\n")
    assert "hunter2" not in str(caught.value) + caught.value.value


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(InvalidValue, match="did you mean neutron_use_dvr"):
        find(CLUSTER_SETTINGS, "neutron_use_dvrr")


def test_names_of_the_originals_interfaces_are_aliases() -> None:
    assert find(MACHINE_SETTINGS, "use_ceph").name == "use_ceph_if_available"
    assert find(CLUSTER_SETTINGS, "nameserver_v4_primary").name == "nameserver_v4_prim"
    with pytest.raises(InvalidValue, match="once"):
        parse_all(MACHINE_SETTINGS, {"loc_dc": "a", "dc": "b"})


def test_placement_reads_settings_of_the_table() -> None:
    assert set(CLUSTER_INPUTS) <= set(CLUSTER_SETTINGS)
