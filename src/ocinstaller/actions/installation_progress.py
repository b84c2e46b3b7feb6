"""How far a machine's installation is, and the end of its log."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions.views import LogLineView
from ocinstaller.model.progress import Progress, progress
from ocinstaller.model.states import State
from ocinstaller.store import queries
from ocinstaller.store.tables import InstallLogLine


@dataclass(frozen=True)
class InstallationView:
    """The last installation of a machine."""

    progress: Progress
    log: list[LogLineView]


def last_installation(session: Session, name: str, limit: int) -> InstallationView:
    """Return the progress and the last `limit` lines of the machine's last installation.

    :raises NotFound: no machine has this serial number or host name
    """
    machine = queries.machine(session, name)
    newest = (
        select(InstallLogLine)
        .where(InstallLogLine.machine_id == machine.id)
        .order_by(InstallLogLine.id.desc())
        .limit(limit)
    )
    rows = list(session.scalars(newest))
    lines = [LogLineView.of(row) for row in reversed(rows) if row.plan_id == rows[0].plan_id]
    return InstallationView(progress(State(machine.status), [line.step for line in lines]), lines)
