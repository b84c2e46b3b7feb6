"""Which name a machine gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.agent.errors import CollectorError
from ocinstaller.agent.inventory.smbios import Smbios, choose_serial, parse
from ocinstaller.model.hardware import Firmware, HardwareReport

UUID = "7a1c9e52-0f4b-4c7e-9d0a-52540066aa01"
MACS = ("52:54:00:66:aa:02", "52:54:00:66:aa:01")


def test_attributes_of_a_virtual_machine() -> None:
    found = parse(
        {
            "sys_vendor": "QEMU",
            "product_name": "Standard PC",
            "bios_version": "1.16.2",
            "product_serial": " OCI-LAB-0001 ",
            "product_uuid": UUID.upper(),
        }
    )

    assert found.product.manufacturer == "QEMU"
    assert found.product.name == "Standard PC"
    assert found.product.bios_version == "1.16.2"
    assert (found.serial, found.uuid) == ("OCI-LAB-0001", UUID)


def test_a_real_serial_names_the_machine() -> None:
    assert choose_serial(Smbios(serial="CZ3120AB01", uuid=UUID), MACS) == "CZ3120AB01"


@pytest.mark.parametrize(
    "placeholder",
    [
        "",
        "0",
        "00000000",
        "To Be Filled By O.E.M.",
        "Not Specified",
        "Default string",
        "System Serial Number",
        "0123456789",
        "xxxxxxxxxxxx",
        "None",
        "..............",
        "not a serial\u00e9",
        "../etc",
        "AB/12",
    ],
)
def test_placeholders_of_vendors_fall_to_the_uuid(placeholder: str) -> None:
    assert choose_serial(Smbios(serial=placeholder, uuid=UUID), MACS) == UUID


@pytest.mark.parametrize(
    "shared",
    [
        "",
        "Not Settable",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "03000200-0400-0500-0006-000700080009",
    ],
)
def test_shared_uuids_fall_to_the_lowest_address(shared: str) -> None:
    assert choose_serial(Smbios(uuid=shared), MACS) == "52:54:00:66:aa:01"


def test_a_machine_without_any_name_is_an_error() -> None:
    with pytest.raises(CollectorError, match="no usable serial"):
        choose_serial(Smbios(), ())


@given(st.text(max_size=200))
def test_whatever_the_field_says_the_name_is_one_that_the_server_takes(serial: str) -> None:
    chosen = choose_serial(parse({"product_serial": serial, "product_uuid": UUID}), MACS)

    assert HardwareReport(serial=chosen, firmware=Firmware.BIOS).serial == chosen
