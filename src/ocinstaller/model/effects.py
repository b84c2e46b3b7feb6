"""Which machines a changed setting concerns."""

from ocinstaller.model.placement.placing import MachinePlacement, place
from ocinstaller.model.roles import kind_of
from ocinstaller.model.settings import CLUSTER_SETTINGS, INHERIT, MACHINE_SETTINGS
from ocinstaller.model.settings.schema import EVERY_ROLE
from ocinstaller.model.snapshot import ClusterSnapshot, MachineFacts, in_order


def concerned_by_cluster_setting(
    name: str, before: ClusterSnapshot, after: ClusterSnapshot
) -> list[str]:
    """Return the host names of those that receive the setting, or do something else with it.

    :param after: the same machines with the changed setting
    """
    moved = moved_by(before, after)
    return [
        machine.hostname
        for machine in in_order(after.machines)
        if machine.hostname in moved or _receives(machine, name)
    ]


def _receives(machine: MachineFacts, name: str) -> bool:
    roles = CLUSTER_SETTINGS[name].roles
    if EVERY_ROLE not in roles and kind_of(machine.role) not in roles:
        return False
    own = MACHINE_SETTINGS.get(name)
    return own is None or not own.inherits or machine.own_setting(name) == INHERIT


def moved_by(before: ClusterSnapshot, after: ClusterSnapshot) -> set[str]:
    """Return the host names of the machines whose services or decisions differ."""

    def placed(cluster: ClusterSnapshot) -> dict[str, MachinePlacement]:
        return {machine.hostname: machine for machine in place(cluster).machines}

    now, then = placed(before), placed(after)
    return {name for name in then if now.get(name) != then[name]}
