"""How long to wait after wrong passwords: doubling, so that guessing takes too long.

Counted for each login at each address, and for each address over all logins. A login alone is not
counted: whoever knows a login could lock its owner out from anywhere.
"""

from dataclasses import dataclass
from datetime import timedelta

_MOST_DOUBLINGS = 20  # twelve days: over every limit below, and no overflow


@dataclass(frozen=True)
class Throttle:
    """After `free` failures each further one doubles the wait, from a second to `longest`."""

    free: int
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """Return the wait that follows this many failures in a row."""
        if failures < self.free:
            return timedelta(0)
        doublings = min(failures - self.free, _MOST_DOUBLINGS)
        return min(timedelta(seconds=2**doublings), self.longest)


LOGIN_AT_ADDRESS = Throttle(free=5, longest=timedelta(minutes=15))
ADDRESS = Throttle(free=20, longest=timedelta(minutes=15))
FORGET = timedelta(hours=1)
"""Without a failure for this long, counting starts anew."""
