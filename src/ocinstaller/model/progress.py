"""How far an installation is: the installer's steps, and what a log says about them."""

from dataclasses import dataclass

from ocinstaller.model.states import LOCAL_BOOT_STATES, State

STEPS = ("check", "partition", "filesystems", "unpack", "configure", "bootloader", "finish")
"""The steps of the agent's installer, in their order."""


@dataclass(frozen=True)
class Progress:
    """How far an installation is; `step` is empty before the first and after the last."""

    done: int
    steps: int
    step: str
    running: bool


def progress(state: State, seen: list[str]) -> Progress:
    """Return the progress of a machine's present or last installation.

    :param seen: the steps of its log's lines, in their order
    """
    known = [step for step in seen if step in STEPS]
    if state in LOCAL_BOOT_STATES and seen:
        return Progress(len(STEPS), len(STEPS), "", False)
    step = known[-1] if known else ""
    return Progress(STEPS.index(step) if step else 0, len(STEPS), step, state is State.INSTALLING)
