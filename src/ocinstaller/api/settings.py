"""Settings of clusters and machines below `/v1`; their schema comes from the table of settings."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, WithJsonSchema

from ocinstaller.actions import settings
from ocinstaller.actions.settings import SettingChange, SettingDescription, SettingsView
from ocinstaller.api.auth import Oci
from ocinstaller.api.conditional import Condition
from ocinstaller.model.settings import CLUSTER_SETTINGS, MACHINE_SETTINGS, Kind, Setting, shown

router = APIRouter(prefix="/v1")

_Given = Mapping[str, str | bool | int | float | None]


def _schema(known: Mapping[str, Setting]) -> WithJsonSchema:
    """Return what OpenAPI says of the settings that a request may have."""
    return WithJsonSchema(
        {
            "type": "object",
            "description": "Name and new value; null returns to the default.",
            "properties": {name: _property(setting) for name, setting in known.items()},
            "additionalProperties": False,
        }
    )


def _property(setting: Setting) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "description": f"{setting.help}; allowed: {setting.allowed}",
        "default": shown(setting.default),
    }
    if setting.kind is Kind.BOOLEAN and not setting.inherits:
        schema["enum"] = ["yes", "no", True, False, None]
    elif setting.kind is Kind.ENUM:
        schema["enum"] = [*setting.choices, *([setting.default] if setting.inherits else []), None]
    else:
        schema["anyOf"] = [{"type": kind} for kind in ("string", "boolean", "number", "null")]
    return schema


class ClusterSettingsToChange(BaseModel):
    """Settings of a cluster to change; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    settings: Annotated[dict[str, str | bool | int | float | None], _schema(CLUSTER_SETTINGS)]


class MachineSettingsToChange(BaseModel):
    """Settings of a machine to change; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    settings: Annotated[dict[str, str | bool | int | float | None], _schema(MACHINE_SETTINGS)]


class ChangedSettings(BaseModel):
    """The settings that are different now."""

    changes: list[SettingChange]


def _texts(given: _Given) -> dict[str, str | None]:
    """Return values as operators write them."""
    return {name: None if value is None else shown(value) for name, value in given.items()}


@router.get("/settings/{scope}", tags=["settings"])
def describe_settings(_oci: Oci, scope: str) -> list[SettingDescription]:
    """Tell what settings there are: of `cluster` or of `machine`."""
    return settings.describe_settings(scope)


@router.get("/clusters/{name}/settings", tags=["settings"])
def show_cluster_settings(oci: Oci, name: str, condition: Condition) -> SettingsView:
    """Show all settings of a cluster."""
    with oci.store.read() as session:
        return condition.show(settings.show_cluster_settings(session, name))


@router.patch("/clusters/{name}/settings", tags=["settings"])
def change_cluster_settings(
    oci: Oci, name: str, body: ClusterSettingsToChange, condition: Condition
) -> ChangedSettings:
    """Change settings of a cluster; tell what changed and which machines that concerns."""
    texts = _texts(body.settings)
    changes, after = oci.store.write(
        condition.guard(
            settings.show_cluster_settings,
            name,
            lambda session: (
                settings.change_cluster_settings(session, oci, name, texts),
                settings.show_cluster_settings(session, name),
            ),
        )
    )
    condition.changed(after)
    return ChangedSettings(changes=changes)


@router.get("/machines/{name}/settings", tags=["settings"])
def show_machine_settings(oci: Oci, name: str, condition: Condition) -> SettingsView:
    """Show all settings of a machine."""
    with oci.store.read() as session:
        return condition.show(settings.show_machine_settings(session, name))


@router.patch("/machines/{name}/settings", tags=["settings"])
def change_machine_settings(
    oci: Oci, name: str, body: MachineSettingsToChange, condition: Condition
) -> ChangedSettings:
    """Change settings of a machine; tell what changed and which machines that concerns."""
    texts = _texts(body.settings)
    changes, after = oci.store.write(
        condition.guard(
            settings.show_machine_settings,
            name,
            lambda session: (
                settings.change_machine_settings(session, oci, name, texts),
                settings.show_machine_settings(session, texts.get("hostname") or name),
            ),
        )
    )
    condition.changed(after)
    return ChangedSettings(changes=changes)
