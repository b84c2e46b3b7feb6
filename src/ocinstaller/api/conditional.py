"""Entity tags: who changes an object says which state it saw (RFC 9110, section 13).

The tag is a digest of what the API shows of the object, without what machines themselves move on.
So it needs no column that every change would have to remember to raise, is the same on every
server and data base, and changes exactly when an operator would see a difference.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Protocol, TypeVar

from fastapi import Depends, Header, Response
from sqlalchemy.orm import Session

from ocinstaller.actions.api_certificates import ApiCertificateView
from ocinstaller.actions.certificate_rollouts import RolloutView
from ocinstaller.actions.passwords import PasswordView
from ocinstaller.actions.settings import SettingsView
from ocinstaller.actions.site_documents import DocumentView
from ocinstaller.actions.site_roles import RoleView
from ocinstaller.actions.users import UserView
from ocinstaller.actions.views import (
    ClusterView,
    LocationView,
    MachineDetail,
    MachineView,
    NetworkView,
    SwiftRegionView,
)
from ocinstaller.model.errors import Stale
from ocinstaller.model.text import Text

View = (
    SwiftRegionView
    | LocationView
    | NetworkView
    | ClusterView
    | MachineView
    | MachineDetail
    | SettingsView
    | UserView
    | PasswordView
    | DocumentView
    | ApiCertificateView
    | RolloutView
    | RoleView
)
V = TypeVar("V", bound=View)
T = TypeVar("T")

_MOVED_BY_REPORTS = ("last_seen", "ip", "open_order")
_TAG_DIGITS = 32  # of SHA-256: 128 bits
_ANY = "*"


class NotModified(Exception):
    """The caller has the object's present state already."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


def entity_tag(view: View) -> str:
    """Return the strong entity tag of an object."""
    if isinstance(view, MachineDetail):
        view = view.machine
    fields = asdict(view)
    if isinstance(view, MachineView):
        for name in _MOVED_BY_REPORTS:
            del fields[name]
    text = json.dumps(fields, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:_TAG_DIGITS]}"'


def tags_of(header: str) -> frozenset[str]:
    """Return the entity tags of a header's value."""
    return frozenset(tag.strip() for tag in header.split(",") if tag.strip())


class Show(Protocol):
    """The use case that shows one object."""

    def __call__(self, session: Session, name: str, /, *, lock: bool) -> View:
        """Return the object."""


def expecting(
    expected: frozenset[str], show: Show, name: str, work: Callable[[Session], T]
) -> Callable[[Session], T]:
    """Return `work`, preceded in the same transaction by a look at the object's state.

    :param expected: entity tags of the states that are accepted; none accepts every state
    :param show: gives the object called `name` and keeps others from changing it
    :raises Stale: when running it, the state is not an expected one
    """
    if not expected:
        return work

    def guarded(session: Session) -> T:
        tag = entity_tag(show(session, name, lock=True))
        if expected.isdisjoint({tag, _ANY}):
            raise Stale(
                Text("the object has been changed since it was read"),
                field="If-Match",
                value=", ".join(sorted(expected)),
                allowed=Text("{tag}: read the object again and decide anew", tag=tag),
            )
        return work(session)

    return guarded


class Conditional:
    """The conditions of one request, and the tag of its answer."""

    def __init__(
        self,
        response: Response,
        if_match: Annotated[str, Header(description="Entity tag of the expected state.")] = "",
        if_none_match: Annotated[str, Header(description="Entity tags of known states.")] = "",
    ) -> None:
        self._response = response
        self._expected = tags_of(if_match)
        self._known = tags_of(if_none_match)

    def show(self, view: V) -> V:
        """Return an object that was asked for, tagged.

        :raises NotModified: the caller knows this state
        """
        tag = entity_tag(view)
        if tag in self._known or _ANY in self._known or f"W/{tag}" in self._known:
            raise NotModified(tag)
        return self.changed(view)

    def changed(self, view: V) -> V:
        """Return an object after its change, tagged with its new state."""
        self._response.headers["ETag"] = entity_tag(view)
        return view

    def guard(self, show: Show, name: str, work: Callable[[Session], T]) -> Callable[[Session], T]:
        """Return `work`, preceded in the same transaction by a look at the object's state.

        :param show: gives the object called `name` and keeps others from changing it
        :raises Stale: when running it, the state is not the expected one
        """
        return expecting(self._expected, show, name, work)


Condition = Annotated[Conditional, Depends(Conditional)]
