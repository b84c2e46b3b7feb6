"""The settings of a cluster that can be stored or tried out in a plan, and what they may be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ocinstaller.model import naming
from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.nearest import known_names
from ocinstaller.model.placement.inputs import CLUSTER_INPUTS
from ocinstaller.model.snapshot import Value

_TEXT_LIMIT = 255


@dataclass(frozen=True)
class StoredSetting:
    """A setting with a column of its own in the table of clusters."""

    default: str
    check: Callable[[str, str], str]
    """Given name and value: returns the value or raises InvalidValue."""


def _name_or_nothing(name: str, value: str) -> str:
    return naming.check_domain(name, value) if value else value


STORED: Mapping[str, StoredSetting] = {
    "region_name": StoredSetting("RegionOne", naming.check_object_name),
    "vip_hostname": StoredSetting("", _name_or_nothing),
    "time_server_host": StoredSetting("", _name_or_nothing),
}


DEFAULTS: Mapping[str, Value] = {
    **{name: stored.default for name, stored in STORED.items()},
    **CLUSTER_INPUTS,
}
"""What each setting is as long as nobody changes it."""


def parse_stored(name: str, text: str) -> str:
    """Return the value of a setting that the data base keeps.

    :raises InvalidValue: the value is not allowed, or there is no such setting
    """
    if name not in STORED:
        raise InvalidValue("setting", name, known_names(name, STORED))
    return STORED[name].check(name, text)


def parse_setting(name: str, text: str) -> Value:
    """Return the value of any setting that decides something, as operators type it.

    :raises InvalidValue: the value is not allowed, or there is no such setting
    """
    if name in STORED:
        return STORED[name].check(name, text)
    if name not in CLUSTER_INPUTS:
        raise InvalidValue("setting", name, known_names(name, DEFAULTS))
    if isinstance(CLUSTER_INPUTS[name], bool):
        if text not in ("yes", "no"):
            raise InvalidValue(name, text, "yes, no")
        return text == "yes"
    if len(text) > _TEXT_LIMIT:
        raise InvalidValue(name, text, f"at most {_TEXT_LIMIT} characters")
    return text
