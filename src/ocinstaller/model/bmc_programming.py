"""What the live system sets in a machine's management controller (BMC), through its own door.

The limits are those of IPMI 2.0: addresses of version 4, user names of 16 bytes, passwords of 20.
`ipmitool exec` reads commands from a file, without a way to write some characters there, so
passwords that are to be programmed do not have them.
"""

import re
from ipaddress import IPv4Address
from typing import Annotated

from pydantic import StringConstraints

from ocinstaller.model.errors import Conflict, InvalidValue
from ocinstaller.model.settings import Value
from ocinstaller.model.text import Text
from ocinstaller.model.wire import Document

_PASSWORD = r"[A-Za-z0-9!$%&()*+,./:;<=>?@\[\]^_{|}~-]{1,20}"  # noqa: S105 - a pattern
_USER = r"[A-Za-z0-9][A-Za-z0-9._@-]{0,15}"
_ADDRESS = r"[0-9.]{7,15}"

PASSWORD_BYTES = 8
"""Random bytes of a password that OCI makes: 16 hexadecimal digits fit every BMC (IPMI 1.5)."""

BmcAddress = Annotated[str, StringConstraints(pattern=rf"^{_ADDRESS}$")]


class BmcProgram(Document):
    """What is to be set; what is absent stays as it is."""

    address: BmcAddress | None = None
    netmask: BmcAddress | None = None
    gateway: BmcAddress | None = None
    vlan: Annotated[str, StringConstraints(pattern=r"^(off|[1-9][0-9]{0,3})$")] | None = None
    username: Annotated[str, StringConstraints(pattern=rf"^{_USER}$")] | None = None
    """Gets the rights of an administrator over the network."""
    password: Annotated[str, StringConstraints(pattern=rf"^{_PASSWORD}$")] | None = None
    """Of that user."""


def program_of(settings: dict[str, Value], password: str) -> BmcProgram:
    """Return what a machine's settings say of its BMC.

    :param settings: values of the settings `ipmi_…`
    :param password: opened
    :raises Conflict: neither an address nor a user is set
    :raises InvalidValue: a BMC cannot be programmed with a value
    """
    address, username = str(settings["ipmi_addr"]), str(settings["ipmi_username"])
    if not address and not username:
        raise Conflict(
            Text("there is nothing to program: neither address nor user of the BMC is set"),
            field="ipmi_addr",
            allowed=Text("ipmi_addr, or ipmi_username and ipmi_password: see machine-set-ipmi"),
        )
    if username and not password:
        raise InvalidValue(
            "ipmi_password", "", Text("the password of the user that is to be programmed")
        )
    gateway = str(settings["ipmi_default_gw"])
    return BmcProgram(
        address=_address("ipmi_addr", address) if address else None,
        netmask=_address("ipmi_netmask", str(settings["ipmi_netmask"])) if address else None,
        gateway=_address("ipmi_default_gw", gateway) if address and gateway else None,
        vlan=str(settings["ipmi_vlan"]) if address else None,
        username=check_user(username) if username else None,
        password=check_password(password) if username else None,
    )


def check_user(username: str) -> str:
    """Return the name of a user of a BMC.

    :raises InvalidValue: a BMC cannot have it
    """
    if not re.fullmatch(_USER, username):
        raise InvalidValue(
            "ipmi_username",
            username,
            Text("1 to 16 of letters, digits and . _ @ -, to be programmed"),
        )
    return username


def check_password(password: str) -> str:
    """Return a password that a BMC can be programmed with.

    :raises InvalidValue: it cannot
    """
    if not re.fullmatch(_PASSWORD, password):
        raise InvalidValue(
            "ipmi_password",
            "(not shown)",
            Text("1 to 20 of letters, digits and !$%&()*+,-./:;<=>?@[]^_{{|}}~, to be programmed"),
        )
    return password


def _address(field: str, text: str) -> str:
    try:
        return str(IPv4Address(text))
    except ValueError as error:
        raise InvalidValue(field, text, Text("an IPv4 address, to be programmed")) from error
