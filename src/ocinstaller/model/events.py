"""Events: what those who follow the stream are told of a change."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

KEPT = 20_000
"""So many of the newest events are kept; who was away for longer has to read everything anew."""

PROGRESS_KIND = "installation"
"""Kind of the events that tell of new lines in a machine's installation log."""


class Change(StrEnum):
    """What happened to an object."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    PROGRESS = "progress"
    NONE = "none"
    """Created and deleted in one transaction: never told."""


@dataclass(frozen=True)
class Event:
    """That an object changed; what it is now is to be read where it is shown."""

    id: int
    at: datetime
    kind: str
    name: str
    change: str
    cluster: str
    """Name of the cluster that the object belongs to, or belonged to until now; else empty."""
    machine: str
    """Serial number of the machine that the object is or belongs to; else empty."""
    details: Mapping[str, object]
    """Of machines `status` and `puppet_status`; of changes `fields`; of progress `step` and
    `log_id`, the newest line of the log."""

    def document(self) -> str:
        """Return the event as JSON on one line."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        fields |= {"at": self.at.isoformat(), **fields.pop("details")}
        return json.dumps(fields, separators=(",", ":"))


@dataclass(frozen=True)
class EventFilter:
    """Which events somebody wants; what is empty does not matter."""

    kinds: frozenset[str] = frozenset()
    cluster: str = ""
    machine: str = ""

    def takes(self, event: Event) -> bool:
        """Tell whether the event is wanted."""
        return (
            (not self.kinds or event.kind in self.kinds)
            and self.cluster in ("", event.cluster)
            and self.machine in ("", event.machine)
        )
