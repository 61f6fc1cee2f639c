"""What is fixed to a vehicle's skin: lamps, grille, bumper lines, wheels, mirrors, doors, and the plate's place.

Positions on the end are given as a share of the half width (-1..1) and metres above the road; anticlockwise outlines
face the camera. Heights follow the bonnet's or the boot's edge, so one drawing serves every body.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from anprd.training.render.bodies import Body, End
from anprd.training.render.pinhole import Floats
from anprd.training.render.plates import Plate
from anprd.training.render.shapes import (
    CHROME,
    GLASS,
    LENS,
    RED,
    RIM,
    RUBBER,
    TRIM,
    Colour,
    Lamp,
    Outline,
    Shape,
    bar,
    oval,
)
from anprd.training.render.skin import on_face

UNDERSIDE: Colour = (12, 12, 12)
HOLDER: Colour = (28, 27, 26)
GRILLE: Colour = (24, 23, 22)
SLAT: Colour = (110, 108, 106)
REFLECTOR: Colour = (150, 148, 146)
TAIL_LIGHT: Colour = (90, 80, 215)


def underside(body: Body) -> Iterator[Shape]:
    """Darkness under the bumpers."""
    half, length = body.width / 2 * 0.8, body.stations[-1].y
    for y in (0.35, length - 0.3):
        yield Shape(np.array([(-half, y, 0.02), (half, y, 0.02), (half, y, 0.3), (-half, y, 0.3)]), UNDERSIDE)


def wheels(body: Body) -> Iterator[Shape]:
    """Arch, tyre, rim and hub of each wheel, and the treads that are seen under the bumper."""
    radius, half = body.wheel_radius, body.width / 2
    for y in body.wheels:
        for sign in (-1.0, 1.0):
            outer, inner = half * 0.985 * sign, half * 0.74 * sign
            rings = ((1.14, TRIM, 0.0), (1.0, RUBBER, 0.0), (0.66, RIM, 0.5), (0.2, TRIM, 0.2))
            for layer, (size, colour, gloss) in enumerate(rings, start=1):
                circle = np.array(oval(y, radius, radius * size, radius * size, 20))[:: int(sign)]
                points = np.column_stack([np.full(len(circle), outer + sign * 0.002 * layer), circle])
                yield Shape(points, colour, gloss, layer=layer)
            left, right = sorted((inner, outer))
            near = y - radius
            for (y1, z1), (y2, z2) in (((near + 0.1, 0.0), (near, 0.2)), ((near, 0.2), (near + 0.04, 0.42))):
                yield Shape(np.array([(left, y1, z1), (right, y1, z1), (right, y2, z2), (left, y2, z2)]), RUBBER)


def mirrors(body: Body, paint: Colour) -> Iterator[Shape]:
    """Two mirrors beside the screen; from behind their backs are dark."""
    half = body.width / 2
    base = next(station for station in body.stations if station.top - station.belt > 0.2 and station.y > 0.3)
    y = base.y - 0.35 if body.end is End.FRONT else body.stations[-1].y - 1.75
    z = base.belt + 0.06
    for sign in (-1.0, 1.0):
        corners = [(-0.03, 0.0), (0.2, 0.02), (0.22, 0.11), (0.17, 0.16), (-0.03, 0.15)][:: int(sign)]
        points = np.array([(sign * (half + dx), y, z + dz) for dx, dz in corners])
        yield Shape(points, paint if body.end is End.FRONT else TRIM, 0.8)
        lid = [(-0.03, 0.0), (0.18, 0.0), (0.18, 0.1), (-0.03, 0.1)][:: int(sign)]
        yield Shape(np.array([(sign * (half + dx), y + dy, z + 0.155) for dx, dy in lid]), paint, 0.8)


def doors(body: Body) -> Iterator[Shape]:
    """Gaps and handles along the flanks, between the wheels."""
    first, last = body.wheels
    half, belt = body.width / 2 + 0.004, body.stations[3].belt
    for y in np.linspace(first + 0.55, last - 0.45, 3):
        for outline in (bar(y, y + 0.025, 0.32, belt - 0.02), bar(y - 0.3, y - 0.12, belt - 0.13, belt - 0.1)):
            for sign in (-1, 1):
                yield Shape(np.array([(sign * half, at, z) for at, z in outline[::sign]]), TRIM, layer=1)


def plate_corners(body: Body, plate: Plate, width_m: float) -> Floats:
    """Where the plate hangs: (4, 3) metres, top left, top right, bottom right, bottom left; a little tilted up."""
    height = width_m * plate.image.shape[0] / plate.image.shape[1]
    z = max(body.plate_z, body.face[0][1] + 0.1 + height / 2)
    low_y = min(point[0] for point in body.face if abs(point[1] - z) < height / 2 + 0.12) - 0.025
    high_y = low_y + 0.05 * height
    half, top, bottom = width_m / 2, z + height / 2, z - height / 2
    return np.array([(-half, high_y, top), (half, high_y, top), (half, low_y, bottom), (-half, low_y, bottom)])


def front(body: Body, corners: Floats) -> Iterator[Shape]:
    """Grille, intake, lamps and plate holder of a front."""
    lip, low = body.face[-1][1], body.face[0][1]
    top, bottom = lip - 0.055, lip - 0.2
    middle = (top + bottom) / 2
    yield _patch(body, [(-0.62, low + 0.06), (0.62, low + 0.06), (0.55, low + 0.17), (-0.55, low + 0.17)], TRIM)
    yield _patch(body, bar(-0.9, 0.9, lip - 0.03, lip - 0.022), TRIM)
    yield _patch(body, [(-0.46, bottom), (0.46, bottom), (0.5, top), (-0.5, top)], GRILLE, gloss=0.3)
    for z in np.linspace(bottom + 0.03, top - 0.03, 3):
        yield _patch(body, bar(-0.46, 0.46, z - 0.007, z + 0.007), SLAT, gloss=0.4, layer=6)
    yield _patch(body, bar(-0.5, 0.5, top, top + 0.014), CHROME, gloss=0.6, layer=6)
    yield _patch(body, oval(0, middle, 0.075, 0.062), CHROME, gloss=0.6, layer=7)
    yield _patch(body, oval(0, middle, 0.0525, 0.0434), (70, 66, 62), gloss=0.6, layer=8)
    lamp = [(0.54, bottom + 0.02), (0.9, bottom), (0.985, bottom + 0.09), (0.97, top + 0.03), (0.62, top - 0.01)]
    yield from _pair(body, lamp, (60, 58, 56), gloss=1.0)
    inner = [(0.58, bottom + 0.03), (0.88, bottom + 0.012), (0.955, bottom + 0.09)]
    inner += [(0.94, top + 0.015), (0.63, top - 0.022)]
    yield from _pair(body, inner, REFLECTOR, gloss=1.0, glow=0.5, layer=6)
    yield from _pair(body, oval(0.76, middle + 0.005, 0.085, 0.045), LENS, gloss=1.0, glow=1.0, layer=7)
    yield from _pair(body, [(0.66, low + 0.1), (0.9, low + 0.1), (0.92, low + 0.2), (0.7, low + 0.2)], TRIM, gloss=0.1)
    yield from _pair(body, oval(0.8, low + 0.15, 0.05, 0.035, 10), (150, 150, 150), gloss=0.8, layer=6)
    yield _holder(corners)


def rear(body: Body, paint: Colour, corners: Floats) -> Iterator[Shape]:
    """Lamps, recess, bumper line and plate holder of a rear."""
    lip, low = body.face[-1][1], body.face[0][1]
    bumper = body.face[2][1]
    yield _patch(body, bar(-0.98, 0.98, bumper + 0.05, bumper + 0.062), TRIM)
    yield _patch(body, [(-0.6, low + 0.04), (0.6, low + 0.04), (0.66, low + 0.12), (-0.66, low + 0.12)], TRIM)
    yield from _pair(body, bar(0.72, 0.93, low + 0.13, low + 0.16), RED, gloss=0.6)
    if body.name == "van":
        yield from _van_doors(body)
        lamp = [(0.86, 0.62), (0.97, 0.62), (0.97, 1.1), (0.87, 1.1)]
    else:
        yield from _recess(body, paint, corners)
        lamp = [(0.64, lip - 0.26), (0.975, lip - 0.30), (0.985, lip - 0.09), (0.92, lip - 0.06), (0.66, lip - 0.1)]
    yield from _pair(body, lamp, RED, gloss=1.0, glow=0.35)
    x0, z0 = (float(value) for value in np.mean(lamp, axis=0))
    bright = [(x0 + (x - x0) * 0.5, z0 + (z - z0) * 0.4) for x, z in lamp]
    yield from _pair(body, bright, TAIL_LIGHT, gloss=1.0, glow=0.75, layer=6)
    yield _holder(corners)


def _van_doors(body: Body) -> Iterator[Shape]:
    yield _patch(body, bar(-0.006, 0.006, 0.56, body.face[-1][1] - 0.05), TRIM)
    yield from _pair(body, [(0.08, 1.3), (0.82, 1.3), (0.8, 1.78), (0.08, 1.78)], TRIM, gloss=0.4)
    yield from _pair(body, [(0.11, 1.33), (0.79, 1.33), (0.77, 1.75), (0.11, 1.75)], GLASS, gloss=1.0, layer=6)


def _recess(body: Body, paint: Colour, corners: Floats) -> Iterator[Shape]:
    """The hollow that holds the plate, and the strip with the plate's lamps above it."""
    low, high = corners[2][2] - 0.03, corners[0][2] + 0.04
    wide = corners[1][0] / (body.width / 2)
    blue, green, red = (value * 0.72 for value in paint)
    outline = [(-wide - 0.1, low), (wide + 0.1, low), (wide + 0.06, high), (-wide - 0.06, high)]
    yield _patch(body, outline, (blue, green, red), gloss=0.4)
    yield _patch(body, bar(-wide - 0.02, wide + 0.02, high - 0.01, high + 0.015), CHROME, gloss=0.6, layer=6)


