"""What a setting is: its type, default, who receives it, and what it may be.

Only the standard library, and nothing that does something at import: `ocicli` loads the tables for
its options.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Any

from ocinstaller.model import naming
from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.secret_fields import HIDDEN
from ocinstaller.model.text import Text

Value = str | bool | int | float
"""What a setting can hold; booleans may also be spelt `yes` and `no`."""

INHERIT = "cluster_value"
"""The value of a machine's setting that follows the cluster's setting of the same name."""

EVERY_ROLE = "all"
_LONGEST = 255
_LARGEST = 2**63 - 1  # a signed big integer of the data base
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_WHOLE = re.compile(r"[0-9]{1,19}")
_REAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_URL = re.compile(r"https?://[^\s/?#]+\S*")


class Kind(StrEnum):
    """The types of settings."""

    BOOLEAN = "boolean"
    INT = "int"
    FLOAT = "float"
    STRING = "string"
    ENUM = "enum"
    FQDN = "fqdn"
    IP = "ip"
    IP_LIST = "ip_list"
    HOST_LIST = "host_list"
    UUID = "uuid"
    UUID_LIST = "uuid_list"
    URL = "url"


@dataclass(frozen=True)
class Setting:
    """One setting of clusters or of machines."""

    name: str
    kind: Kind
    default: Value
    help: str
    """One line, without a full stop."""
    roles: tuple[str, ...] = ()
    """The roles whose machines receive it; `all`: every machine; none: for the server itself."""
    unit: str = ""
    choices: tuple[str, ...] = ()
    """What an enumeration may be."""
    least: int = 0
    most: int = _LARGEST
    longest: int = _LONGEST
    """Characters of a text."""
    pattern: str = ""
    """What a text must match, if it is not arbitrary; then `meaning` tells it in words."""
    meaning: str = ""
    option: str = ""
    """The original's spelling on the command line, where it is not the name with dashes."""
    aliases: tuple[str, ...] = ()
    """Other names that the original's clients use."""
    optional: bool = False
    """Whether it may be empty although its default is not."""
    inherits: bool = False
    """Whether a machine's value may be `cluster_value`, which is its default then."""
    secret: bool = False
    """Encrypted at rest and never shown."""
    of_state: bool = False
    """Follows what happens to the object, and is kept with it: no part of a cluster file."""

    @property
    def flags(self) -> tuple[str, ...]:
        """The options of `ocicli` that set it, the original's spelling first."""
        names = (self.option or self.name.replace("_", "-"), self.name, *self.aliases)
        dashed = (name.replace("_", "-") for name in names)
        return tuple(dict.fromkeys(f"--{name}" for name in (names[0], *dashed)))

    @property
    def allowed(self) -> str:
        """What it may be, in words."""
        text = self.meaning or _ALLOWED[self.kind](self)
        if self._may_be_empty and self.kind is not Kind.STRING:
            text += Text(", or nothing")
        return Text("{text}, or {inherit}", text=text, inherit=INHERIT) if self.inherits else text

    @property
    def _may_be_empty(self) -> bool:
        return self.optional or self.default == ""

    def parse(self, text: str) -> Value:
        """Return the value that operators write as `text`.

        :raises InvalidValue: it is not allowed
        """
        if self.inherits and text == INHERIT:
            return text
        if text == "" and self._may_be_empty:
            return text
        try:
            return _PARSERS[self.kind](self, text)
        except ValueError:
            value = HIDDEN if self.secret else text
            raise InvalidValue(self.name, value, self.allowed) from None


