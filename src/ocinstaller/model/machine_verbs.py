"""What can be done with a machine in its present place and state."""

from enum import StrEnum

from ocinstaller.model.states import TRANSITIONS, Event, State


class Verb(StrEnum):
    """Something that an operator has a machine do."""

    ENROL = "enrol"
    INSTALL = "install"
    LIVE = "live"
    DISK = "disk"
    REINSTALL = "reinstall"
    WIPE = "wipe"
    RELEASE = "release"
    REMOVE = "remove"
    DESTROY = "destroy"


_EVENTS = {
    Verb.ENROL: Event.ENROLLED,
    Verb.INSTALL: Event.INSTALL_REQUESTED,
    Verb.LIVE: Event.LIVE_REQUESTED,
    Verb.RELEASE: Event.REMOVED,
    Verb.REMOVE: Event.REMOVED,
}
_STATES = {
    Verb.DISK: frozenset({State.LIVE, State.BOOTING_LIVE, State.INSTALLED}),
    Verb.REINSTALL: frozenset({State.BOOTING_LIVE, State.FIRST_BOOT, State.INSTALLED}),
    Verb.WIPE: frozenset({State.LIVE}),
}
"""States that something is possible in, where that is not one transition of the table."""
_MEMBER = {
    Verb.ENROL: False,
    Verb.INSTALL: True,
    Verb.DISK: True,
    Verb.REINSTALL: True,
    Verb.RELEASE: True,
    Verb.REMOVE: True,
    Verb.DESTROY: False,
}
"""Whether the machine must be in a cluster; what is missing does not care."""


def possible(state: State, *, in_cluster: bool) -> list[Verb]:
    """Return what would not be refused because of the machine's state or place."""
    return [
        verb
        for verb in Verb
        if _MEMBER.get(verb, in_cluster) == in_cluster
        and (verb not in _EVENTS or (state, _EVENTS[verb]) in TRANSITIONS)
        and (verb not in _STATES or state in _STATES[verb])
    ]
