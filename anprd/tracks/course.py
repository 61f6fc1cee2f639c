"""Where a plate is going: a filter for its place and its size that knows perspective.

What drives straight on at one speed moves in the picture by `speed * dt * k`, and grows by `k = 1 / (1 - growth * dt)`:
the projection of a point in uniform motion, with its relative growth now. So the way of a car that comes near is
predicted to its last look, where a constant speed in pixels would fall behind by whole plates. Lengths are judged in
plate widths, which are about half-metres wherever the vehicle is.
"""

import math
from dataclasses import dataclass

from anprd.records import Box, Point

JITTER_WIDTHS, JITTER_PX = 0.03, 0.5  # of a box's centre: above what was measured, docs/measured.md#tracking
SIZE_JITTER, SIZE_JITTER_PX = 0.02, 2.0  # of the logarithm of its size: docs/measured.md#tracking
SPEED_DOUBT = 15.0  # widths a second, of a vehicle seen once: 28 km/h across the picture, three deviations are 84
GROWTH_DOUBT = 1.5  # 1/s, of a vehicle seen once: speed over distance, 20 m/s at 13 m
ACCELERATION = 4.0  # widths/s^2: 2 m/s^2, as drivers do; four deviations are the hardest braking
SWERVE = 2.0  # widths/s^2, across its way: 1 m/s^2, a change of lane; four are as much as tyres hold for long
GROWTH_DRIFT = 0.5  # 1/s^2
APPROACH_MAX = 0.6  # of the distance, in one step: nearer it would drive through the camera
STEP_S_MIN = 0.001
BUMP = 0.25  # widths; a shaken mast, a kerb, a box that takes in the frame around the plate
SIZE_BUMP = 0.1
DEVIATIONS_MAX = 4.0  # away from where it should be; what is worse is another plate
AWAY_MAX = 8.0  # widths; and however little is known, nothing jumps across the street
BACKWARDS_MAX = 1.0  # widths behind where it was seen last: who drives brakes, and does not come back


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a plate was at one moment."""

    t_s: float
    box: Box


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where and how large a plate should be at a moment, and how wrong that may be (one standard deviation)."""

    dt_s: float
    """Since it was last seen."""
    centre: Point
    width_px: float
    height_px: float
    size: float
    """Logarithm of the side of a square as large as the box, in pixels."""
    way: float
    """From where it was seen last, in widths."""
    heading: Point
    """Unit vector of its way; any where it stands."""
    along: float
    """Doubt in the direction of its way, in widths; `across` and `size_doubt` likewise."""
    across: float
    size_doubt: float

    def cost(self, box: Box, *, reach: float) -> float:
        """How badly a box fits: minus the logarithm of its likelihood, per square width and unit of size.

        Args:
            box: of a sighting.
            reach: how many times as far away as usual it may be; beyond, or of another size, the cost is infinite.
        """
        away, missized = self.deviations(box)
        if away > reach * DEVIATIONS_MAX or missized > DEVIATIONS_MAX:
            return math.inf
        ahead, aside = self._offset(box)
        if math.hypot(ahead, aside) > reach * AWAY_MAX or (self.way > 0 and ahead + self.way < -BACKWARDS_MAX):
            return math.inf
        along, across, size_doubt = self._doubts()
        return (away * away + missized * missized) / 2 + math.log(along * across * size_doubt)

    def deviations(self, box: Box) -> tuple[float, float]:
        """How far off a box is by place and by size, in standard deviations."""
        ahead, aside = self._offset(box)
        along, across, size_doubt = self._doubts()
        return math.hypot(ahead / along, aside / across), self._missized(box) / size_doubt

    def _offset(self, box: Box) -> tuple[float, float]:
        """How far ahead a box is, and aside, in widths of the wider one."""
        scale = max(self.width_px, box.width)
        x, y = (box.centre[0] - self.centre[0]) / scale, (box.centre[1] - self.centre[1]) / scale
        return x * self.heading[0] + y * self.heading[1], y * self.heading[0] - x * self.heading[1]

    def _doubts(self) -> tuple[float, float, float]:
        return math.hypot(self.along, BUMP), math.hypot(self.across, BUMP), math.hypot(self.size_doubt, SIZE_BUMP)

    def _missized(self, box: Box) -> float:
        """How far the logarithm of a box's size is off; a plate that leaves the picture keeps its height."""
        heights = abs(math.log(max(1.0, box.height) / self.height_px))
        return min(heights, abs(size_of(box) - self.size))


