"""The newest events, read once by one thread for all who follow them.

A write of this process rings the bell; the writes of other servers on the same data base are found
by looking four times a second, and only while somebody follows.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

from ocinstaller.model.errors import Unavailable
from ocinstaller.model.events import Event
from ocinstaller.store.engine import Store
from ocinstaller.store.event_tables import StoredEvent
from ocinstaller.store.events import event_of, last_number, stored_after

LOG = logging.getLogger(__name__)

_LOOK_S = 0.25
"""What other servers and commands change is told after at most so long."""
_MISHAP_S = 1.0
"""Between two looks while the data base is away."""
_PAUSE_S = 0.02
"""Between two looks, so that many writes a second cost few."""
_PAGE = 500
_REMEMBERED = 2000


@dataclass(frozen=True)
class Told:
    """An event and its text, made once for all who get it."""

    event: Event
    text: str


@dataclass(frozen=True)
class Page:
    """What follows a number."""

    events: list[Told]
    last: int
    """Number to ask on from: of the last event, wanted or not."""
    complete: bool
    """False when events between the number and these are no longer kept, or never were."""


class Feed:
    """Hands out events in their order, from memory where it can."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._recent: deque[Told] = deque(maxlen=_REMEMBERED)
        self._known_from = 0
        """All events after this number are in memory, up to `_last`; 0 and 0: nothing is."""
        self._last = 0
        self._lock = threading.Lock()
        self._listeners: set[Callable[[], None]] = set()
        self._thread: threading.Thread | None = None
        self._running = False

    @property
    def running(self) -> bool:
        """Whether new events will be told; when not, streams end after what is stored."""
        return self._running

    def start(self) -> None:
        """Begin to look for new events."""
        self._running = True
        self._thread = threading.Thread(target=self._work, name="events", daemon=True)
        self._thread.start()

    def end_streams(self) -> None:
        """Have all who follow end; waits for nothing."""
        self._running = False
        self._store.bell.ring()
        self._tell()

    def stop(self) -> None:
        """End the streams, then the thread."""
        self.end_streams()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener`, in the feed's thread, whenever there may be something new."""
        with self._lock:
            self._listeners.add(listener)
        self._store.bell.ring()

    def leave(self, listener: Callable[[], None]) -> None:
        """Call it no more."""
        with self._lock:
            self._listeners.discard(listener)

    def newest(self) -> int:
        """Return the number of the newest event.

        :raises Unavailable: the data base cannot be reached
        """
        with self._store.read() as session:
            return last_number(session)

    def remembered(self, number: int) -> Page | None:
        """Return what follows event `number`, when memory has it all."""
        with self._lock:
            if not self._known_from <= number <= self._last or not self._last:
                return None
            newest_first = takewhile(lambda told: told.event.id > number, reversed(self._recent))
            return Page(list(newest_first)[::-1], self._last, complete=True)

    def stored(self, number: int) -> Page:
        """Return the next events after `number` from the data base.

        :raises Unavailable: it cannot be reached
        """
        with self._store.read() as session:
            last = last_number(session)
            rows = stored_after(session, number, _PAGE)
        told = [_told(row) for row in rows]
        complete = number == last or (bool(told) and told[0].event.id == number + 1)
        return Page(told, told[-1].event.id if told else last, complete)

    def _work(self) -> None:
        while self._running:
            self._store.bell.wait(_LOOK_S if self._listeners else None)
            try:
                if self._running and self._listeners and self._look():
                    self._tell()
            except Unavailable:
                # The store has logged why; the next look is soon.
                time.sleep(_MISHAP_S)
            except Exception:
                LOG.exception("looking for events failed")
                time.sleep(_MISHAP_S)
            time.sleep(_PAUSE_S)

    def _look(self) -> bool:
        """Read what is new into memory; tell whether anything was."""
        with self._store.read() as session:
            last = last_number(session)
            if last == self._last:
                return False
            if not 0 < last - self._last <= _PAGE:
                # Nobody followed for a while, or the data base was restored: begin here.
                with self._lock:
                    self._recent.clear()
                    self._known_from = self._last = max(last - _PAGE, 0)
            rows = stored_after(session, self._last, _PAGE)
        with self._lock:
            self._recent.extend(_told(row) for row in rows)
            self._last = rows[-1].id if rows else last
            self._known_from = self._recent[0].event.id - 1 if self._recent else self._last
        return True

    def _tell(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener()


def _told(row: StoredEvent) -> Told:
    event = event_of(row)
    text = f"id: {event.id}\nevent: {event.kind}\ndata: {event.document()}\n\n"
    return Told(event, text)