def shown(value: Value) -> str:
    """Return a value as operators write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def table(*parts: tuple[Setting, ...]) -> Mapping[str, Setting]:
    """Return settings by their names."""
    return {setting.name: setting for part in parts for setting in part}


def _require(holds: object) -> None:
    if not holds:
        raise ValueError


def _boolean(_setting: Setting, text: str) -> bool:
    _require(text in ("yes", "no"))
    return text == "yes"


def _whole(setting: Setting, text: str) -> int:
    _require(_WHOLE.fullmatch(text))
    _require(setting.least <= int(text) <= setting.most)
    return int(text)


def _real(setting: Setting, text: str) -> float:
    _require(_REAL.fullmatch(text))
    _require(setting.least <= float(text) <= setting.most)
    return float(text)


def _string(setting: Setting, text: str) -> str:
    _require(text.isprintable() and len(text) <= setting.longest)
    _require(not setting.pattern or re.fullmatch(setting.pattern, text))
    return text


def _enum(setting: Setting, text: str) -> str:
    _require(text in setting.choices)
    return text


def _host(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return naming.check_domain("host", text)


def _fqdn(setting: Setting, text: str) -> str:
    try:
        return naming.check_domain(setting.name, text)
    except InvalidValue:
        raise ValueError from None


def _ip(_setting: Setting, text: str) -> str:
    _require("%" not in text)
    return str(ip_address(text))


def _ip_list(setting: Setting, text: str) -> str:
    _require(len(text) <= setting.longest)
    return ";".join(_ip(setting, part) for part in text.split(";"))


def _host_list(setting: Setting, text: str) -> str:
    _require(len(text) <= setting.longest and "%" not in text)
    try:
        return ";".join(_host(part) for part in text.split(";"))
    except InvalidValue:
        raise ValueError from None


def _uuid(_setting: Setting, text: str) -> str:
    _require(_UUID.fullmatch(text))
    return text.lower()


def _uuid_list(setting: Setting, text: str) -> str:
    _require(len(text) <= setting.longest)
    return ",".join(_uuid(setting, part) for part in text.split(","))


def _url(setting: Setting, text: str) -> str:
    _require(_URL.fullmatch(text))
    return _string(setting, text)


_PARSERS: Mapping[Kind, Callable[[Setting, str], Value]] = {
    Kind.BOOLEAN: _boolean,
    Kind.INT: _whole,
    Kind.FLOAT: _real,
    Kind.STRING: _string,
    Kind.ENUM: _enum,
    Kind.FQDN: _fqdn,
    Kind.IP: _ip,
    Kind.IP_LIST: _ip_list,
    Kind.HOST_LIST: _host_list,
    Kind.UUID: _uuid,
    Kind.UUID_LIST: _uuid_list,
    Kind.URL: _url,
}


def _bounds(setting: Setting) -> str:
    if setting.most == _LARGEST:
        return Text("of at least {least}", least=setting.least)
    return Text("from {least} to {most}", least=setting.least, most=setting.most)


_ALLOWED: Mapping[Kind, Callable[[Setting], str]] = {
    Kind.BOOLEAN: lambda _: "yes, no",
    Kind.INT: lambda setting: Text("a whole number {bounds}", bounds=_bounds(setting)),
    Kind.FLOAT: lambda setting: Text("a decimal number {bounds}", bounds=_bounds(setting)),
    Kind.STRING: lambda setting: Text(
        "at most {longest} printable characters", longest=setting.longest
    ),
    Kind.ENUM: lambda setting: ", ".join(setting.choices),
    Kind.FQDN: lambda _: Text("a DNS name in lower case"),
    Kind.IP: lambda _: Text("an IPv4 or IPv6 address"),
    Kind.IP_LIST: lambda _: Text("IPv4 or IPv6 addresses separated by semicolons"),
    Kind.HOST_LIST: lambda _: Text("DNS names or addresses separated by semicolons"),
    Kind.UUID: lambda _: Text("a UUID"),
    Kind.UUID_LIST: lambda _: Text("UUIDs separated by commas"),
    Kind.URL: lambda setting: Text(
        "a URL (http or https) of at most {longest} characters", longest=setting.longest
    ),
}


def flag(name: str, default: bool, text: str, roles: str = "", **more: Any) -> Setting:
    """Return a setting that is on or off; `roles` are separated by blanks."""
    return _made(name, Kind.BOOLEAN, default, text, roles, more)


def whole(name: str, default: int, text: str, roles: str = "", **more: Any) -> Setting:
    """Return a setting that is a whole number."""
    return _made(name, Kind.INT, default, text, roles, more)


def real(name: str, default: float, text: str, roles: str = "", **more: Any) -> Setting:
    """Return a setting that is a decimal number."""
    return _made(name, Kind.FLOAT, default, text, roles, more)


def string(name: str, default: str, text: str, roles: str = "", **more: Any) -> Setting:
    """Return a setting that is a text."""
    return _made(name, Kind.STRING, default, text, roles, more)


def choice(
    name: str, default: str, choices: str, text: str, roles: str = "", **more: object
) -> Setting:
    """Return a setting that is one of several words, separated by blanks here."""
    return _made(name, Kind.ENUM, default, text, roles, {"choices": tuple(choices.split()), **more})


def special(
    kind: Kind, name: str, default: str, text: str, roles: str = "", **more: object
) -> Setting:
    """Return a setting of another type."""
    return _made(name, kind, default, text, roles, more)


def _made(
    name: str, kind: Kind, default: Value, text: str, roles: str, more: Mapping[str, Any]
) -> Setting:
    return Setting(name, kind, default, text, tuple(roles.split()), **more)