class Course:
    """Two Kalman filters: one for both coordinates of the centre (pixels), one for the logarithm of the size."""

    def __init__(self, box: Box, t_s: float) -> None:
        self.t_s = t_s
        self.width_px, self.height_px = max(1.0, box.width), max(1.0, box.height)
        self.centre = box.centre
        self.speed: Point = (0.0, 0.0)
        """Pixels a second."""
        self.size = size_of(box)
        self.growth = 0.0
        """Of the size: relative, 1/s."""
        self._foreseen: tuple[float, Forecast] | None = None
        self._place = _Spread(_jitter_px(self.width_px) ** 2, 0.0, (SPEED_DOUBT * self.width_px) ** 2)
        self._extent = _Spread(_size_jitter(self.width_px) ** 2, 0.0, GROWTH_DOUBT**2)

    def forecast(self, t_s: float) -> Forecast:
        """What is to be expected at that moment, which is not before the last."""
        if self._foreseen is None or self._foreseen[0] != t_s:  # asked for each sighting of a look
            self._foreseen = (t_s, self._forecast(self._step(t_s)))
        return self._foreseen[1]

    def take(self, box: Box, t_s: float) -> None:
        """Go on with a sighting."""
        step = self._step(t_s)
        way = self._way(step)
        place = self._place.later(step, ACCELERATION * self.width_px * step.k)
        extent = self._extent.later(step, GROWTH_DRIFT)
        width_px = max(1.0, box.width)
        gain, rate_gain, self._place = place.seen(_jitter_px(width_px) ** 2)
        miss = (box.centre[0] - self.centre[0] - way[0], box.centre[1] - self.centre[1] - way[1])
        self.centre = (box.centre[0] - (1 - gain) * miss[0], box.centre[1] - (1 - gain) * miss[1])
        hurried = step.k * step.k
        self.speed = (self.speed[0] * hurried + rate_gain * miss[0], self.speed[1] * hurried + rate_gain * miss[1])
        gain, rate_gain, self._extent = extent.seen(_size_jitter(width_px) ** 2)
        size_miss = size_of(box) - self.size - math.log(step.k)
        self.size, self.growth = size_of(box) - (1 - gain) * size_miss, self.growth * step.k + rate_gain * size_miss
        self.width_px, self.height_px, self.t_s = width_px, max(1.0, box.height), t_s
        self._foreseen = None

    def _forecast(self, step: "_Step") -> Forecast:
        way = self._way(step)
        length = math.hypot(*way)
        width_px = self.width_px * step.k
        place, extent = self._place.later(step, ACCELERATION * width_px), self._extent.later(step, GROWTH_DRIFT)
        aside = self._place.later(step, SWERVE * width_px)
        # Perspective hurries what is near, and by how much is as doubtful as the growth.
        hurry = length * step.dt_s * step.k * math.sqrt(self._extent.rate)
        return Forecast(
            dt_s=step.dt_s,
            centre=(self.centre[0] + way[0], self.centre[1] + way[1]),
            width_px=width_px,
            height_px=self.height_px * step.k,
            size=self.size + math.log(step.k),
            way=length / width_px,
            heading=(way[0] / length, way[1] / length) if length > 0 else (1.0, 0.0),
            along=math.sqrt(place.value + hurry * hurry) / width_px,
            across=math.sqrt(aside.value) / width_px,
            size_doubt=math.sqrt(extent.value),
        )

    def _step(self, t_s: float) -> "_Step":
        dt_s = max(STEP_S_MIN, t_s - self.t_s)
        return _Step(dt_s, 1 / (1 - min(APPROACH_MAX, self.growth * dt_s)))

    def _way(self, step: "_Step") -> Point:
        return self.speed[0] * step.dt_s * step.k, self.speed[1] * step.dt_s * step.k


def size_of(box: Box) -> float:
    """The logarithm of the side of a square as large as the box."""
    return 0.5 * math.log(max(box.area, 1.0))


@dataclass(frozen=True, slots=True)
class _Step:
    dt_s: float
    k: float
    """How much nearer it is afterwards."""


@dataclass(frozen=True, slots=True)
class _Spread:
    """The covariance of a value and of its change a second."""

    value: float
    both: float
    rate: float

    def later(self, step: _Step, acceleration: float) -> "_Spread":
        """After a step in which the change may itself have changed by `acceleration` a second."""
        reach, hurried, jerk = step.dt_s * step.k, step.k * step.k, (acceleration * step.dt_s) ** 2
        return _Spread(
            self.value + 2 * reach * self.both + reach * reach * self.rate + jerk * step.dt_s * step.dt_s / 4,
            hurried * (self.both + reach * self.rate) + jerk * step.dt_s / 2,
            hurried * hurried * self.rate + jerk,
        )

    def seen(self, noise: float) -> tuple[float, float, "_Spread"]:
        """What of a miss goes to the value and to the rate, for a measurement of this variance; and what is left."""
        gain, rate_gain = self.value / (self.value + noise), self.both / (self.value + noise)
        left = 1 - gain
        return gain, rate_gain, _Spread(left * self.value, left * self.both, self.rate - rate_gain * self.both)


def _jitter_px(width_px: float) -> float:
    return JITTER_WIDTHS * width_px + JITTER_PX


def _size_jitter(width_px: float) -> float:
    return SIZE_JITTER + SIZE_JITTER_PX / width_px
