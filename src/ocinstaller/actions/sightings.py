"""When machines were last seen: gathered in memory, written every few seconds.

A fleet of ten thousand machines that report every 30 s would otherwise cost 333 transactions a
second that say nothing but "still there". A stamp that is lost with the server's power does no
harm: the machine reports again within one interval. Nothing else is ever held back.
"""

import threading
import time
from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from ocinstaller.store.engine import Store
from ocinstaller.store.tables import Machine

_FLUSH_S = 3.0
_BATCH = 500  # SQLite allows 32,766 parameters, MariaDB a packet of 16 MiB; locks stay short


class Sightings:
    """The reports since the last writing that changed nothing but their time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._pending: dict[datetime, Counter[int]] = {}
        self._written = float("-inf")

    def record(self, machine_id: int) -> None:
        """Note that a machine reported now; its time is written to the second.

        Whoever comes when the last writing is some seconds ago writes for all, so a machine that
        reports alone is written at once.
        """
        second = datetime.now(UTC).replace(microsecond=0)
        with self._lock:
            self._pending.setdefault(second, Counter())[machine_id] += 1
            due = time.monotonic() - self._written >= _FLUSH_S
        if due:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered; called once more when the server stops.

        :raises Unavailable: the data base cannot be reached; what was gathered is dropped
        """
        with self._lock:
            pending, self._pending = self._pending, {}
            self._written = time.monotonic()
        if pending:
            self._store.write(lambda session: _write(session, pending))


def _write(session: Session, pending: dict[datetime, Counter[int]]) -> None:
    for second in sorted(pending):
        machines_by_count: dict[int, list[int]] = {}
        for machine_id, count in sorted(pending[second].items()):
            machines_by_count.setdefault(count, []).append(machine_id)
        for count, ids in machines_by_count.items():
            for start in range(0, len(ids), _BATCH):
                session.execute(
                    update(Machine)
                    .where(Machine.id.in_(ids[start : start + _BATCH]))
                    .values(last_seen=second, report_counter=Machine.report_counter + count)
                )
