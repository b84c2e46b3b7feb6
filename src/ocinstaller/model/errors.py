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
three. The HTTP layer maps the classes to status codes in one place.
"""


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
        self.value = str(value)[:200]
        self.allowed = allowed


class InvalidValue(OciError):
    """A field's value is malformed or not allowed."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(
            f"{field}: {str(value)[:200]!r} is not allowed; allowed: {allowed}",
            field=field,
            value=value,
            allowed=allowed,
        )


class NotFound(OciError):
    """A named object does not exist."""

    def __init__(self, kind: str, name: object, allowed: str = "") -> None:
        hint = f"; there are: {allowed}" if allowed else ""
        super().__init__(
            f"no {kind} named {str(name)[:200]!r}{hint}", field=kind, value=name, allowed=allowed
        )


class Conflict(OciError):
    """The request contradicts the present state."""


class Duplicate(Conflict):
    """The name or address is taken."""

    def __init__(self, field: str, value: object, allowed: str = "a name not in use") -> None:
        super().__init__(
            f"{field}: {value} is already in use; allowed: {allowed}",
            field=field,
            value=value,
            allowed=allowed,
        )


class InUse(Conflict):
    """Others still refer to the object."""

    def __init__(self, kind: str, name: str, users: str) -> None:
        super().__init__(
            f"{kind} {name} is still used by {users}",
            field=kind,
            value=name,
            allowed=f"first remove {users}",
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
        super().__init__(message, field=field, allowed=f"again in {retry_after_s} seconds")
        self.retry_after_s = retry_after_s


class Throttled(TryLater):
    """Too many wrong passwords."""


class Unavailable(TryLater):
    """Something that the answer depends on is away."""
