"""Stages are resumable, and a run says what it did."""

import io
import subprocess
import sys

import pytest

from ocinstaller.lab.display import Display
from ocinstaller.lab.errors import StageError, StateError
from ocinstaller.lab.memory import PeakMemory
from ocinstaller.lab.processes import MARKER, Processes
from ocinstaller.lab.run import bring_up, exclusive
from ocinstaller.lab.stages import Line, Stage


class World:
    """Stages that become true one after the other; `broken` ones fail."""

    def __init__(self, *names, broken=()):
        self.true, self.worked, self.broken = set(), [], set(broken)
        self.stages = [
            Stage(name, lambda n=name: n in self.true, self.work(name)) for name in names
        ]

    def work(self, name):
        def body(show):
            show(f"working on {name}")
            if name in self.broken:
                raise StageError(f"{name} does not come true")
            self.worked.append(name)
            self.true.add(name)

        return body


@pytest.fixture
def line(lab):
    return Line(lab)


def states(rows):
    return [(row.title, row.state) for row in rows]


def test_stages_are_done_in_order_and_skipped_the_next_time(line):
    world = World("a", "b")
    display = Display(io.StringIO())
    assert states(bring_up(line, world.stages, display)) == [("a", "done"), ("b", "done")]
    assert states(bring_up(line, world.stages, display)) == [("a", "skipped"), ("b", "skipped")]
    assert world.worked == ["a", "b"]


def test_failure_ends_the_run_and_the_next_one_goes_on(line):
    world = World("a", "b", "c", broken=["b"])
    stream = io.StringIO()
    with pytest.raises(StageError, match="b does not come true"):
        bring_up(line, world.stages, Display(stream))
    assert "b: failed after" in stream.getvalue()
    world.broken.clear()
    bring_up(line, world.stages, Display(stream))
    assert world.worked == ["a", "b", "c"]


def test_password_is_shown_once(line):
    def work(show):
        line.password = "once"

    stream = io.StringIO()
    stages = [Stage("administrator", lambda: False, work), *World("a").stages]
    bring_up(line, stages, Display(stream))
    assert stream.getvalue().count("once") == 1


def test_two_runs_exclude_each_other(lab):
    with exclusive(lab), pytest.raises(StateError, match="another oci-lab"), exclusive(lab):
        pass


def test_every_stage_of_the_line_has_a_title_of_its_own(line):
    titles = [stage.title for stage in line.stages()]
    assert len(set(titles)) == len(titles)


def test_memory_counts_the_processes_of_the_lab(lab):
    processes = Processes(lab)
    memory = PeakMemory(processes)
    assert memory.sample() == 0
    program = "data = b'x' * 50_000_000; print(len(data), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env={MARKER: lab.marker},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        process.stdout.readline()
        assert 50_000_000 < memory.sample() < 150_000_000
        process.communicate(b"\n")
