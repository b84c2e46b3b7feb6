"""Which colour stands for what: the same name has the same colour in every picture."""

from collections.abc import Iterable

HUES = 8
"""Colours of the style sheet: `hue-0` and so on."""


def hues(names: Iterable[str]) -> dict[str, str]:
    """Return the colour class of each name, in their order; colours repeat after the last."""
    return {name: f"hue-{number % HUES}" for number, name in enumerate(dict.fromkeys(names))}
