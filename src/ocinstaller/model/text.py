"""Sentences for people that can be said in another language.

The domain writes in English and knows no language: a `Text` *is* its English sentence, so API,
command line, log and data base need to know nothing of it. Beside the sentence it remembers the
template and the values that it was made of; whoever presents it translates the template and puts
the values in again. The templates are collected from the code (`docs/translate.py`), so each is
written as a literal: `Text("machine {name} belongs to no cluster", name=name)`.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Self


class Text(str):
    """An English sentence, with the template and the values behind it.

    :param template: as `str.format` reads it; braces that are none of its fields are doubled
    :param values: what the fields hold: data as they are, or texts and words of an enumeration,
        which are translated too
    """

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        """Return the English sentence."""
        made = super().__new__(cls, template.format_map(values))
        made.template = template
        made.values = values
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        """Return what a copy is made of."""
        return (self.template,), self.values

    def said(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in the language that templates are translated to."""
        values = {name: _said(value, translate) for name, value in self.values.items()}
        return translate(self.template).format_map(values)


def _said(value: object, translate: Callable[[str], str]) -> object:
    if isinstance(value, Text):
        return value.said(translate)
    return translate(value.value) if isinstance(value, StrEnum) else value


def joined(separator: str, parts: Iterable[str]) -> Text:
    """Return texts and data in a row; the texts among them stay translatable."""
    values = {f"part_{number}": part for number, part in enumerate(parts)}
    braces = separator.replace("{", "{{").replace("}", "}}")
    return Text(braces.join(f"{{{name}}}" for name in values), **values)
