"""The explanation and a plan of a whole cloud, kept as files that a reviewer can read.

`python -m tests.actions.test_golden` writes them anew.
"""

from pathlib import Path

import pytest

from ocinstaller.actions.outcome import outcome
from ocinstaller.actions.site_classes import SiteClasses
from ocinstaller.model.changes import with_machines, with_settings, without_machine
from ocinstaller.model.difference import Outcome, difference
from ocinstaller.model.placement.facts import Decision
from ocinstaller.model.placement.placing import explain_machine, place
from tests.model.worlds import REFERENCE, connected

NO_SITE = SiteClasses(Path("/nonexistent"))
GOLDEN = Path(__file__).parent / "golden"


def explanation() -> str:
    placement = place(connected(REFERENCE))
    return decided((*placement.decisions, *placement.services))


def compute_machine() -> str:
    world = connected(REFERENCE)
    return decided(explain_machine(world, world.of_role("compute")[0]))


def decided(decisions: tuple[Decision, ...]) -> str:
    return "".join(f"{d.subject}: {d.choice} ({d.reason})\n" for d in decisions)


def ceph_goes_away() -> str:
    """Without OSDs: images and backups move to Swift, telemetry ends, volumes are LVM only."""
    before = connected(REFERENCE)
    after = before
    for member in before.of_role("cephosd"):
        after = without_machine(after, member.hostname)
    return changed(outcome(before, NO_SITE), outcome(after, NO_SITE))


def messaging_and_monitors_arrive() -> str:
    before = connected(REFERENCE)
    after = with_machines(before, "messaging", 3, None)
    after = with_machines(after, "cephmon", 3, None)
    return changed(
        outcome(before, NO_SITE), outcome(with_settings(after, {"install_magnum": True}), NO_SITE)
    )


def changed(before: Outcome, after: Outcome) -> str:
    return "".join(
        f"{c.section} {c.subject} {c.item}: {c.before} -> {c.after}\n"
        for c in difference(before, after)
    )


FILES = {
    "explain-cluster.txt": explanation,
    "explain-compute.txt": compute_machine,
    "plan-without-ceph.txt": ceph_goes_away,
    "plan-messaging-and-monitors.txt": messaging_and_monitors_arrive,
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_golden(name: str) -> None:
    assert (GOLDEN / name).read_text() == FILES[name](), "see this module's docstring"


if __name__ == "__main__":
    for file_name, render in FILES.items():
        (GOLDEN / file_name).write_text(render())
