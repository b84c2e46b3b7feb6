"""Everything that can be refused, and why.

::

    OciError
    ├── InvalidValue      a field's value is malformed or not allowed
    ├── NotFound          a named object does not exist
    ├── Conflict          the request contradicts the present state
    │   ├── Duplicate     the name or address is taken
    │   ├── InUse         others still refer to the object
    │   ├── Exhausted     a network has no free address
    │   └── WrongState    the machine's state does not allow the transition
    ├── Stale             the object is no longer what the request expects
    ├── Unauthenticated   nobody, or a wrong password
    ├── Forbidden         somebody, but not for this
    └── TryLater          the same request may be accepted later
        ├── Throttled     too many wrong passwords
        └── Unavailable   something that the answer depends on is away

Each error carries the field, the value and what is allowed, so that every interface can show all
three. The sentences are `Text`s: pages show them in the visitor's language. The HTTP layer maps
the classes to status codes in one place.
"""

from ocinstaller.model.text import Text

_SHOWN = 200
"""Characters of a refused value that a message repeats."""


class OciError(Exception):
    """Base of all refusals.

    :param message: one sentence for the operator
    :param field: name of the field at fault, as in the API
    :param value: the value that was given
    :param allowed: what would have been accepted
    """

    def __init__(
        self, message: str, *, field: str = "", value: object = "", allowed: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.value = str(value)[:_SHOWN]
        self.allowed = allowed


class InvalidValue(OciError):
    """A field's value is malformed or not allowed."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(
            Text(
                "{field}: {value!r} is not allowed; allowed: {allowed}",
                field=field,
                value=str(value)[:_SHOWN],
                allowed=allowed,
            ),
            field=field,
            value=value,
            allowed=allowed,
        )


class NotFound(OciError):
    """A named object does not exist."""

    def __init__(self, kind: str, name: object, allowed: str = "") -> None:
        hint = Text("; there are: {allowed}", allowed=allowed) if allowed else ""
        message = Text(
            "no {kind} named {name!r}{hint}", kind=kind, name=str(name)[:_SHOWN], hint=hint
        )
        super().__init__(message, field=kind, value=name, allowed=allowed)


class Conflict(OciError):
    """The request contradicts the present state."""


class Duplicate(Conflict):
    """The name or address is taken."""

    def __init__(self, field: str, value: object, allowed: str = Text("a name not in use")) -> None:
        super().__init__(
            Text(
                "{field}: {value} is already in use; allowed: {allowed}",
                field=field,
                value=value,
                allowed=allowed,
            ),
            field=field,
            value=value,
            allowed=allowed,
        )


class InUse(Conflict):
    """Others still refer to the object."""

    def __init__(self, kind: str, name: str, users: str) -> None:
        super().__init__(
            Text("{kind} {name} is still used by {users}", kind=kind, name=name, users=users),
            field=kind,
            value=name,
            allowed=Text("first remove {users}", users=users),
        )


class Exhausted(Conflict):
    """A network has no free address."""


class WrongState(Conflict):
    """The machine's state does not allow the transition."""


class Unauthenticated(OciError):
    """Nobody, or a wrong password."""


class Forbidden(OciError):
    """Somebody, but not for this."""


class Stale(OciError):
    """The object is no longer what the request expects: somebody else changed it."""


class TryLater(OciError):
    """The same request may be accepted later.

    :param retry_after_s: whole seconds to wait before asking again
    """

    def __init__(self, message: str, *, field: str, retry_after_s: int) -> None:
        super().__init__(
            message, field=field, allowed=Text("again in {seconds} seconds", seconds=retry_after_s)
        )
        self.retry_after_s = retry_after_s


class Throttled(TryLater):
    """Too many wrong passwords."""


class Unavailable(TryLater):
    """Something that the answer depends on is away."""
