"""Who drives past, when and how fast: decided before the first frame, so that any frame can be drawn by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from anprd.training.render import plates
from anprd.training.render.bodies import BODIES, End
from anprd.training.render.designs import DESIGNS, Design
from anprd.training.render.pinhole import Floats
from anprd.training.render.road import LANE_M
from anprd.training.render.shapes import Colour
from anprd.training.render.typeface import Typeface
from anprd.training.render.vehicles import Vehicle, build

FAR_M = 75.0  # where vehicles come into being and vanish: a plate is 10 px wide there
SLOW_AT_M = 8.0  # where they slow down, for a gate or a bend behind the camera, and the plate is largest
HEADWAY_S = 3.0  # least time between two vehicles of one lane at `SLOW_AT_M`: about 8 m
PLATE_PX = 312  # width of a plate's flat picture: twice what a plate is on screen at 1280 px
PAINTS: tuple[Colour, ...] = (
    (225, 228, 228), (205, 208, 210), (150, 152, 152), (120, 118, 116), (62, 60, 58), (34, 33, 33), (28, 26, 120),
    (40, 36, 165), (130, 62, 24), (92, 48, 22), (160, 128, 92), (70, 92, 60), (150, 175, 190), (60, 78, 104),
)  # fmt: skip


class Direction(StrEnum):
    """Towards the camera (fronts are seen) or away from it (rears)."""

    COMING = "coming"
    GOING = "going"


@dataclass(frozen=True)
class Passage:
    """One vehicle's way through the scene."""

    number: int
    vehicle: Vehicle
    direction: Direction
    lane_x_m: float
    drift_m: float
    times_s: Floats
    places_m: Floats
    """Distance of the vehicle's seen end from the camera at each of `times_s`."""

    def place(self, t_s: float) -> tuple[float, float] | None:
        """Where the seen end is (x, y in metres); None before it comes and after it is gone."""
        if not self.times_s[0] <= t_s <= self.times_s[-1]:
            return None
        y = float(np.interp(t_s, self.times_s, self.places_m))
        return self.lane_x_m + self.drift_m * float(np.sin(y / 11)), y

    def speed(self, y: float) -> float:
        """Metres a second along the road at the distance `y`; negative towards the camera."""
        places, times = self.places_m, self.times_s
        rising = slice(None, None, -1) if self.direction is Direction.COMING else slice(None)
        index = int(np.searchsorted(times, np.interp(y, places[rising], times[rising])))
        index = min(max(index, 1), len(times) - 1)
        return float((places[index] - places[index - 1]) / (times[index] - times[index - 1]))


@dataclass(frozen=True, slots=True)
class Demand:
    """How much traffic, and when none."""

    seconds: float
    vehicles_per_min: float
    idle: tuple[tuple[float, float], ...] = ()
    """Stretches (from, to) in seconds in which no vehicle is near."""
    designs: tuple[str, ...] = ()
    """Names of plate designs, taken in turn; empty: any that cars carry."""


def plan(demand: Demand, rng: np.random.Generator, typefaces: Sequence[Typeface]) -> tuple[Passage, ...]:
    """All passages of a scene, no two with the same plate.

    Raises:
        ValueError: a design of the demand is unknown, or no typeface covers a text.
    """
    designs = _designs(demand)
    taken: set[str] = set()
    free_from_s = {Direction.COMING: -np.inf, Direction.GOING: -np.inf}
    out: list[Passage] = []
    for wanted_s in _moments(demand, rng):
        direction = Direction.COMING if rng.random() < 0.55 else Direction.GOING
        if free_from_s[direction] > wanted_s:
            direction = Direction.GOING if direction is Direction.COMING else Direction.COMING
        nearest_s = max(wanted_s, free_from_s[direction])
        if nearest_s > demand.seconds - 0.5 and out:
            break  # more were asked for than two lanes hold
        free_from_s[direction] = nearest_s + HEADWAY_S
        turn = len(out) if demand.designs else None
        vehicle = _vehicle(designs, turn, direction, _Source(rng, typefaces, taken))
        out.append(_passage(len(out), vehicle, direction, nearest_s, rng))
    return tuple(out)


