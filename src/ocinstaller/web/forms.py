"""Forms as data: their fields, what was typed, and which field a refusal is about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import parse_qs

from ocinstaller.model.errors import InvalidValue, OciError, Stale
from ocinstaller.model.text import Text


class Kind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    NUMBER = "number"
    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    SELECT = "select"
    CHECKBOX = "checkbox"
    AREA = "area"
    SECRET_AREA = "secret area"  # noqa: S105 - a kind, not a secret


@dataclass(frozen=True)
class Option:
    """A choice of a select field."""

    value: str
    label: str = ""


@dataclass(frozen=True)
class Field:
    """A field; label and help are messages to translate."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    help: str = ""
    required: bool = True
    default: str = ""
    autocomplete: str = "off"
    rows: int = 8
    """Of an area."""
    also: tuple[str, ...] = ()
    """What refusals call the field beside its own name."""


@dataclass(frozen=True)
class BoundField:
    """A field with what was typed, what can be chosen, and what is wrong with it."""

    field: Field
    value: str
    options: tuple[Option, ...] = ()
    error: str = ""
    present: str | None = None
    """What somebody else has made of the field meanwhile; None when that is what was typed."""


@dataclass(frozen=True)
class BoundForm:
    """A form as it is shown; `error` is what no single field is to blame for."""

    fields: tuple[BoundField, ...]
    error: str = ""


@dataclass(frozen=True)
class Typed:
    """What somebody sent with a form."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: bytes) -> "Typed":
        """Return the fields of a body of type application/x-www-form-urlencoded."""
        return cls(parse_qs(content.decode(errors="replace"), keep_blank_values=True))

    def text(self, name: str, default: str = "") -> str:
        """Return a field, without the blanks around it."""
        return self.values.get(name, [default])[0].strip()

    def secret(self, name: str) -> str:
        """Return a field as it is: blanks of a password count."""
        return self.values.get(name, [""])[0]

    def optional(self, name: str) -> str | None:
        """Return a field; None when it is empty."""
        return self.text(name) or None

    def many(self, name: str) -> list[str]:
        """Return every value of a field."""
        return [value.strip() for value in self.values.get(name, []) if value.strip()]

    def checked(self, name: str) -> bool:
        """Tell whether a check box is on."""
        return name in self.values

    def number(self, name: str, allowed: str) -> int:
        """Return a field as a whole number.

        :raises InvalidValue: it is none
        """
        text = self.text(name)
        try:
            return int(text)
        except ValueError:
            raise InvalidValue(name, text, allowed) from None

    def confirm(self, name: str) -> None:
        """Accept that the name of what is to be destroyed was typed.

        :raises InvalidValue: something else was
        """
        if self.text("confirm") != name:
            raise InvalidValue(
                "confirm",
                self.text("confirm"),
                Text("the name {name}, letter by letter", name=name),
            )


@dataclass(frozen=True)
class Form:
    """A form: its fields in their order."""

    fields: tuple[Field, ...]

    def show(
        self,
        typed: Typed | None = None,
        error: OciError | None = None,
        present: Mapping[str, str] | None = None,
        **options: Iterable[Option],
    ) -> BoundForm:
        """Return the form to show: empty, or as it was typed with what is wrong.

        :param present: what the object has now, which a refusal as stale shows beside each field
        :param options: the choices of each select field
        """
        bound = tuple(_bind(one, typed, tuple(options.get(one.name, ()))) for one in self.fields)
        if error is None:
            return BoundForm(bound)
        if isinstance(error, Stale) and present is not None:
            bound = tuple(_against(one, present.get(one.field.name, one.value)) for one in bound)
        guilty = self.guilty(error)
        marked = tuple(
            replace(one, error=error.message) if one.field.name == guilty else one for one in bound
        )
        return BoundForm(marked, "" if guilty else error.message)

    def guilty(self, error: OciError) -> str:
        """Return the name of the field that a refusal is about; empty for none in particular."""
        names = (one.name for one in self.fields if error.field in (one.name, *one.also))
        return next(names, "")


def _bind(one: Field, typed: Typed | None, options: tuple[Option, ...]) -> BoundField:
    if typed is None:
        # Where there is but one answer, nobody is asked for it.
        only = options[0].value if one.required and len(options) == 1 else ""
        return BoundField(one, one.default or only, options)
    if one.kind in (Kind.PASSWORD, Kind.SECRET_AREA):
        return BoundField(one, "", options)
    if one.kind is Kind.CHECKBOX:
        return BoundField(one, "on" if typed.checked(one.name) else "", options)
    return BoundField(one, typed.text(one.name, one.default), options)


def _against(one: BoundField, now: str) -> BoundField:
    return one if one.value == now else replace(one, present=now)


def filled(values: Mapping[str, str]) -> Typed:
    """Return values as if they had been typed; a check box is on unless its value is empty."""
    return Typed({name: [value] for name, value in values.items() if value})


def worded(words: Iterable[StrEnum]) -> tuple[Option, ...]:
    """Return options of an enumeration, called what its words mean in the visitor's language."""
    return tuple(Option(word.value, Text("{word}", word=word)) for word in words)


def choices(names: Iterable[str]) -> tuple[Option, ...]:
    """Return options that are called what they are."""
    return tuple(Option(name) for name in names)
