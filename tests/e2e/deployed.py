"""A whole scenario, as OCI deploys it."""

from collections.abc import Iterator
from contextlib import contextmanager

from ocinstaller.lab import run, scenario, stop
from ocinstaller.lab.display import Display
from ocinstaller.lab.layout import Lab
from ocinstaller.lab.stages import Line
from tests.e2e.conftest import STATE


@contextmanager
def deployed(name: str) -> Iterator[Line]:
    """A lab in which OCI has deployed everything of a scenario, without a hand."""
    lab = Lab(f"oci-{name}-test", STATE / f"{name}-test", STATE)
    scenario.choose(lab, name)
    line = Line(lab)
    stop.stop(lab, print)
    try:
        run.bring_up(line, line.stages(), Display())
        yield line
    finally:
        stop.stop(lab, print)
