"""A machine's states and the transitions between them, as one table."""

from enum import StrEnum

from ocinstaller.model.errors import WrongState
from ocinstaller.model.text import Text


class State(StrEnum):
    """Where a machine is on its way; the names are those of the original OCI."""

    LIVE = "live"
    BOOTING_LIVE = "bootinglive"
    INSTALLING = "installing"
    FIRST_BOOT = "firstboot"
    INSTALLED = "installed"


MEANINGS = {
    State.LIVE: "runs the live system and reports",
    State.BOOTING_LIVE: "was told to start the live system; its next report closes this",
    State.INSTALLING: "fetches its plan and installs",
    State.FIRST_BOOT: "the disk is written; the installed system has not reported yet",
    State.INSTALLED: "runs from its disk",
}
"""What each state says about the machine."""


class PuppetStatus(StrEnum):
    """How the last Puppet run of a machine ended."""

    NOT_RUN = "notrun"
    RUNNING = "running"
    SUCCESS = "success"
    FAILURE = "failure"


class Event(StrEnum):
    """What moves a machine from state to state."""

    REPORTED = "hardware report"
    ENROLLED = "enrolment"
    REMOVED = "removal from its cluster"
    INSTALL_REQUESTED = "installation request"
    INSTALL_FAILED = "failed installation"
    DISK_WRITTEN = "finished installation"
    BOOTED = "start from disk"
    LIVE_REQUESTED = "request to start the live system"
    DISK_REQUESTED = "request to start from disk"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.LIVE, Event.REPORTED): State.LIVE,
    (State.BOOTING_LIVE, Event.REPORTED): State.LIVE,
    (State.INSTALLING, Event.REPORTED): State.INSTALLING,
    (State.FIRST_BOOT, Event.REPORTED): State.FIRST_BOOT,
    (State.INSTALLED, Event.REPORTED): State.INSTALLED,
    (State.LIVE, Event.ENROLLED): State.LIVE,
    (State.LIVE, Event.REMOVED): State.LIVE,
    (State.BOOTING_LIVE, Event.REMOVED): State.BOOTING_LIVE,
    (State.FIRST_BOOT, Event.REMOVED): State.BOOTING_LIVE,
    (State.INSTALLED, Event.REMOVED): State.BOOTING_LIVE,
    (State.LIVE, Event.INSTALL_REQUESTED): State.INSTALLING,
    (State.INSTALLING, Event.INSTALL_FAILED): State.LIVE,
    (State.LIVE, Event.INSTALL_FAILED): State.LIVE,  # told twice: the answer was lost
    (State.INSTALLING, Event.DISK_WRITTEN): State.FIRST_BOOT,
    (State.FIRST_BOOT, Event.DISK_WRITTEN): State.FIRST_BOOT,  # told twice
    (State.FIRST_BOOT, Event.BOOTED): State.INSTALLED,
    (State.INSTALLED, Event.BOOTED): State.INSTALLED,
    (State.LIVE, Event.LIVE_REQUESTED): State.BOOTING_LIVE,
    (State.BOOTING_LIVE, Event.LIVE_REQUESTED): State.BOOTING_LIVE,
    (State.INSTALLING, Event.LIVE_REQUESTED): State.BOOTING_LIVE,
    (State.FIRST_BOOT, Event.LIVE_REQUESTED): State.BOOTING_LIVE,
    (State.INSTALLED, Event.LIVE_REQUESTED): State.BOOTING_LIVE,
    (State.LIVE, Event.DISK_REQUESTED): State.FIRST_BOOT,
    (State.BOOTING_LIVE, Event.DISK_REQUESTED): State.FIRST_BOOT,
    (State.FIRST_BOOT, Event.DISK_REQUESTED): State.FIRST_BOOT,
    (State.INSTALLED, Event.DISK_REQUESTED): State.INSTALLED,
}

LOCAL_BOOT_STATES = frozenset({State.FIRST_BOOT, State.INSTALLED})
"""States in which a machine starts from its disk even when it asks the network first."""


def next_state(state: State, event: Event) -> State:
    """Return the state after `event`.

    :raises WrongState: when the table has no such transition; names the state and the states in
        which the event is allowed.
    """
    target = TRANSITIONS.get((state, event))
    if target is not None:
        return target
    sources = [s for (s, e) in TRANSITIONS if e is event]
    allowed = ", ".join(f"{s} → {TRANSITIONS[s, event]}" for s in sources)
    raise WrongState(
        Text(
            "{event}: the machine is {state}; allowed: {allowed}",
            event=event,
            state=state,
            allowed=allowed,
        ),
        field="status",
        value=state,
        allowed=allowed,
    )
