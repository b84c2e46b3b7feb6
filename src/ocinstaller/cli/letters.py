"""Letters that operators know of `machine-list` and that cliff would take for its own.

`-h` and `-v` are help and verbosity everywhere else, `-f` the format: there the value tells.
"""

import re
from collections.abc import Iterator, Sequence

from ocinstaller.model.machine_columns import GROUPS

COMMAND = "machine-list"
ALL = "a"
_OPTIONS = {group.letter: f"--{group.name}" for group in GROUPS.values()} | {ALL: "--all"}
_LETTERS = re.compile(f"-[{''.join(_OPTIONS)}]+")
_FILTERS = re.compile(r"\w+=")
_WITH_VALUE = ("-f", "-o")


def spelt_out(argv: Sequence[str]) -> list[str]:
    """Return a command line in which the letters of `machine-list` are long options."""
    words = list(argv)
    if COMMAND not in words:
        return words
    start = words.index(COMMAND) + 1
    return words[:start] + list(_spelt_out(iter(words[start:])))


def _spelt_out(words: Iterator[str]) -> Iterator[str]:
    for word in words:
        if word in _WITH_VALUE:
            value = next(words, "")
            yield "--filter" if word == "-f" and _FILTERS.match(value) else word
            yield from [value] if value else []
        elif _LETTERS.fullmatch(word):
            yield from (_OPTIONS[letter] for letter in word[1:])
        else:
            yield word
