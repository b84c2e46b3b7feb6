"""What an entry of the table of actions is."""

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


Work = Callable[[Session, Call], object]
"""Does the action in one transaction; returns its data, or None when it has none."""


@dataclass(frozen=True)
class Action:
    """An action that is one of our use cases."""

    name: str
    route: tuple[str, str]
    """The route below `/v1` that does the same: it says which permission the action takes."""
    parameters: tuple[Parameter, ...]
    work: Work
    difference: str = ""
    """What is not as with the original, as a sentence without its full stop."""

    @property
    def access(self) -> Access:
        """What it is called in the audit, and the permission that it takes."""
        return ROUTES[self.route]

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        return self.route[0] != "GET"

    def target(self, sent: Parameters) -> str:
        """Return what the request is about, as the audit names it."""
        return self.parameters[0].find(sent) if self.parameters else ""


@dataclass(frozen=True)
class Absent:
    """An action of the original that this server does not do."""

    name: str
    reason: str
    """Why, or what does it instead: completes "this server does not do X: …"."""
