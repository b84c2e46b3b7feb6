"""The words of the program's tables that pages show, for the catalogues of translations.

The tables stay where they are and know no language; a template translates the word that it shows.
"""

from collections.abc import Iterator
from enum import StrEnum

from ocinstaller.actions import certificates, events
from ocinstaller.actions.health import Health
from ocinstaller.api.page_permissions import PAGES
from ocinstaller.api.permissions import ROUTES
from ocinstaller.model.access import (
    PERMISSION_MEANINGS,
    SOURCE_MEANINGS,
    ActorKind,
    LoginSource,
    UserRole,
)
from ocinstaller.model.bmc import PowerState
from ocinstaller.model.certificate_turns import RolloutState, TurnState
from ocinstaller.model.cluster_installation import Standing, Until
from ocinstaller.model.events import Change
from ocinstaller.model.hardware import DiskKind
from ocinstaller.model.orders import OrderKind, OrderState
from ocinstaller.model.plugins import CallState
from ocinstaller.model.secret_kinds import SecretKind
from ocinstaller.model.settings import GROUPS
from ocinstaller.model.states import MEANINGS, Event, PuppetStatus, State
from ocinstaller.web.formats import TONES

ENUMERATIONS: tuple[type[StrEnum], ...] = (
    State,
    PuppetStatus,
    Event,
    Health,
    ActorKind,
    LoginSource,
    UserRole,
    PowerState,
    RolloutState,
    TurnState,
    Standing,
    Until,
    Change,
    DiskKind,
    OrderKind,
    OrderState,
    CallState,
    SecretKind,
)
"""Every enumeration of which a page shows the words."""


def words() -> Iterator[str]:
    """Return every word and line of the tables that pages show; empty ones are left out."""
    return filter(None, dict.fromkeys(_all()))


def _all() -> Iterator[str]:
    yield from TONES
    yield from certificates.KINDS
    yield from (access.kind for access in (*ROUTES.values(), *PAGES.values()))
    yield from (kind.replace("-", " ") for kind in sorted(events.kinds()))
    for enumeration in ENUMERATIONS:
        yield from (word.value for word in enumeration)
    for meanings in (MEANINGS, PERMISSION_MEANINGS, SOURCE_MEANINGS):
        yield from meanings.values()
    for groups in GROUPS.values():
        for title, settings in groups.items():
            yield title
            for setting in settings:
                yield setting.help
                yield setting.unit
