"""A plan as it is shown: changes in groups, the long ones folded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ocinstaller.model.difference import Change, Section
from ocinstaller.web.languages import N_

_TITLES = {
    Section.SWIFT_REGION: N_("Swift regions"),
    Section.LOCATION: N_("Locations"),
    Section.NETWORK: N_("Networks"),
    Section.CLUSTER: N_("Cluster"),
    Section.SETTING: N_("Settings"),
    Section.MACHINE: N_("Machines"),
    Section.ADDRESS: N_("Addresses"),
    Section.DECISION: N_("Decisions"),
    Section.SERVICE: N_("Services"),
    Section.CLASS: N_("Puppet classes"),
    Section.PARAMETER: N_("Puppet parameters"),
}
_FOLDED = {Section.CLASS, Section.PARAMETER}
_LONG = 30


@dataclass(frozen=True)
class ChangeGroup:
    """The changes of a section; long and technical ones are not open at first."""

    title: str
    changes: Sequence[Change]
    open: bool


def grouped(changes: Iterable[Change]) -> list[ChangeGroup]:
    """Return the changes, which come sorted by section, in groups."""
    groups = []
    for section, members in groupby(changes, key=lambda change: change.section):
        found = list(members)
        is_open = section not in _FOLDED and len(found) <= _LONG
        groups.append(ChangeGroup(_TITLES.get(section, str(section)), found, is_open))
    return groups
