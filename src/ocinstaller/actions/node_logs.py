"""The lines of the installation log that machines send."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions.nodes import authenticate, check_plan
from ocinstaller.model.errors import Conflict
from ocinstaller.model.plan import LogBatch
from ocinstaller.model.text import Text
from ocinstaller.store.tables import InstallLogLine


class LogGap(Conflict):
    """Log lines are missing between what is stored and what was sent."""

    def __init__(self, next_seq: int) -> None:
        super().__init__(
            Text("log lines are missing: the next one is {next_seq}", next_seq=next_seq),
            field="seq",
            allowed=str(next_seq),
        )
        self.next_seq = next_seq


def receive_log(session: Session, batch: LogBatch, key: str) -> None:
    """Append lines to the machine's installation log; lines that are stored already are skipped.

    :raises Forbidden: the key is not that of this machine
    :raises Conflict: the lines are about another installation than the present one
    :raises LogGap: lines before these are missing
    """
    machine = authenticate(session, batch.serial, key)
    check_plan(machine, batch.plan_id)
    last = session.scalar(
        select(InstallLogLine.seq)
        .where(InstallLogLine.plan_id == batch.plan_id)
        .order_by(InstallLogLine.seq.desc())
        .limit(1)
    )
    expected = 0 if last is None else last + 1
    now = datetime.now(UTC)
    machine.last_seen = now
    for line in batch.lines:
        if line.seq > expected:
            raise LogGap(expected)
        if line.seq < expected:
            continue
        session.add(
            InstallLogLine(
                machine_id=machine.id,
                plan_id=batch.plan_id,
                seq=line.seq,
                step=line.step,
                level=line.level,
                text=line.text,
                received_at=now,
            )
        )
        expected += 1
