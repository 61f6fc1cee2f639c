"""Where plates go from here: what a camera learned from the tracks that it has seen.

The picture is laid out in cells of about two by two metres (four plate widths, of plates about as large), so lanes come
apart and what is learned of far plates is not told of near ones.
"""

import itertools
import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from anprd.records import Box
from anprd.tracks.course import Forecast, Spot, size_of

CELL_WIDTHS = 4.0  # half a lane and more; finer, and each learns too seldom
CELLS_MAX = 4096
TAUGHT_MIN = 3  # steps, before a cell says anything
TAUGHT_MAX = 50  # as if there had been no more: what changes is learned anew
SPEED_FLOOR = 3.0  # widths a second: drivers differ, 6 km/h at the least
SPEED_RATIO = 0.3  # of the mean, for the same reason
GROWTH_FLOOR, GROWTH_RATIO = 0.2, 0.3

Cell = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Drift:
    """How plates go from a place: means, and how far they differ (one standard deviation)."""

    x: float
    """Widths a second; `y` likewise."""
    y: float
    growth: float
    """Of the size, 1/s."""
    speed_doubt: float
    growth_doubt: float

    def carry(self, forecast: Forecast, box: Box) -> Forecast:
        """What is to be expected of a plate that was seen at `box` once, if it goes as the others did."""
        dt_s = forecast.dt_s
        way = self.x * dt_s * box.width, self.y * dt_s * box.width
        k = math.exp(self.growth * dt_s)
        return replace(
            forecast,
            centre=(box.centre[0] + way[0], box.centre[1] + way[1]),
            width_px=box.width * k,
            height_px=box.height * k,
            size=size_of(box) + self.growth * dt_s,
            along=self.speed_doubt * dt_s / k,
            across=self.speed_doubt * dt_s / k,
            size_doubt=self.growth_doubt * dt_s,
        )


@dataclass(slots=True)
class _Lessons:
    taught: float = 0.0
    means: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    spreads: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    """Variances."""

    def add(self, values: Sequence[float]) -> None:
        self.taught = min(TAUGHT_MAX, self.taught + 1)
        for index, value in enumerate(values):
            miss = value - self.means[index]
            self.means[index] += miss / self.taught
            self.spreads[index] += (miss * (value - self.means[index]) - self.spreads[index]) / self.taught


class Flow:
    """The ways through one camera's picture. Bounded; what was not taught for longest is forgotten first."""

    def __init__(self) -> None:
        self._cells: OrderedDict[Cell, _Lessons] = OrderedDict()

    def learn(self, trail: Sequence[Spot]) -> None:
        """Take a part of a plate's way, oldest spot first."""
        for before, after in itertools.pairwise(trail):
            cell = _cell(before.box)
            self._cells.setdefault(cell, _Lessons()).add(_step(before, after))
            self._cells.move_to_end(cell)
        while len(self._cells) > CELLS_MAX:
            self._cells.popitem(last=False)

    def drift(self, box: Box) -> Drift | None:
        """How plates go on from there; None while too few did."""
        lessons = self._cells.get(_cell(box))
        if lessons is None or lessons.taught < TAUGHT_MIN:
            return None
        x, y, growth = lessons.means
        wild = math.sqrt(max(lessons.spreads[:2]))
        return Drift(
            x,
            y,
            growth,
            math.hypot(wild, SPEED_FLOOR, SPEED_RATIO * math.hypot(x, y)),
            math.hypot(math.sqrt(lessons.spreads[2]), GROWTH_FLOOR, GROWTH_RATIO * growth),
        )


def _step(before: Spot, after: Spot) -> tuple[float, float, float]:
    """Widths a second to the right and down, and growth."""
    dt_s, width = after.t_s - before.t_s, max(1.0, before.box.width)
    (x1, y1), (x2, y2) = before.box.centre, after.box.centre
    growth = (size_of(after.box) - size_of(before.box)) / dt_s
    return (x2 - x1) / width / dt_s, (y2 - y1) / width / dt_s, growth


def _cell(box: Box) -> Cell:
    octave = round(math.log2(max(1.0, box.width)))
    side_px = CELL_WIDTHS * 2.0**octave
    return octave, math.floor(box.centre[0] / side_px), math.floor(box.centre[1] / side_px)