def lamps(body: Body) -> tuple[Lamp, ...]:
    """The two lamps that dazzle at night."""
    lip = body.face[-1][1]
    z = lip - 0.125 if body.end is End.FRONT else lip - 0.18
    if body.name == "van" and body.end is End.REAR:
        z = 0.86
    ends = {End.FRONT: (0.1, (235.0, 245.0, 255.0), 190.0), End.REAR: (0.05, (60.0, 50.0, 255.0), 90.0)}
    radius, colour, brightness = ends[body.end]
    places = on_face(body, np.array([-0.78, 0.78]), np.array([z, z]))
    return tuple(Lamp((float(x), float(y) - 0.05, float(up)), radius, colour, brightness) for x, y, up in places)


def _holder(corners: Floats) -> Shape:
    middle = corners.mean(0)
    grown = middle + (corners - middle) * (1.05, 1, 1.18) + np.array([0, 0.006, -0.006])
    return Shape(grown[::-1], HOLDER, 0.1, layer=8)


def _patch(
    body: Body, outline: Outline, colour: Colour, *, gloss: float = 0.0, glow: float = 0.0, layer: int = 5
) -> Shape:
    """A flat piece on the end, bent with it."""
    closed = [*outline, outline[0]]
    dense = np.concatenate([np.linspace(one, two, 5)[:-1] for one, two in pairwise(closed)])
    points = on_face(body, dense[:, 0], dense[:, 1]) - np.array([0, 0.012, 0])
    return Shape(points, colour, gloss, glow, layer)


def _pair(
    body: Body, outline: Outline, colour: Colour, *, gloss: float = 0.0, glow: float = 0.0, layer: int = 5
) -> Iterator[Shape]:
    """The same piece on both sides."""
    yield _patch(body, outline, colour, gloss=gloss, glow=glow, layer=layer)
    mirrored = [(-x, z) for x, z in reversed(outline)]
    yield _patch(body, mirrored, colour, gloss=gloss, glow=glow, layer=layer)
