"""The difference of two results, entry by entry."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Section(StrEnum):
    """What an entry of a result is about, in the order of a plan."""

    SWIFT_REGION = "swift region"
    LOCATION = "location"
    SITE_ROLE = "site role"
    NETWORK = "network"
    RESERVATION = "reservation"
    CLUSTER = "cluster"
    SETTING = "setting"
    LOG_HOST = "log host"
    ROLE_COUNT = "last number"
    MACHINE = "machine"
    ADDRESS = "address"
    DECISION = "decision"
    SERVICE = "service"
    CLASS = "class"
    PARAMETER = "parameter"


@dataclass(frozen=True)
class Key:
    """The place of an entry: what of which subject."""

    section: Section
    subject: str
    item: str


Outcome = Mapping[Key, object]
"""A result as flat entries; the values are what JSON can hold, secrets are masked."""


@dataclass(frozen=True)
class Change:
    """An entry that differs; None where it does not exist."""

    section: Section
    subject: str
    item: str
    before: object | None
    after: object | None


def difference(before: Outcome, after: Outcome) -> list[Change]:
    """Return what differs, by section, subject and item; numbers in names count as numbers."""
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return [
        Change(key.section, key.subject, key.item, before.get(key), after.get(key))
        for key in sorted(changed, key=_order)
    ]


_SECTIONS = list(Section)


def _order(key: Key) -> tuple[int, list[tuple[int, str]], str]:
    parts = re.split(r"(\d+)", key.subject)
    natural = [(int(part) if part.isdecimal() else 0, part) for part in parts]
    return _SECTIONS.index(key.section), natural, key.item
