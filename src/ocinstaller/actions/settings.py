"""Settings of clusters and machines: showing and changing them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import api_certificates
from ocinstaller.actions.context import Installation
from ocinstaller.model.effects import concerned_by_cluster_setting, moved_by
from ocinstaller.model.errors import Conflict, Duplicate, InvalidValue
from ocinstaller.model.secret_fields import HIDDEN
from ocinstaller.model.settings import (
    CLUSTER_SETTINGS,
    GROUPS,
    MACHINE_SETTINGS,
    SCOPES,
    Setting,
    Value,
    find,
    shown,
)
from ocinstaller.model.snapshot import ClusterSnapshot
from ocinstaller.model.states import State
from ocinstaller.model.text import Text
from ocinstaller.store import queries, setting_rows, snapshots
from ocinstaller.store.tables import Cluster, Machine

Texts = Mapping[str, str | None]
"""Settings as operators write them; None stands for the default."""

_Values = Mapping[str, Value]


@dataclass(frozen=True)
class SettingView:
    """A setting of an object, as operators write it."""

    name: str
    value: str
    is_default: bool


@dataclass(frozen=True)
class SettingsView:
    """All settings of an object."""

    name: str
    settings: list[SettingView]


@dataclass(frozen=True)
class SettingChange:
    """A setting that was changed, and the machines that it concerns."""

    name: str
    before: str
    after: str
    machines: list[str]
    """Host names; the serial number of a machine that has none."""


@dataclass(frozen=True)
class SettingDescription:
    """What a setting is."""

    name: str
    group: str
    type: str
    default: str
    allowed: str
    unit: str
    roles: list[str]
    help: str
    options: list[str]
    inherits: bool
    secret: bool


def describe_settings(scope: str) -> list[SettingDescription]:
    """Return what settings there are of clusters or of machines.

    :raises InvalidValue: there is no such scope
    """
    if scope not in SCOPES:
        raise InvalidValue("scope", scope, ", ".join(SCOPES))
    return list(_descriptions(scope))


def _descriptions(scope: str) -> Iterator[SettingDescription]:
    for group, settings in GROUPS[scope].items():
        for setting in settings:
            yield SettingDescription(
                setting.name,
                group,
                setting.kind,
                shown(setting.default),
                setting.allowed,
                setting.unit,
                list(setting.roles),
                setting.help,
                list(setting.flags),
                setting.inherits,
                setting.secret,
            )


def show_cluster_settings(session: Session, name: str, *, lock: bool = False) -> SettingsView:
    """Return all settings of a cluster; secrets are hidden.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: there is none of this name
    """
    row = queries.cluster(session, name, lock=lock)
    values = {**setting_rows.of_cluster(session, row.id), **_cluster_state(session, row)}
    return _view(row.name, CLUSTER_SETTINGS, values)


def show_machine_settings(session: Session, name: str, *, lock: bool = False) -> SettingsView:
    """Return all settings of a machine; secrets are hidden.

    :param lock: keep others from changing it until the transaction ends
    :raises NotFound: no machine has this serial number or host name
    """
    row = queries.machine(session, name, lock=lock)
    values = {**setting_rows.of_machine(session, row.id), "hostname": row.hostname or ""}
    return _view(row.serial, MACHINE_SETTINGS, values)


def _view(name: str, settings: Mapping[str, Setting], values: _Values) -> SettingsView:
    def one(setting: Setting) -> SettingView:
        value = values.get(setting.name, setting.default)
        return SettingView(setting.name, shown(value), value == setting.default)

    return SettingsView(name, [one(setting) for setting in settings.values()])


def _cluster_state(session: Session, row: Cluster) -> dict[str, Value]:
    query = select(Machine.hostname).where(Machine.cluster_id == row.id, Machine.bootstrap)
    return {
        "initial_cluster_setup": row.initial_cluster_setup,
        "first_master": session.scalar(query) or "",
    }


def change_cluster_settings(
    session: Session, oci: Installation, name: str, texts: Texts
) -> list[SettingChange]:
    """Change settings of a cluster; return those that are different now.

    :raises NotFound: there is no cluster of this name
    :raises InvalidValue: a setting does not exist or cannot have this value
    """
    row = queries.cluster(session, name, lock=True)
    values = _parsed(CLUSTER_SETTINGS, texts)
    stored = setting_rows.of_cluster(session, row.id)
    before = {**stored, **_cluster_state(session, row)}
    _check_range({**before, **values})
    _check_api_certificate(session, row, before, values)
    cluster = snapshots.cluster_snapshot(session, row)
    changes = []
    for setting, value in _different(CLUSTER_SETTINGS, before, values):
        old = before.get(setting.name, setting.default)
        if setting.of_state:
            _change_cluster_state(session, row, setting, value)
            after = cluster
        else:
            setting_rows.write_of_cluster(session, oci.vault, row.id, setting, value)
            after = replace(cluster, settings={**cluster.settings, setting.name: value})
        machines = concerned_by_cluster_setting(setting.name, cluster, after)
        changes.append(_change(setting, old, value, machines))
    session.flush()
    return changes


def change_machine_settings(
    session: Session, oci: Installation, name: str, texts: Texts
) -> list[SettingChange]:
    """Change settings of a machine; return those that are different now.

    :raises NotFound: no machine has this serial number or host name
    :raises InvalidValue: a setting does not exist or cannot have this value
    :raises Conflict: the machine belongs to no cluster and has no host name, or is being installed
    :raises Duplicate: another machine has this host name
    """
    row = queries.machine(session, name, lock=True)
    values = _parsed(MACHINE_SETTINGS, texts)
    before = {**setting_rows.of_machine(session, row.id), "hostname": row.hostname or ""}
    cluster = snapshots.cluster_snapshot(session, row.cluster) if row.cluster else None
    changes = []
    for setting, value in _different(MACHINE_SETTINGS, before, values):
        old = before.get(setting.name, setting.default)
        if setting.of_state:
            _rename(session, row, str(value))
        else:
            setting_rows.write_of_machine(session, oci.vault, row.id, setting, value)
        changes.append(_change(setting, old, value, _with_machine(cluster, row, setting, value)))
    session.flush()
    return changes


def _parsed(settings: Mapping[str, Setting], texts: Texts) -> dict[str, Value]:
    """Return the values under the settings' proper names.

    :raises InvalidValue: there is no such setting, it is named twice, or the value is not allowed
    """
    values: dict[str, Value] = {}
    for name, text in texts.items():
        setting = find(settings, name)
        if setting.name in values:
            raise InvalidValue("setting", name, Text("{name} once", name=setting.name))
        values[setting.name] = setting.default if text is None else setting.parse(text)
    return values


def _different(
    settings: Mapping[str, Setting], before: _Values, values: _Values
) -> Iterator[tuple[Setting, Value]]:
    """Yield what is to be changed; a secret that is given counts as changed."""
    for name, value in values.items():
        setting = settings[name]
        old = before.get(name, setting.default)
        if value != old:
            yield setting, value


def _change(setting: Setting, old: Value, new: Value, machines: list[str]) -> SettingChange:
    def visible(value: Value) -> str:
        return HIDDEN if setting.secret and value != setting.default else shown(value)

    return SettingChange(setting.name, visible(old), visible(new), machines)


def _check_range(values: _Values) -> None:
    """Refuse a range of VXLANs without any.

    :raises InvalidValue: the first is greater than the last
    """
    first, last = (
        int(values.get(name, CLUSTER_SETTINGS[name].default))
        for name in ("neutron_vxlan_vni_min", "neutron_vxlan_vni_max")
    )
    if first > last:
        raise InvalidValue(
            "neutron_vxlan_vni_min", first, Text("at most {last}: neutron_vxlan_vni_max", last=last)
        )


def _check_api_certificate(
    session: Session, row: Cluster, before: _Values, values: _Values
) -> None:
    """:raises InvalidValue: the API would serve a certificate that its clients refuse."""
    names = ("vip_hostname", "self_signed_api_cert")
    known = {name: before.get(name, CLUSTER_SETTINGS[name].default) for name in names}
    wanted = {name: values.get(name, known[name]) for name in names}
    if wanted != known:
        api_certificates.check_settings(session, row, wanted)


def _change_cluster_state(session: Session, row: Cluster, setting: Setting, value: Value) -> None:
    if setting.name == "initial_cluster_setup":
        row.initial_cluster_setup = value is True
        return
    controllers = [
        machine
        for machine in queries.cluster_machines(session, row.id)
        if machine.role == "controller"
    ]
    founder = next((m for m in controllers if value in (m.serial, m.hostname)), None)
    if founder is None:
        names = ", ".join(machine.hostname or machine.serial for machine in controllers)
        raise InvalidValue(
            setting.name, value, names or Text("none: the cluster has no controllers")
        )
    for machine in controllers:
        machine.bootstrap = machine is founder


def _rename(session: Session, row: Machine, hostname: str) -> None:
    if row.cluster is None or row.status == State.INSTALLING:
        state = "belongs to no cluster" if row.cluster is None else "is being installed"
        raise Conflict(
            Text("hostname: machine {serial} {state}", serial=row.serial, state=state),
            field="hostname",
            value=hostname,
            allowed=Text("the name of a machine of a cluster that is not being installed"),
        )
    if not hostname:
        raise InvalidValue(
            "hostname", hostname, MACHINE_SETTINGS["hostname"].meaning or Text("a name")
        )
    if session.scalar(select(Machine.id).where(Machine.hostname == hostname)):
        raise Duplicate("hostname", hostname)
    row.hostname = hostname


def _with_machine(
    cluster: ClusterSnapshot | None, row: Machine, setting: Setting, value: Value
) -> list[str]:
    """Return the machine itself and those that do something else because of its setting."""
    own = row.hostname or row.serial
    if cluster is None or setting.of_state:
        return [own]
    machines = tuple(
        replace(m, settings={**m.settings, setting.name: value}) if m.serial == row.serial else m
        for m in cluster.machines
    )
    others = moved_by(cluster, replace(cluster, machines=machines)) - {own}
    return [own, *sorted(others)]
