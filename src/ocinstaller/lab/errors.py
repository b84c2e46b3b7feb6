"""What can go wrong in the lab.

LabError
├── CommandError      an external command failed or took too long
├── BootError         a machine found nothing to boot, or did not reach a boot stage
├── StageError        a stage of the line did not come true in time
└── StateError        what is on disk or on the host does not fit what the lab recorded
"""

from collections.abc import Sequence


class LabError(Exception):
    """Any failure of the lab; its text is complete enough to be shown alone."""


class CommandError(LabError):
    """An external command failed.

    :ivar status: exit code, or None after a time-out.
    :ivar output: what the command wrote, standard output and error together.
    """

    def __init__(self, args: Sequence[str], status: int | None, output: str) -> None:
        self.status = status
        self.output = output
        how = "took too long" if status is None else f"exited with {status}"
        super().__init__(f"{' '.join(args)} {how}: {output.strip() or 'no output'}")


class BootError(LabError):
    """A machine did not find what it should boot."""


class StageError(LabError):
    """A stage of the line did not come true in time."""


class StateError(LabError):
    """The host is not in the state that the lab's records say."""
