"""Uses a deployed cloud as its users do: calls by name over TLS, each checked by what comes back.

The administrator makes a project; in it a member works. Everything that was made goes in the end,
whatever happened on the way.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from secrets import token_hex

from ocinstaller.lab.errors import CommandError, LabError
from ocinstaller.lab.tenant import CheckError, NothingToCheckError, Tenant
from ocinstaller.lab.workloads import CHECKS, Check

OK, FAILED, SKIPPED = "ok", "failed", "skipped"


@dataclass(frozen=True)
class Result:
    """How a check ended.

    :ivar said: what was found, or the reason.
    """

    title: str
    seconds: float
    state: str
    said: str

    def __str__(self) -> str:
        return f"{self.title:<28} {self.seconds:7.1f} s  {self.state:<8} {self.said}"


@dataclass
class Verification:
    """Runs the checks one after the other.

    :ivar show: gets each result at once.
    """

    tenant: Tenant
    show: Callable[[Result], None] = print
    results: list[Result] = field(default_factory=list)

    def run(self, checks: Sequence[Check] = CHECKS) -> list[Result]:
        """Do what can be done; a check whose forerunner did not succeed is skipped."""
        try:
            for check in checks:
                self._take(check.title, partial(self._do, check))
        finally:
            self._take("clean up", self.tenant.clean_up)
        return self.results

    def _do(self, check: Check) -> str:
        succeeded = {result.title for result in self.results if result.state == OK}
        missing = [title for title in check.after if title not in succeeded]
        if missing:
            raise NothingToCheckError(f"needs {', '.join(missing)}")
        kind = check.service
        if kind and kind not in self.tenant.services:
            raise NothingToCheckError(f"no {kind} service in the catalogue")
        return check.work(self.tenant)

    def _take(self, title: str, work: Callable[[], str]) -> None:
        started = time.monotonic()
        try:
            state, said = OK, work()
        except NothingToCheckError as error:
            state, said = SKIPPED, str(error)
        except (LabError, CheckError) as error:
            state, said = FAILED, _reason(error)
        self.results.append(Result(title, time.monotonic() - started, state, said))
        self.show(self.results[-1])


def fresh_name() -> str:
    """A name for what a run makes; those of two runs differ."""
    return f"verify-{token_hex(3)}"


def _reason(error: Exception) -> str:
    """One line: of a failed command what it said last."""
    if isinstance(error, CommandError):
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return lines[-1] if lines else str(error)
    return str(error)
