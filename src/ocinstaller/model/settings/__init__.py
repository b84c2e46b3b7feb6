"""Every setting of clusters and machines, once.

Storage, REST API, `ocicli`, completion, documentation and the node classifier derive from here.
Names and defaults are those of the original OCI (of its newest version, where they changed).
"""

from collections.abc import Mapping

from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.nearest import known_names
from ocinstaller.model.settings import (
    cluster_api,
    cluster_compute,
    cluster_operation,
    cluster_storage,
    machine_tables,
)
from ocinstaller.model.settings.schema import INHERIT, Kind, Setting, Value, shown, table
from ocinstaller.model.text import Text

__all__ = [
    "CLUSTER_SETTINGS",
    "GROUPS",
    "INHERIT",
    "MACHINE_SETTINGS",
    "SCOPES",
    "Kind",
    "Setting",
    "Value",
    "find",
    "parse",
    "parse_all",
    "shown",
]

GROUPS: Mapping[str, Mapping[str, tuple[Setting, ...]]] = {
    "cluster": {
        "Names and servers": cluster_api.NAMES,
        "The API's front end": cluster_api.FRONT_END,
        "Identity and dashboard": cluster_api.IDENTITY,
        "Services": cluster_operation.SERVICES,
        "Virtual machines": cluster_api.CPU,
        "Scheduling": cluster_compute.COMPUTE,
        "Networks of tenants": cluster_compute.NETWORK,
        "Images, volumes, shares": cluster_storage.VOLUMES,
        "Ceph": cluster_storage.CEPH,
        "Swift": cluster_storage.SWIFT,
        "Messaging": cluster_operation.MESSAGING,
        "Telemetry": cluster_operation.TELEMETRY,
        "Logs": cluster_operation.LOGS,
    },
    "machine": {
        "Place": machine_tables.PLACE,
        "System disk and console": machine_tables.DISKS,
        "BMC": machine_tables.BMC,
        "Virtual machines": machine_tables.HYPERVISOR,
        "Routing": machine_tables.ROUTING,
        "Swift and Ceph": machine_tables.STORES,
        "Volumes": machine_tables.VOLUMES,
        "Others": machine_tables.VARIABLES,
    },
}
"""The settings of each kind of object, under headings for people."""

CLUSTER_SETTINGS = table(*GROUPS["cluster"].values())
MACHINE_SETTINGS = table(*GROUPS["machine"].values())
SCOPES: Mapping[str, Mapping[str, Setting]] = {
    "cluster": CLUSTER_SETTINGS,
    "machine": MACHINE_SETTINGS,
}


def find(settings: Mapping[str, Setting], name: str) -> Setting:
    """Return the setting of this name, or of which this is an alias.

    :raises InvalidValue: there is none; tells the nearest name
    """
    if name in settings:
        return settings[name]
    for setting in settings.values():
        if name in setting.aliases:
            return setting
    raise InvalidValue("setting", name, known_names(name, settings))


def parse(settings: Mapping[str, Setting], name: str, text: str) -> Value:
    """Return the value of a setting as operators write it.

    :raises InvalidValue: there is no such setting, or the value is not allowed
    """
    return find(settings, name).parse(text)


def parse_all(settings: Mapping[str, Setting], texts: Mapping[str, str]) -> dict[str, Value]:
    """Return several settings' values under their proper names.

    :raises InvalidValue: as `parse`, or one setting has two names here
    """
    values: dict[str, Value] = {}
    for name, text in texts.items():
        setting = find(settings, name)
        if setting.name in values:
            raise InvalidValue("setting", name, Text("{name} once", name=setting.name))
        values[setting.name] = setting.parse(text)
    return values
