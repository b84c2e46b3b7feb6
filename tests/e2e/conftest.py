"""One real line for all tests of this directory, which run last and in the order they are written.

The line has a name and a directory of its own, so it can run beside a lab that `make run` brought
up; packages and images are shared with it.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocinstaller.lab import stop
from ocinstaller.lab.display import Display
from ocinstaller.lab.layout import Lab
from ocinstaller.lab.run import bring_up
from ocinstaller.lab.stages import Line
from tests.e2e.host import Host

REPOSITORY = Path(__file__).parents[2]
STATE = REPOSITORY / ".state"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, then the line, then what needs the images that the line has built."""

    def rank(item: pytest.Item) -> int:
        return 2 if item.get_closest_marker("images") else bool(item.get_closest_marker("line"))

    items.sort(key=rank)


@pytest.fixture(scope="session")
def lab() -> Lab:
    return Lab("oci-test", STATE / "test", STATE)


@pytest.fixture(scope="session")
def before(lab: Lab) -> Host:
    """What there was on the host before the line."""
    stop.stop(lab, print)
    return Host.now()


@pytest.fixture(scope="session")
def line(lab: Lab, before: Host) -> Iterator[Line]:
    """A line with its server, without machines; what an earlier session left is gone."""
    shutil.rmtree(lab.directory, ignore_errors=True)
    found = Line(lab)
    try:
        bring_up(found, found.base_stages(), Display())
        yield found
    finally:
        stop.stop(lab, print)
