"""The columns of `machine-list`: names and places that operators' scripts rely on."""

from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.machine_columns import GROUPS, ORDERS, columns

BASE = ["serial", "hostname", "Cur_ip", "status"]
OF_THE_ORIGINAL = {
    "v": ["BIOSver", "Lifecycle", "IPMIver"],
    "e": ["nics"],
    "h": ["system_manufacturer", "product_name", "memory", "boot_uefi", "secure_boot"],
    "b": ["blockdevices"],
    "s": ["puppet", "lastseen", "role", "cephosd"],
    "n": ["dhcp_ip", "ladvd", "mgmt_ip"],
    "l": ["links"],
    "i": ["IPMI_IP", "detected_ipmi_addr", "ipmi_port", "ipmi_username", "ipmi_password"],
    "z": ["cluster", "location", "swiftregion"],
    "r": ["notes", "dc", "row", "rack", "ustart", "uend"],
}


def headings(*groups: str) -> list[str]:
    return [column.heading for column in columns(groups)]


def test_letters_and_headings_are_the_originals() -> None:
    found = {group.letter: headings(group.name)[len(BASE) :] for group in GROUPS.values()}
    assert found == OF_THE_ORIGINAL
    assert headings() == BASE


@given(st.permutations(list(GROUPS)), st.integers(0, len(OF_THE_ORIGINAL) - 1))
def test_groups_stand_in_their_order_whatever_the_options(names: list[str], number: int) -> None:
    chosen = names[:number]
    letters = {GROUPS[name].letter for name in chosen}
    expected = [
        heading for x, group in OF_THE_ORIGINAL.items() if x in letters for heading in group
    ]
    assert headings(*chosen) == BASE + expected


def test_all_groups_together_are_arranged_as_in_the_original() -> None:
    found = headings(*GROUPS)
    assert found.index("nics") == found.index("secure_boot") + 1
    assert "mgmt_ip" not in found
    assert sorted([*found, "mgmt_ip"]) == sorted(sum(OF_THE_ORIGINAL.values(), BASE))


def row(serial: str, **fields: str) -> dict[str, str]:
    empty = dict.fromkeys(
        [
            "role",
            "hostname",
            "product_name",
            "loc_dc",
            "loc_row",
            "loc_rack",
            "loc_u_start",
            "swiftregion_name",
            "location_name",
        ],
        "",
    )
    return empty | {"serial": serial} | fields


def sorted_by(order: str, *rows: dict[str, str]) -> str:
    return "".join(fields["serial"] for fields in sorted(rows, key=ORDERS[order]))


def test_the_tenth_comes_behind_the_second() -> None:
    rows = (
        row("A", role="compute", hostname="c-compute-10"),
        row("B", role="compute", hostname="c-compute-2"),
        row("C", role="", hostname=""),
        row("D", role="compute", hostname="c-compute-2"),
    )
    assert sorted_by("role", *rows) == "CBDA"
    assert sorted_by("hostname", *rows) == "CBDA"


def test_racks_are_read_from_their_lowest_unit() -> None:
    rows = (
        row("A", loc_dc="1", loc_rack="b", loc_u_start="2"),
        row("B", loc_dc="1", loc_rack="a", loc_u_start="10"),
        row("C", loc_dc="1", loc_rack="a", loc_u_start="9"),
        row("D", loc_dc="1", loc_rack="a", loc_u_start="top"),
    )
    assert sorted_by("racking", *rows) == "DCBA"


def test_zones_are_read_by_region_and_location() -> None:
    rows = (
        row("A", swiftregion_name="2", location_name="a"),
        row("B", swiftregion_name="1", location_name="b", role="compute"),
        row("C", swiftregion_name="1", location_name="a", role="swiftstore"),
    )
    assert sorted_by("zoning", *rows) == "CBA"
