"""Parameters of a request: from the query string and the form, checked by the action's table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from ocinstaller.api.compat.kinds import Kind
from ocinstaller.model.errors import InvalidValue

_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 1000  # PHP's max_input_vars

Parameters = Mapping[str, str]


@dataclass(frozen=True)
class Parameter:
    """A parameter of an action; `aliases` are further names that it may come under."""

    name: str
    kind: Kind
    needed: bool = True
    aliases: tuple[str, ...] = ()

    def find(self, sent: Parameters) -> str:
        """Return what was sent for it; empty when nothing was."""
        return next((sent[name] for name in (self.name, *self.aliases) if sent.get(name)), "")


def parse(query: bytes, content_type: str, body: bytes) -> Parameters:
    """Return what was sent; a form's field counts more than one of the query, the last one most.

    :raises InvalidValue: the body is no URL-encoded form, or there are too many fields
    """
    encoded = [query]
    if body:
        if content_type.partition(";")[0].strip().lower() != _FORM:
            raise InvalidValue("Content-Type", content_type, _FORM)
        encoded.append(body)
    sent: dict[str, str] = {}
    try:
        for part in encoded:
            text = part.decode("utf-8", "replace")
            sent |= parse_qsl(
                text, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS
            )
    except ValueError as error:
        raise InvalidValue("query", "(not shown)", f"at most {_MOST_FIELDS} fields") from error
    return sent


def checked(wanted: Sequence[Parameter], sent: Parameters) -> dict[str, str]:
    """Return the values of the action's parameters; those that are absent and not needed are not.

    :raises InvalidValue: one is missing or not of its kind
    """
    values = {}
    for parameter in wanted:
        value = parameter.find(sent)
        if not value and not parameter.needed:
            continue
        if not parameter.kind.accepts(value):
            raise NotValid(parameter.name, value, parameter.kind.allowed)
        values[parameter.name] = value
    return values


class NotValid(InvalidValue):
    """A parameter is missing or not of its kind; the message begins as the original's do."""

    def __init__(self, name: str, value: str, allowed: str) -> None:
        super().__init__(name, value, allowed)
        self.message = f"Error: not valid {name}: {self.value!r}; allowed: {allowed}"