def _designs(demand: Demand) -> tuple[Design, ...]:
    if not demand.designs:
        return tuple(design for design in DESIGNS if "motorcycle" not in design.name and design.country != "XX")
    known = {design.name: design for design in DESIGNS}
    unknown = [name for name in demand.designs if name not in known]
    if unknown:
        raise ValueError(f"no plate design named {unknown[0]!r}; known are {', '.join(sorted(known))}")
    return tuple(known[name] for name in demand.designs)


def _moments(demand: Demand, rng: np.random.Generator) -> list[float]:
    """When each vehicle is nearest, spread over the time that is not idle."""
    busy: list[tuple[float, float]] = []
    start = min(2.5, demand.seconds / 4)
    for low, high in sorted(demand.idle):
        busy.append((start, max(start, low - 1.0)))
        start = max(start, high + 1.5)
    busy.append((start, max(start, demand.seconds - min(2.0, demand.seconds / 4))))
    total = sum(high - low for low, high in busy)
    count = max(1, round(demand.vehicles_per_min * demand.seconds / 60))
    if demand.vehicles_per_min <= 0:
        return []
    shares = (np.arange(count) + 0.5 + rng.uniform(-0.32, 0.32, count)) / count * total
    out = []
    for share in sorted(shares.tolist()):
        rest = share
        for low, high in busy:
            if rest <= high - low:
                out.append(low + rest)
                break
            rest -= high - low
    return out


@dataclass(frozen=True, slots=True)
class _Source:
    """Where new vehicles come from."""

    rng: np.random.Generator
    typefaces: Sequence[Typeface]
    taken: set[str]
    """Texts of the plates given out so far."""


def _vehicle(designs: tuple[Design, ...], turn: int | None, direction: Direction, source: _Source) -> Vehicle:
    rng, taken = source.rng, source.taken
    end = End.FRONT if direction is Direction.COMING else End.REAR
    weights = np.array([design.weight for design in designs])
    chosen = int(np.searchsorted(np.cumsum(weights), rng.random() * weights.sum())) if turn is None else turn
    design = designs[chosen % len(designs)]
    plate = plates.random_plate_of(design, rng, source.typefaces, width_px=PLATE_PX)
    while plate.text in taken:
        plate = plates.random_plate_of(design, rng, source.typefaces, width_px=PLATE_PX)
    taken.add(plate.text)
    bodies = [body for body in BODIES if body.end is end]
    body = bodies[int(rng.choice(len(bodies), p=np.array([0.36, 0.26, 0.26, 0.12])))]
    return build(body, PAINTS[int(rng.integers(len(PAINTS)))], plate, design.width_mm / 1000)


def _passage(
    number: int, vehicle: Vehicle, direction: Direction, nearest_s: float, rng: np.random.Generator
) -> Passage:
    """Integrate the speed along the lane; vehicles slow down near `SLOW_AT_M`."""
    cruise = rng.uniform(7.6, 8.8)
    steps = np.arange(-vehicle.length - 1, FAR_M, 0.1)
    speed = cruise * (1 - 0.66 * np.exp(-(((steps - SLOW_AT_M) / 7.0) ** 2)))
    times = np.concatenate([[0], np.cumsum(0.1 / speed[:-1])])
    places = steps
    if direction is Direction.COMING:
        times, places = times[-1] - times[::-1], places[::-1]
    reached = float(np.interp(SLOW_AT_M, steps, np.arange(len(steps))))
    index = round(reached) if direction is Direction.GOING else len(steps) - 1 - round(reached)
    # Traffic keeps to the right; looking against it, the lane of those who come is on the left.
    lane = -LANE_M if direction is Direction.COMING else LANE_M
    drift = float(rng.uniform(-0.12, 0.12))
    lane += float(rng.uniform(-0.12, 0.12))
    return Passage(number, vehicle, direction, lane, drift, times - times[index] + nearest_s, places)
