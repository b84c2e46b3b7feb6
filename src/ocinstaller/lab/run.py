"""Brings the whole line up, shows how, and ends with what can be done with it."""

import fcntl
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ocinstaller.lab import server
from ocinstaller.lab.display import Display, Row, table
from ocinstaller.lab.errors import StateError
from ocinstaller.lab.layout import Lab
from ocinstaller.lab.memory import PeakMemory
from ocinstaller.lab.stages import Line, Stage

MIB = 1024 * 1024


@contextmanager
def exclusive(lab: Lab) -> Iterator[None]:
    """Keep other runs and stops of this lab out.

    :raises StateError: another one is at work.
    """
    lab.directory.mkdir(parents=True, exist_ok=True)
    with (lab.directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateError(f"another oci-lab is at work on {lab.directory}") from error
        yield


def bring_up(line: Line, stages: Sequence[Stage], display: Display) -> list[Row]:
    """Make the stages true, one after the other.

    :raises LabError: a stage failed; what was reached stays up, a later run goes on from there.
    """
    rows = []
    for stage in stages:
        started = time.monotonic()
        display.begin(stage.title)
        state = "failed"
        try:
            state = "skipped" if stage.done() else "done"
            if state == "done":
                stage.work(display.detail)
        except BaseException:
            state = "failed"
            raise
        finally:
            rows.append(Row(stage.title, time.monotonic() - started, state))
            display.end(rows[-1])
            if state == "done":
                _remember(line.lab, rows[-1])
        if line.password is not None:
            display.say(f"administrator {server.ADMINISTRATOR}, password {line.password}")
            line.password = None
    return rows


def run(lab: Lab, display: Display) -> None:
    """Do the whole line and print the table, the addresses and the cloud's answers.

    :raises LabError: a stage failed.
    """
    line = Line(lab)
    memory = PeakMemory(line.processes)
    with exclusive(lab):
        memory.start()
        try:
            rows = bring_up(line, line.stages(), display)
            answers = _ask_the_cloud(line, rows, display)
        finally:
            peak = memory.stop()
    display.say(
        f"\n{table(_first_times(lab, rows))}\npeak memory of the lab: {peak / MIB:.0f} MiB (PSS)\n"
    )
    display.say(answers)
    display.say(f"web pages  {server.url(lab)}/oci/  (CA: {lab.root_ca_file})")
    display.say(f"ocicli     set -a; . {lab.credentials_file}; set +a; ocicli machine-list")
    display.say("the lab stays up until make stop")


def _ask_the_cloud(line: Line, rows: list[Row], display: Display) -> str:
    started = time.monotonic()
    display.begin("token and endpoints")
    state = "failed"
    try:
        cloud = line.openstack()
        cloud.wait()
        token = cloud("token", "issue", "-c", "expires", "-c", "project_id", "-c", "user_id")
        answers = (
            f"openstack token issue\n{token}\n"
            f"openstack endpoint list\n{cloud('endpoint', 'list')}\n"
            f"(asked at {cloud.credentials()['OS_AUTH_URL']}, verified with OCI's CA)\n"
        )
        state = "done"
    finally:
        rows.append(Row("token and endpoints", time.monotonic() - started, state))
        display.end(rows[-1])
    return answers


def _remember(lab: Lab, row: Row) -> None:
    """Keep the time of a stage, for the table of a later run that finds it true."""
    _times_file(lab).parent.mkdir(parents=True, exist_ok=True)
    _times_file(lab).write_text(json.dumps({**_times(lab), row.title: row.seconds}))


def _first_times(lab: Lab, rows: Sequence[Row]) -> list[Row]:
    """The rows, where a skipped stage shows the time of the run that did it."""
    known = _times(lab)
    return [
        Row(row.title, known[row.title], "done before")
        if row.state == "skipped" and row.title in known
        else row
        for row in rows
    ]


def _times(lab: Lab) -> dict[str, float]:
    try:
        known: dict[str, float] = json.loads(_times_file(lab).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return known


def _times_file(lab: Lab) -> Path:
    return lab.run_directory / "times.json"
