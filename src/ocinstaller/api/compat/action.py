"""What an entry of the table of actions is."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation
from ocinstaller.api.compat.parameters import Parameter, Parameters
from ocinstaller.api.page_permissions import Access
from ocinstaller.api.permissions import ROUTES

_NO_SETTINGS = frozenset(
    {
        "action", "oci_login", "oci_pass", "serial", "machine_serial", "name",
        "perform_ipmitool_cmd",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One call of an action."""

    oci: Installation
    values: Parameters
    """The action's parameters, checked."""
    sent: Parameters
    """Everything that was sent, for actions whose parameters are a table of their own."""

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def yes(self, name: str) -> bool:
        """Return a yes-or-no."""
        return self.values[name] == "yes"

    def settings(self) -> Parameters:
        """Return what was sent beside the object's name: the settings to change."""
        return {name: value for name, value in self.sent.items() if name not in _NO_SETTINGS}


@dataclass(frozen=True)
class Message:
    """What the client prints instead of data."""

    text: str


@dataclass(frozen=True)
class Action(ABC):
    """An action that is one of our use cases."""

    name: str
    route: tuple[str, str]
    """The route below `/v1` that does the same: it says which permission the action takes."""
    parameters: tuple[Parameter, ...]

    @abstractmethod
    def perform(self, call: Call) -> object:
        """Do it; return its data or `Message`, or None when it has neither.

        :raises OciError: it was refused
        """

    @property
    def access(self) -> Access:
        """What it is called in the audit, and the permission that it takes."""
        return ROUTES[self.route]

    def target(self, sent: Parameters) -> str:
        """Return what the request is about, as the audit names it."""
        return self.parameters[0].find(sent) if self.parameters else ""


@dataclass(frozen=True)
class Transaction(Action):
    """An action in one transaction, which reads only when its route does so and tells no secret."""

    work: Callable[[Session, Call], object]
    difference: str = ""
    """What is not as with the original, as a sentence without its full stop."""

    def perform(self, call: Call) -> object:
        """Do it in one transaction."""
        if self.route[0] != "GET" or self.access.discloses:
            return call.oci.store.write(lambda session: self.work(session, call))
        with call.oci.store.read() as session:
            return self.work(session, call)


@dataclass(frozen=True)
class Calculation(Action):
    """An action that takes its time between the transactions of its use case."""

    work: Callable[[Call], object]
    difference: str = ""

    def perform(self, call: Call) -> object:
        """Do it."""
        return self.work(call)


@dataclass(frozen=True)
class Absent:
    """An action of the original that this server does not do."""

    name: str
    reason: str
    """Why, or what does it instead: completes "this server does not do X: …"."""
