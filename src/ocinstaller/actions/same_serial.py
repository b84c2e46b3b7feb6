"""Two machines that report one serial number: the second is refused, and the operator is told.

Nothing but the serial number says that they are one: each was started by this server and has
hardware addresses of its own. Taken for the first, the second would get its name, and the first
would no longer be known by its addresses when it asks what to start.
"""

import logging
from collections.abc import Set
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.model.errors import Conflict
from ocinstaller.model.states import State
from ocinstaller.store import queries
from ocinstaller.store.tables import InstallLogLine, Machine

LOG = logging.getLogger(__name__)

_STEP = "report"


class SameSerial(Conflict):
    """A report with the serial number of another machine."""

    def __init__(self, serial: str, macs: Set[str], peer: str) -> None:
        self.serial = serial
        self.text = (
            f"another machine ({', '.join(sorted(macs))}, at {peer}) reports the serial number "
            f"{serial} and was refused"
        )
        super().__init__(
            f"the serial number {serial} is that of another machine, with other hardware addresses",
            field="serial",
            value=serial,
            allowed="a serial number of its own, set in its firmware or BMC; when it is the same "
            "machine and all its network cards are new: machine-reboot-on-live, or "
            "machine-destroy while it belongs to no cluster",
        )


def check(machine: Machine, macs: Set[str], peer: str) -> None:
    """Refuse who reports a known serial number with another key and no address of its machine.

    An operator who has told the machine to start the live system expects it to come back, even
    with other network cards.

    :raises SameSerial: naming what tells them apart
    """
    known = {row.mac for row in machine.macs}
    if known and not known & macs and machine.status != State.BOOTING_LIVE:
        raise SameSerial(machine.serial, macs, peer)


def note(session: Session, refused: SameSerial) -> None:
    """Say so in the log of the machine that has the serial number; once, not for each report."""
    machine = queries.machine(session, refused.serial, lock=True)
    log = f"{_STEP}-{machine.id}"
    of_reports = select(InstallLogLine).where(InstallLogLine.plan_id == log)
    last = session.scalar(of_reports.order_by(InstallLogLine.seq.desc()).limit(1))
    if last is not None and last.text == refused.text:
        return
    LOG.warning(refused.text, extra={"serial": machine.serial})
    session.add(
        InstallLogLine(
            machine_id=machine.id,
            plan_id=log,
            seq=0 if last is None else last.seq + 1,
            step=_STEP,
            level="warning",
            text=refused.text,
            received_at=datetime.now(UTC),
        )
    )
