"""One real line for all tests of this directory, which run last and in the order they are written."""

from collections.abc import Iterator

import pytest

from ocinstaller.lab import scenario, stop
from ocinstaller.lab.display import Display
from ocinstaller.lab.layout import Lab
from ocinstaller.lab.run import bring_up
from ocinstaller.lab.stages import Line
from tests.e2e.host import Host
from tests.e2e.laboratory import fresh, lab_of


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, then the line, then what needs the images that the line has built."""

    def rank(item: pytest.Item) -> int:
        return 2 if item.get_closest_marker("images") else bool(item.get_closest_marker("line"))

    items.sort(key=rank)


@pytest.fixture(scope="session")
def lab() -> Lab:
    return lab_of("test")


@pytest.fixture(scope="session")
def before(lab: Lab) -> Host:
    """What there was on the host before the line."""
    stop.stop(lab, print)
    return Host.now()


@pytest.fixture(scope="session")
def line(lab: Lab, before: Host) -> Iterator[Line]:
    """A line with its server, without machines."""
    with fresh(lab, scenario.DEFAULT) as found:
        bring_up(found, found.base_stages(), Display())
        yield found
