"""Settings of clusters and machines: a row for each that is not at its default."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ocinstaller.model.secret_fields import HIDDEN
from ocinstaller.model.settings import CLUSTER_SETTINGS, MACHINE_SETTINGS, Setting, Value, shown
from ocinstaller.store.tables import ClusterSetting, Machine, MachineSetting
from ocinstaller.store.vault import Vault

Row = ClusterSetting | MachineSetting


def of_cluster(session: Session, cluster_id: int) -> dict[str, Value]:
    """Return the settings of a cluster that are not at their default; secrets are hidden."""
    return of_clusters(session, [cluster_id]).get(cluster_id, {})


def of_clusters(session: Session, cluster_ids: list[int]) -> dict[int, dict[str, Value]]:
    """Return the settings of several clusters in one query."""
    query = select(ClusterSetting.cluster_id, ClusterSetting.name, ClusterSetting.value).where(
        ClusterSetting.cluster_id.in_(cluster_ids)
    )
    return _read(session, query, CLUSTER_SETTINGS)


def of_machine(session: Session, machine_id: int) -> dict[str, Value]:
    """Return the settings of a machine that are not at their default; secrets are hidden."""
    query = select(MachineSetting.machine_id, MachineSetting.name, MachineSetting.value)
    query = query.where(MachineSetting.machine_id == machine_id)
    return _read(session, query, MACHINE_SETTINGS).get(machine_id, {})


def of_members(session: Session, cluster_id: int) -> dict[int, dict[str, Value]]:
    """Return the settings of all machines of a cluster, by the machines' numbers, in one query."""
    query = (
        select(MachineSetting.machine_id, MachineSetting.name, MachineSetting.value)
        .join(Machine, Machine.id == MachineSetting.machine_id)
        .where(Machine.cluster_id == cluster_id)
    )
    return _read(session, query, MACHINE_SETTINGS)


def of_machines(session: Session) -> dict[int, dict[str, Value]]:
    """Return the settings of all machines, by the machines' numbers, in one query."""
    query = select(MachineSetting.machine_id, MachineSetting.name, MachineSetting.value)
    return _read(session, query, MACHINE_SETTINGS)


def _read(
    session: Session, query: Select[Any], settings: Mapping[str, Setting]
) -> dict[int, dict[str, Value]]:
    found: dict[int, dict[str, Value]] = defaultdict(dict)
    for owner, name, value in session.execute(query):
        found[owner][name] = HIDDEN if value is None else settings[name].parse(value)
    return found


def secrets_of_cluster(session: Session, vault: Vault, cluster_id: int) -> dict[str, str]:
    """Return the secret settings of a cluster, opened; those at their default are not in it.

    :raises VaultError: they were sealed with another key
    """
    query = select(ClusterSetting.name, ClusterSetting.sealed)
    return _opened(session, vault, query.where(ClusterSetting.cluster_id == cluster_id))


def secrets_of_machine(session: Session, vault: Vault, machine_id: int) -> dict[str, str]:
    """Return the secret settings of a machine, opened; those at their default are not in it.

    :raises VaultError: they were sealed with another key
    """
    query = select(MachineSetting.name, MachineSetting.sealed)
    return _opened(session, vault, query.where(MachineSetting.machine_id == machine_id))


def _opened(session: Session, vault: Vault, query: Select[Any]) -> dict[str, str]:
    return {name: vault.open(sealed) for name, sealed in session.execute(query) if sealed}


def write_of_cluster(
    session: Session, vault: Vault, cluster_id: int, setting: Setting, value: Value
) -> None:
    """Keep a value; the default is kept by having no row."""
    row = session.get(ClusterSetting, (cluster_id, setting.name))
    fresh = ClusterSetting(cluster_id=cluster_id, name=setting.name)
    _write(session, vault, setting, value, row, fresh)


def write_of_machine(
    session: Session, vault: Vault, machine_id: int, setting: Setting, value: Value
) -> None:
    """Keep a value; the default is kept by having no row."""
    row = session.get(MachineSetting, (machine_id, setting.name))
    fresh = MachineSetting(machine_id=machine_id, name=setting.name)
    _write(session, vault, setting, value, row, fresh)


def copy_of_machine(session: Session, source: int, target: int) -> None:
    """Give a machine the settings of another, in the place of its own."""
    for row in session.scalars(select(MachineSetting).where(MachineSetting.machine_id == target)):
        session.delete(row)
    session.flush()
    for row in session.scalars(select(MachineSetting).where(MachineSetting.machine_id == source)):
        session.add(
            MachineSetting(machine_id=target, name=row.name, value=row.value, sealed=row.sealed)
        )


def _write(
    session: Session, vault: Vault, setting: Setting, value: Value, row: Row | None, fresh: Row
) -> None:
    if value == setting.default:
        if row is not None:
            session.delete(row)
        return
    target = row or fresh
    if not setting.secret:
        target.value = shown(value)
    elif target.sealed is None or vault.open(target.sealed) != value:
        target.sealed = vault.seal(str(value))
    if row is None:
        session.add(fresh)
