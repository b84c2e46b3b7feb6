"""Numbers BMCs without being asked, for sites that want it (`automatic_ipmi_numbering`).

As often as machines report, so that one that comes, or whose network of BMCs comes later, is met
soon. Several servers may do so side by side: each address is given in a transaction of its own.
"""

import logging
import threading

from ocinstaller.actions import ipmi_numbering
from ocinstaller.actions.context import Installation
from ocinstaller.model.errors import OciError

LOG = logging.getLogger(__name__)


class AutomaticNumbering:
    """Looks for BMCs without an address until it is stopped."""

    def __init__(self, oci: Installation) -> None:
        self._oci = oci
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="bmc-addresses", daemon=True)
        self._problems: frozenset[str] = frozenset()

    def start(self) -> None:
        """Begin; does nothing unless the site wants it."""
        if self._oci.conf.ipmi.automatic_ipmi_numbering:
            self._thread.start()

    def stop(self) -> None:
        """Return when it has ended."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def look(self) -> None:
        """Give what addresses there are; a problem is logged once for as long as it lasts."""
        given = ipmi_numbering.assign_all(self._oci)
        problems = {f"{one.serial}: {one.problem}" for one in given if one.problem}
        for problem in sorted(problems - self._problems):
            LOG.warning("BMC without an address: %s", problem)
        self._problems = frozenset(problems)

    def _work(self) -> None:
        while not self._stop.wait(self._oci.conf.server.report_interval):
            try:
                self.look()
            except OciError as error:
                LOG.warning("BMCs wait for their addresses", extra={"reason": error.message})
