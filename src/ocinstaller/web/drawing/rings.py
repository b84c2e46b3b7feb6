"""A ring as bars: how much each part of the cluster holds, and a mark where its weight asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocinstaller.actions.ring_views import HoldingView, RingView
from ocinstaller.model.rings.assignment import Level
from ocinstaller.web.drawing.hues import hues

_LINE = 22
_LEFT = 230
_BARS = 420
_GAP = 10
_NUMBERS = 190


@dataclass(frozen=True)
class Bar:
    """A part of the cluster; places in user units of the picture."""

    holding: HoldingView
    label: str
    hue: str
    y: int
    width: int
    mark: int
    """Where its weight asks for."""


@dataclass(frozen=True)
class Chart:
    """All parts of the cluster at a level."""

    level: str
    bars: Sequence[Bar]
    left: int
    """Where the bars begin."""
    right: int
    """Where the numbers begin."""
    width: int
    height: int


def charts(ring: RingView) -> list[Chart]:
    """Return the pictures of a ring, from regions to devices; a zone has one colour in all."""
    colours = hues(_zone(holding) for holding in ring.holdings)
    return [_chart(ring, level, colours) for level in Level]


def _zone(holding: HoldingView) -> str:
    return f"{holding.region}/{holding.zone}"


def _chart(ring: RingView, level: Level, colours: dict[str, str]) -> Chart:
    found = [holding for holding in ring.holdings if holding.level == level]
    most = max((max(one.partitions, one.wanted) for one in found), default=0) or 1
    bars = [
        Bar(
            holding=one,
            label=_label(one),
            hue=colours[_zone(one)],
            y=number * _LINE,
            width=round(_BARS * one.partitions / most),
            mark=_LEFT + round(_BARS * one.wanted / most),
        )
        for number, one in enumerate(found)
    ]
    right = _LEFT + _BARS
    height = max(1, len(bars)) * _LINE
    return Chart(level.value, bars, _LEFT, right + _GAP, right + _NUMBERS, height)


def _label(holding: HoldingView) -> str:
    """Return the shortest name that tells the part from its neighbours."""
    machine = holding.machine.partition(".")[0]
    if holding.device:
        return f"{machine} {holding.device}"
    return machine or holding.zone or holding.region
