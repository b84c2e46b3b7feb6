"""Settings as the original's columns, and as the document that its client takes options from."""

from collections.abc import Mapping, Sequence

from ocinstaller.api.compat import columns
from ocinstaller.model.settings import CLUSTER_SETTINGS, MACHINE_SETTINGS, Kind, Setting, shown


def _variables(settings: Mapping[str, Setting], known: Sequence[str]) -> dict[str, Setting]:
    """Return the settings without a column of their own, but for what is kept with the object."""
    return {
        name: setting
        for name, setting in settings.items()
        if name not in known and not setting.of_state
    }


_CLUSTER_VARIABLES = _variables(CLUSTER_SETTINGS, columns.CLUSTER)
_MACHINE_VARIABLES = _variables(MACHINE_SETTINGS, columns.MACHINE)

CLUSTER_COLUMNS = (*columns.CLUSTER, *_CLUSTER_VARIABLES)
MACHINE_COLUMNS = (*columns.MACHINE, *_MACHINE_VARIABLES)


def _defaults(names: Sequence[str], settings: Mapping[str, Setting]) -> dict[str, object]:
    """Return what each column holds as long as nobody changes it; None where no setting is."""
    return {name: settings[name].default if name in settings else None for name in names}


CLUSTER_DEFAULTS = _defaults(CLUSTER_COLUMNS, CLUSTER_SETTINGS)
MACHINE_DEFAULTS = _defaults(MACHINE_COLUMNS, MACHINE_SETTINGS)

_TYPES = {Kind.INT: "int", Kind.FLOAT: "float", Kind.BOOLEAN: "boolean", Kind.FQDN: "fqdn"}
"""The original's types; all others are its strings."""


def variables() -> dict[str, dict[str, dict[str, object]]]:
    """Return `variables.json`: what the client shows, and makes options of, beyond its own."""
    return {
        "machines": {name: _variable(setting) for name, setting in _MACHINE_VARIABLES.items()},
        "clusters": {name: _variable(setting) for name, setting in _CLUSTER_VARIABLES.items()},
    }


def _variable(setting: Setting) -> dict[str, object]:
    return {
        "type": _TYPES.get(setting.kind, "string"),
        "default": shown(setting.default),
        # The client writes it into comma-separated values as it is.
        "description": setting.help.replace(",", ";") + ":",
        "roles": list(setting.roles),
    }
