"""Changes of a plan as people read them: the same change of many machines in one row."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

Document = dict[str, Any]

_PUPPET = frozenset({"class", "parameter"})
_NO_CLASS = "(none)"
_NUMBERED = re.compile(r"(?P<before>[^.]*-)(?P<number>[0-9]+)(?P<after>[.].*)")
_LONGEST = 60


def concerns_puppet(change: Document) -> bool:
    """Tell whether a change says what Puppet gets; that it gets nothing concerns the operator."""
    return change["section"] in _PUPPET and change["item"] != _NO_CLASS


def folded(changes: Sequence[Document]) -> list[Document]:
    """Return the changes with those that differ in the number of a host name alone in one."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    first: dict[tuple[str, ...], Document] = {}
    for change in changes:
        match = _NUMBERED.fullmatch(change["subject"])
        name = (match["before"], match["after"]) if match else (change["subject"],)
        rest = (change["section"], change["item"], _line(change["before"]), _line(change["after"]))
        key = (*rest, *name)
        first.setdefault(key, change)
        if match:
            groups[key].append(int(match["number"]))
    return [_row(change, key, groups.get(key, [])) for key, change in first.items()]


def summary(changes: Iterable[Document]) -> str:
    """Return how many objects of each section change, in the order of the plan."""
    subjects: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for change in changes:
        # A machine is one thing with several entries; of the others each entry is one.
        item = "" if change["section"] == "machine" else change["item"]
        subjects[change["section"]].add((change["subject"], item))
    return ", ".join(f"{name} {len(found)}" for name, found in subjects.items())


def shortened(change: Document) -> Document:
    """Return the change with values that fit into a table."""
    return change | {side: _short(_line(change[side])) for side in ("before", "after")}


def _row(change: Document, key: tuple[str, ...], numbers: list[int]) -> Document:
    if len(numbers) < len(("one", "another")):
        return change
    *_, before, after = key
    return change | {"subject": f"{before}[{_ranges(sorted(numbers))}]{after}"}


def _ranges(numbers: list[int]) -> str:
    """Return `1-3,5` of 1, 2, 3 and 5."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _line(value: object) -> str:
    """Return a value as text; equal values give equal texts."""
    if value is None or isinstance(value, str):
        return value or ""
    return str(value)
