"""Names of objects and machines: what is allowed and how they are made."""

import re

from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.text import Text

_LABEL = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
_OBJECT = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")
_LOGIN = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$")
_HOSTNAME_LENGTH = 253


def check_object_name(field: str, name: str) -> str:
    """Return the name of a region, location, network or user.

    :raises InvalidValue: when it is empty, too long or has other characters
    """
    if not _OBJECT.fullmatch(name):
        raise InvalidValue(
            field,
            name,
            Text("1 to 63 letters, digits, dots, underscores and dashes, no leading dash"),
        )
    return name


def check_login(field: str, login: str) -> str:
    """Return a user's login, which may be an address such as RADIUS realms use.

    :raises InvalidValue: when it is empty, too long or has other characters
    """
    if not _LOGIN.fullmatch(login):
        raise InvalidValue(
            field, login, Text("1 to 128 letters, digits, dots, underscores, dashes and @ signs")
        )
    return login


def check_label(field: str, name: str) -> str:
    """Return one label of a DNS name (RFC 1123, section 2.1), in lower case.

    :raises InvalidValue: when it is none
    """
    if not _LABEL.fullmatch(name):
        raise InvalidValue(
            field, name, Text("1 to 63 lower-case letters, digits and dashes, as in a host name")
        )
    return name


def check_domain(field: str, name: str) -> str:
    """Return a DNS name of one or more labels.

    :raises InvalidValue: when a label is malformed or the whole is longer than 253 characters
    """
    if len(name) > _HOSTNAME_LENGTH or not all(_LABEL.fullmatch(part) for part in name.split(".")):
        raise InvalidValue(
            field,
            name,
            Text("a DNS name in lower case, such as cloud.example.com (253 characters)"),
        )
    return name


def machine_hostname(cluster: str, role: str, number: int, domain: str) -> str:
    """Return the fully qualified host name of a cluster's machine.

    :raises InvalidValue: when the cluster's name leaves no room for it in a DNS label
    """
    label = f"{cluster}-{role}-{number}"
    check_label("cluster", label)
    return check_domain("hostname", f"{label}.{domain}")


def api_hostname(cluster: str, domain: str, vip_hostname: str = "") -> str:
    """Return the name under which the cluster's API is reached."""
    return vip_hostname or f"{cluster}-api.{domain}"
