"""What a parameter of an action may look like, before a use case sees it.

Wider than the original's checks in two places: names may have what our own names may have, and
addresses may be IPv6. Narrower in one: a yes-or-no is `yes` or `no`, where the original takes
everything but `yes` for a no.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

_TEXT_LIMIT = 1000


@dataclass(frozen=True)
class Kind:
    """What a value has to be; `allowed` completes "allowed: …"."""

    accepts: Callable[[str], bool]
    allowed: str


def _pattern(expression: str, allowed: str) -> Kind:
    compiled = re.compile(expression)
    return Kind(lambda text: compiled.fullmatch(text) is not None, allowed)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


NAME = _pattern(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}",
    "letters, digits, dots, underscores and dashes, no leading dash",
)
SERIAL = _pattern(
    r"[A-Za-z0-9][A-Za-z0-9._: -]{0,252}", "the serial number or the host name of a machine"
)
NUMBER = _pattern(r"[0-9]{1,18}", "a whole number")
VLAN = _pattern(r"[0-9]{1,18}|null", "a whole number; 0 or null for none")
ADDRESS = Kind(_is_address, "an IPv4 or IPv6 address")
INTERFACE = _pattern(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,14}",
    "an interface name, a speed and a number (10g1), or none",
)
YES_OR_NO = _pattern(r"yes|no", "yes, no")
TEXT = Kind(lambda text: 0 < len(text) <= _TEXT_LIMIT, f"1 to {_TEXT_LIMIT} characters")
WEIGHT = _pattern(r"[0-9]{1,6}(\.[0-9]{1,6})?|1000000", "a decimal number from 0 to 1000000")
