"""What a BMC can be programmed with, and which commands it may be sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.bmc_commands import COMMANDS, check_command
from ocinstaller.model.bmc_programming import check_password, program_of
from ocinstaller.model.errors import Conflict, InvalidValue

SETTINGS: dict[str, object] = {
    "ipmi_addr": "10.9.0.7",
    "ipmi_netmask": "255.255.255.0",
    "ipmi_default_gw": "",
    "ipmi_vlan": "off",
    "ipmi_username": "oci",
}


def test_settings_become_a_program() -> None:
    program = program_of(SETTINGS, "secret")  # type: ignore[arg-type]
    assert program.model_dump(exclude_none=True) == {
        "address": "10.9.0.7", "netmask": "255.255.255.0", "vlan": "off",
        "username": "oci", "password": "secret",
    }  # fmt: skip
    user = program_of(SETTINGS | {"ipmi_addr": ""}, "secret")  # type: ignore[arg-type]
    assert user.model_dump(exclude_none=True) == {"username": "oci", "password": "secret"}


@pytest.mark.parametrize(
    ("changes", "password", "field"),
    [
        ({"ipmi_addr": "fd00::7"}, "secret", "ipmi_addr"),
        ({"ipmi_netmask": "24"}, "secret", "ipmi_netmask"),
        ({"ipmi_username": "a name with blanks"}, "secret", "ipmi_username"),
        ({}, "", "ipmi_password"),
        ({}, "x" * 21, "ipmi_password"),
    ],
)
def test_what_cannot_be_programmed(changes: dict[str, object], password: str, field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        program_of(SETTINGS | changes, password)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not password or password not in refused.value.message


def test_nothing_to_program() -> None:
    with pytest.raises(Conflict):
        program_of(SETTINGS | {"ipmi_addr": "", "ipmi_username": ""}, "")  # type: ignore[arg-type]


@given(st.text(max_size=25))
def test_a_password_is_one_word_of_a_line_or_refused(text: str) -> None:
    try:
        password = check_password(text)
    except InvalidValue as refused:
        assert len(text) < 3 or text not in refused.message
    else:
        assert password == text and 1 <= len(text.encode()) <= 20
        assert not set(text) & set("#'\"\\ \t\n")  # what ends or splits a word for ipmitool exec


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_can_be_sent(command: str) -> None:
    for word in COMMANDS[command]:
        assert check_command([command, word, "1"]) == (command, word, "1")


@pytest.mark.parametrize(
    "words",
    [
        [], ["exec", "/etc/shadow"], ["shell"], ["sol", "activate"], ["fru", "write", "0", "/f"],
        ["sel", "save", "/f"], ["chassis"], ["-H", "10.0.0.1", "power", "on"],
        ["chassis", "status", "-H", "10.0.0.1"], ["chassis", "status", ""],
        ["lan", "set", "1", "password", "x"], ["user", "set", "password", "2", "x"],
        ["user", "test", "2", "16", "x"], ["lan", "print", "1\n2"], ["lan", "print", *"1" * 40],
    ],
)  # fmt: skip
def test_what_may_not_be_sent(words: list[str]) -> None:
    with pytest.raises(InvalidValue) as refused:
        check_command(words)
    assert refused.value.field == "arguments"


@given(st.lists(st.text(max_size=12), max_size=4))
def test_no_word_becomes_an_option(words: list[str]) -> None:
    try:
        taken = check_command(words)
    except InvalidValue:
        return
    assert taken[0] in COMMANDS and not any(word.startswith("-") for word in taken)
