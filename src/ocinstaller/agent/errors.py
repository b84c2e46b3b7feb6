"""What can go wrong in the agent, as one hierarchy.

::

    AgentError
    ├── SettingsError       a setting of the kernel command line or of agent.json is wrong
    ├── CommandError        an external command is missing, failed or took too long
    ├── CollectorError      a source of the inventory answered something else than expected
    ├── InstallError        the plan cannot be carried out on this machine
    ├── Stopped             the agent was asked to stop in the middle of something
    └── ServerError         the server could not be used
        ├── Unreachable     no answer: network, TLS, time-out
        ├── BadAnswer       an answer that is not what the contract says
        └── Refused         an error answer; carries `status` and the problem's text
            └── LogGap      the log has a hole; carries `next_seq`
"""


class AgentError(Exception):
    """Base of all errors that the agent raises itself."""


class SettingsError(AgentError):
    """A wrong setting, with its name, its value and what is allowed."""

    def __init__(self, field: str, value: str, allowed: str) -> None:
        super().__init__(f"{field}: {value!r} is not allowed, it must be {allowed}")
        self.field = field
        self.value = value
        self.allowed = allowed


class CommandError(AgentError):
    """An external command that did not do its work; the message ends with its output."""


class CollectorError(AgentError):
    """A source of the inventory that could not be read or understood."""


class InstallError(AgentError):
    """The plan cannot be carried out; the message names the value and what is allowed."""


class Stopped(AgentError):
    """The agent was asked to stop; the work continues at the next start."""


class ServerError(AgentError):
    """The server could not be used."""


class Unreachable(ServerError):
    """No complete answer came from the server."""


class BadAnswer(ServerError):
    """The server's answer is too large or not the expected document."""


class Refused(ServerError):
    """The server answered with an error (RFC 9457 problem document)."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(f"the server refused with status {status}: {problem}")
        self.status = status


class LogGap(Refused):
    """The server expects another line of the log than the first one sent."""

    def __init__(self, next_seq: int) -> None:
        super().__init__(409, f"the next line of the log must have seq {next_seq}")
        self.next_seq = next_seq
