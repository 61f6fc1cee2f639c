"""A vehicle as a heap of coloured polygons in metres, built once and drawn from wherever it is.

The body is lofted through the stations of `bodies`; the end that the camera sees is a curved face on which lamps,
grille and plate lie as flat shapes. No textures: everything stays sharp at every distance, and is drawn in the
painter's order (far first), the body before what is stuck on it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.records import Bgr
from anprd.training.render.bodies import Body, End, Station
from anprd.training.render.degrade import warp_onto
from anprd.training.render.light import Light
from anprd.training.render.pinhole import Floats, Pinhole, clip_near
from anprd.training.render.plates import Plate

Colour = tuple[float, float, float]
RUBBER: Colour = (26, 25, 25)
TRIM: Colour = (38, 37, 36)
GLASS: Colour = (34, 31, 27)
SEAT: Colour = (20, 19, 18)
CLOTH: Colour = (58, 50, 46)
SKIN: Colour = (70, 78, 92)
CHROME: Colour = (200, 200, 198)
LENS: Colour = (215, 213, 210)
RED: Colour = (32, 22, 150)
RIM: Colour = (165, 162, 160)
BOW_M = 0.16  # how far the corners of an end lie behind its middle
WINDOW_PART = 5  # of the strips round the body, counted from the sill: the one between belt line and roof
CREASE = 0.86  # cosine of the angle (30 degrees) from which on an edge is meant
GLASS_GLOSS = 3.4  # glass mirrors more than lacquer: two surfaces
FINE = 4  # bits of subpixels in OpenCV's drawing calls
SAMPLES = 2  # drawn twice as large and averaged: no jagged edges, no seams between neighbours


@dataclass(frozen=True, slots=True)
class Shape:
    """One flat polygon of a vehicle, in its own metres (origin: on the road, in the middle of the end seen)."""

    points: Floats
    colour: Colour
    gloss: float = 0.0
    glow: float = 0.0
    """How brightly it shines of itself with the lamps on, 0..1."""
    layer: int = 0
    """0: body, sorted by distance; more: stuck on, drawn in this order."""
    normal: Floats | None = None
    """Where light should think that the surface faces; None: the polygon's own."""


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp that dazzles: where, how large (metres), what colour."""

    place: tuple[float, float, float]
    radius: float
    colour: Colour


@dataclass(frozen=True)
class Vehicle:
    """Everything to draw one vehicle with, from the arrays of all its shapes."""

    body: Body
    plate: Plate
    corners: Floats
    """(4, 3) of the plate, as the text is read."""
    points: Floats
    starts: NDArray[np.intp]
    colours: Floats
    normals: Floats
    gloss: Floats
    glow: Floats
    layers: NDArray[np.intp]
    lamps: tuple[Lamp, ...]

    @property
    def length(self) -> float:
        return self.body.stations[-1].y

    @property
    def height(self) -> float:
        return max(station.top for station in self.body.stations)


def build(body: Body, paint: Colour, plate: Plate, plate_width_m: float) -> Vehicle:
    """Put a vehicle together. `plate_width_m` is the real width of its plate."""
    shapes = [*_underside(body), *_loft(body, paint), *_face(body, paint), *_wheels(body), *_mirrors(body, paint)]
    shapes += [*_doors(body), *_window_frames(body)]
    corners = _plate_corners(body, plate, plate_width_m)
    decals = _front(body, corners) if body.end is End.FRONT else _rear(body, paint, corners)
    shapes += list(decals)
    counts = np.array([len(shape.points) for shape in shapes])
    return Vehicle(
        body,
        plate,
        corners,
        np.concatenate([shape.points for shape in shapes]),
        np.concatenate([[0], np.cumsum(counts)]),
        np.array([shape.colour for shape in shapes], np.float64),
        np.array([_normal(shape.points) if shape.normal is None else shape.normal for shape in shapes]),
        np.array([shape.gloss for shape in shapes]),
        np.array([shape.glow for shape in shapes]),
        np.array([shape.layer for shape in shapes]),
        _lamps(body),
    )


def draw(canvas: Bgr, vehicle: Vehicle, place: tuple[float, float], view: "View") -> None:
    """Draw the vehicle with its end at `place` (x, y in metres) onto `canvas`, which shows `view.window`."""
    points = vehicle.points + np.array([*place, 0.0])
    seen = view.camera.seen(points)
    centres = np.add.reduceat(points, vehicle.starts[:-1], axis=0) / np.diff(vehicle.starts)[:, None]
    way = view.camera.place - centres
    distances = np.linalg.norm(way, axis=1)
    way /= distances[:, None]
    facing = (vehicle.normals * way).sum(1)
    colours = view.light.shade(vehicle.colours, vehicle.normals, way, distances, vehicle.gloss)
    shine = (vehicle.glow * view.light.headlamps)[:, None]
    colours = colours + (255 - colours) * np.clip(shine, 0, 1) * _own_light(vehicle.colours, grey=view.light.grey)
    order = np.lexsort((-distances, vehicle.layers))
    for index in order[facing[order] > 0]:
        polygon = clip_near(seen[vehicle.starts[index] : vehicle.starts[index + 1]])
        if len(polygon) >= 3:
            pixels = (view.camera.pixels(polygon) - view.origin) * (SAMPLES << FINE)
            # A lens far off the picture would overflow OpenCV's 32 bits of subpixels.
            fixed = np.clip(pixels, -(2**26), 2**26).round().astype(np.int32)
            cv2.fillPoly(canvas, [fixed], colours[index].tolist(), cv2.LINE_8, FINE)


@dataclass(frozen=True, slots=True)
class View:
    """The part of the picture that is being drawn, and in which light."""

    camera: Pinhole
    light: Light
    origin: Floats
    """Upper left pixel of the part, (x, y)."""


def paint_plate(canvas: Bgr, plate: Bgr, corners: Floats) -> None:
    """Paint a flat plate with its corners at `corners` (pixels of `canvas`), touching nothing further off."""
    low = np.clip(np.floor(corners.min(0)).astype(int) - 2, 0, None)
    high = np.minimum(np.ceil(corners.max(0)).astype(int) + 2, np.array(canvas.shape[1::-1]))
    if (high - low).min() < 2:
        return
    wide = float(np.linalg.norm(corners[1] - corners[0]))
    while plate.shape[1] > 2 * wide and plate.shape[1] > 24:  # linear sampling alone would skip pixels
        size = (plate.shape[1] // 2, max(4, plate.shape[0] // 2))
        plate = cv2.resize(plate, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    warp_onto(canvas[low[1] : high[1], low[0] : high[0]], plate, corners - low)


def _own_light(colours: Floats, *, grey: bool) -> Floats:
    if grey:
        return np.ones_like(colours)
    return colours / np.maximum(colours.max(1, keepdims=True), 1)


def _normal(points: Floats) -> Floats:
    """Newell's method: right for any flat polygon, near enough for a bent one."""
    after = np.roll(points, -1, axis=0)
    total = np.cross(points, after).sum(0)
    return np.asarray(total / max(1e-12, float(np.linalg.norm(total))))


def _bow(x_share: Floats | float) -> Floats | float:
    return BOW_M * np.abs(x_share) ** 3


def _ring(body: Body, index: int) -> Floats:
    """Half a cross-section, from the sill up to the middle of the roof: (7, 3), x positive."""
    station = body.stations[index]
    half = body.width / 2 * station.width
    cabin = station.top - station.belt > 0.2
    lean = 0.76 if cabin else 0.86
    if body.name == "van" and cabin:
        lean = 0.9
    drop = 0.05 if cabin else 0.02
    flat = [
        (half * 0.95, 0.2),
        (half * 0.995, 0.36),
        (half, station.belt * 0.72),
        (half * 0.975, station.belt),
        (half * lean, station.top - drop),
        (half * lean * 0.62, station.top - 0.006),
        (0.0, station.top),
    ]
    out = np.array([(x, station.y, z) for x, z in flat])
    out[:, 1] += _bow(out[:, 0] / (body.width / 2)) * np.exp(-station.y / 0.6)
    return out


def _loft(body: Body, paint: Colour) -> Iterator[Shape]:
    """Skin between neighbouring stations, cut fine, with normals smoothed wherever there is no crease."""
    rings: list[Floats] = []
    owners: list[Station] = []
    for index, station in enumerate(body.stations[:-1]):
        near, far = _fine(_ring(body, index)), _fine(_ring(body, index + 1))
        steps = max(1, round((body.stations[index + 1].y - station.y) / 0.16))
        rings += [near + (far - near) * (step / steps) for step in range(steps)]
        owners += [station] * steps
    rings.append(_fine(_ring(body, len(body.stations) - 1)))
    grid = np.array(rings)
    normals = _smooth(_grid_normals(grid))
    for row, station in enumerate(owners):
        for part in range(grid.shape[1] - 1):
            quad = np.array([grid[row, part], grid[row + 1, part], grid[row + 1, part + 1], grid[row, part + 1]])
            colour, gloss = _skin(station, part, paint)
            normal = normals[row, part]
            yield Shape(quad, colour, gloss, normal=normal)
            yield Shape(quad[::-1] * (-1, 1, 1), colour, gloss, normal=normal * (-1, 1, 1))


def _skin(station: Station, part: int, paint: Colour) -> tuple[Colour, float]:
    """What covers one strip of `_fine`'s ring: sill, flank, window, top."""
    if part == 0:
        return TRIM, 0.1
    kind = station.skin if part >= WINDOW_PART + 1 else (station.side if part == WINDOW_PART else "paint")
    return (GLASS, GLASS_GLOSS) if kind == "glass" else (paint, 1.0)


def _fine(ring: Floats) -> Floats:
    """The seven points of a ring with the flank rounded and the top crowned: (12, 3)."""
    flank = [ring[1] + (ring[3] - ring[1]) * share for share in np.linspace(0, 1, 5)]
    half = ring[1:4, 0].max()
    for share, point in zip(np.linspace(-0.75, 1, 5), flank, strict=True):
        point[0] = half - (half - ring[3, 0]) * share**2
    edge, height = ring[4], ring[6, 2] - ring[4, 2]
    top = [
        np.array([edge[0] * x, ring[6, 1] + (edge[1] - ring[6, 1]) * x**3, ring[4, 2] + height * (1 - x**4)])
        for x in (1.0, 0.9, 0.7, 0.45, 0.2, 0.0)
    ]
    return np.array([ring[0], *flank, *top])


def _grid_normals(grid: Floats) -> Floats:
    along, round_it = grid[1:, :-1] - grid[:-1, :-1], grid[:-1, 1:] - grid[:-1, :-1]
    total = np.cross(along + grid[1:, 1:] - grid[:-1, 1:], round_it + grid[1:, 1:] - grid[1:, :-1])
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=2, keepdims=True), 1e-9))


def _smooth(normals: Floats) -> Floats:
    """Average with the neighbours that face nearly the same way; a crease stays one."""
    for _ in range(2):
        total = normals * 2
        for axis, shift in ((0, 1), (0, -1), (1, 1), (1, -1)):
            neighbour = np.roll(normals, shift, axis=axis)
            close = (normals * neighbour).sum(2, keepdims=True) > CREASE
            total = total + np.where(close, neighbour, normals)
        normals = total / np.linalg.norm(total, axis=2, keepdims=True)
    return np.asarray(normals)


def _window_frames(body: Body) -> Iterator[Shape]:
    """The black edge of the screen that the camera sees, and its wipers or heating lines."""
    index = next((i for i, station in enumerate(body.stations[:-1]) if station.skin == "glass"), None)
    if index is None or body.stations[index].y > 2:
        return
    base, top = _ring(body, index), _ring(body, index + 1)

    def at(across: float, up: float) -> Floats:
        low = base[4] * (across, 1, 1) if abs(across) > 0.62 else _between(base, across)
        high = top[4] * (across, 1, 1) if abs(across) > 0.62 else _between(top, across)
        return np.asarray(low + (high - low) * up + np.array([0, -0.01, 0.01]))

    for low, high, dark in ((0.0, 0.07, TRIM), (0.95, 1.0, TRIM)):
        yield Shape(
            np.array([at(x, low) for x in np.linspace(-1, 1, 9)] + [at(x, high) for x in np.linspace(1, -1, 9)]),
            dark,
            0.3,
            layer=1,
        )
    for sign in (-1, 1):
        band = [at(sign, 0.0), at(sign * 0.95, 0.0), at(sign * 0.95, 1.0), at(sign, 1.0)]
        yield Shape(np.array(band if sign < 0 else band[::-1]), TRIM, 0.3, layer=1)
    if body.end is End.FRONT:
        yield from _people(at)
        for x in (-0.75, 0.05):
            wiper = np.array([at(x, 0.05), at(x + 0.62, 0.10), at(x + 0.62, 0.13), at(x, 0.08)])
            yield Shape(wiper, RUBBER, 0.0, layer=4)


def _people(at: Callable[[float, float], Floats]) -> Iterator[Shape]:
    """Two seats and a driver, dim behind the glass. The driver sits on the vehicle's left: right in the picture."""
    for x in (-0.4, 0.4):
        seat = [
            (x - 0.22, 0.1),
            (x + 0.22, 0.1),
            (x + 0.2, 0.5),
            (x + 0.1, 0.56),
            (x + 0.1, 0.78),
            (x - 0.1, 0.78),
            (x - 0.1, 0.56),
            (x - 0.2, 0.5),
        ]
        yield Shape(np.array([at(*spot) for spot in seat]), SEAT, 2.6, layer=1)
    driver = [(0.2, 0.1), (0.6, 0.1), (0.56, 0.36), (0.46, 0.44), (0.34, 0.44), (0.24, 0.36)]
    yield Shape(np.array([at(*spot) for spot in driver]), CLOTH, 2.6, layer=2)
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    head = [(0.4 + 0.085 * float(np.cos(angle)), 0.56 + 0.13 * float(np.sin(angle))) for angle in turn]
    yield Shape(np.array([at(*spot) for spot in head]), SKIN, 2.6, layer=3)


def _between(ring: Floats, across: float) -> Floats:
    """A point of the top of a ring: `across` -1..1 between its two upper edges."""
    x = across * ring[4][0]
    rising = np.array([ring[6], ring[5], ring[4]])
    y = np.interp(abs(x), rising[:, 0], rising[:, 1])
    z = np.interp(abs(x), rising[:, 0], rising[:, 2])
    return np.array([x, y, z])


def _on_face(body: Body, x_share: Floats, z: Floats) -> Floats:
    """Points of the end's curved face: `x_share` -1..1 of the half width, `z` in metres."""
    heights = np.array([point[1] for point in body.face])
    depths = np.array([point[0] for point in body.face])
    inner = 1 - np.abs(x_share) ** 3
    outline = _ring(body, 0)[:5]
    half = np.interp(z, outline[:, 2], outline[:, 0])
    y = np.interp(z, heights, depths) * inner + _bow(np.asarray(x_share) * body.stations[0].width)
    return np.stack([x_share * half, y, z], 1)


def _face(body: Body, paint: Colour) -> Iterator[Shape]:
    """The end itself: bumper, and the sheet metal above it."""
    heights = np.concatenate([np.linspace(a[1], b[1], 3)[:-1] for a, b in zip(body.face, body.face[1:], strict=False)])
    heights = np.append(heights, body.face[-1][1])
    across = np.linspace(-1, 1, 17)
    dark_below = body.face[0][1] + 0.09
    for low, high in zip(heights, heights[1:], strict=False):
        lower, upper = _on_face(body, across, np.full(17, low)), _on_face(body, across, np.full(17, high))
        colour, gloss = (TRIM, 0.1) if high <= dark_below else (paint, 1.0)
        for index in range(16):
            quad = np.array([lower[index], lower[index + 1], upper[index + 1], upper[index]])
            yield Shape(quad, colour, gloss, layer=1)


def _underside(body: Body) -> Iterator[Shape]:
    half, length = body.width / 2, body.stations[-1].y
    for y in (0.35, length - 0.3):
        yield Shape(
            np.array([(-half, y, 0.02), (half, y, 0.02), (half, y, 0.3), (-half, y, 0.3)]) * (0.8, 1, 1), (12, 12, 12)
        )


def _wheels(body: Body) -> Iterator[Shape]:
    radius, half = body.wheel_radius, body.width / 2
    for y in body.wheels:
        for sign in (-1.0, 1.0):
            outer, inner = half * 0.985 * sign, half * 0.74 * sign
            turn = np.linspace(0, 2 * np.pi, 20, endpoint=False)[:: int(sign)]
            circle = np.stack([np.full(20, outer), y + np.cos(turn), np.sin(turn)], 1)
            for size, colour, gloss, layer in (
                (1.14, TRIM, 0.0, 1),
                (1.0, RUBBER, 0.0, 2),
                (0.66, RIM, 0.5, 3),
                (0.2, TRIM, 0.2, 4),
            ):
                points = circle.copy()
                points[:, 0] += sign * 0.002 * layer
                points[:, 1] = y + np.cos(turn) * radius * size
                points[:, 2] = radius + np.sin(turn) * radius * size
                yield Shape(points, colour, gloss, layer=layer)
            left, right = sorted((inner, outer))
            near = y - radius
            tread = [(left, near + 0.1, 0.0), (right, near + 0.1, 0.0), (right, near, 0.2), (left, near, 0.2)]
            yield Shape(np.array(tread), RUBBER)
            yield Shape(
                np.array(
                    [(left, near, 0.2), (right, near, 0.2), (right, near + 0.04, 0.42), (left, near + 0.04, 0.42)]
                ),
                RUBBER,
            )


def _mirrors(body: Body, paint: Colour) -> Iterator[Shape]:
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


def _doors(body: Body) -> Iterator[Shape]:
    """Gaps and handles along the flanks, between the wheels."""
    first, last = body.wheels
    half, belt = body.width / 2 + 0.004, body.stations[3].belt
    for y in np.linspace(first + 0.55, last - 0.45, 3):
        for sign in (-1, 1):
            gap = [(y, 0.32), (y + 0.025, 0.32), (y + 0.025, belt - 0.02), (y, belt - 0.02)][::sign]
            yield Shape(np.array([(sign * half, at, z) for at, z in gap]), TRIM, layer=1)
            handle = [(y - 0.3, belt - 0.13), (y - 0.12, belt - 0.13), (y - 0.12, belt - 0.1), (y - 0.3, belt - 0.1)][
                ::sign
            ]
            yield Shape(np.array([(sign * half, at, z) for at, z in handle]), TRIM, layer=1)


def _plate_corners(body: Body, plate: Plate, width_m: float) -> Floats:
    height = width_m * plate.image.shape[0] / plate.image.shape[1]
    z = max(body.plate_z, body.face[0][1] + 0.1 + height / 2)
    depth = min(point[0] for point in body.face if abs(point[1] - z) < height / 2 + 0.12) - 0.025
    half = width_m / 2
    tilt = 0.05 * height
    return np.array(
        [
            (-half, depth + tilt, z + height / 2),
            (half, depth + tilt, z + height / 2),
            (half, depth, z - height / 2),
            (-half, depth, z - height / 2),
        ]
    )


def _holder(corners: Floats) -> Iterator[Shape]:
    middle = corners.mean(0)
    grown = middle + (corners - middle) * (1.05, 1, 1.18) + np.array([0, 0.006, -0.006])
    yield Shape(grown[::-1], (28, 27, 26), 0.1, layer=8)


def _patch(body: Body, outline: Sequence[tuple[float, float]], colour: Colour, **more: float) -> Shape:
    """A flat piece on the face: outline in (share of the half width, metres of height), anticlockwise."""
    dense = np.concatenate(
        [np.linspace(a, b, 5)[:-1] for a, b in zip(outline, (*outline[1:], outline[0]), strict=True)]
    )
    points = _on_face(body, dense[:, 0], dense[:, 1]) - np.array([0, 0.012, 0])
    return Shape(points, colour, more.get("gloss", 0.0), more.get("glow", 0.0), int(more.get("layer", 5)))


def _pair(body: Body, outline: Sequence[tuple[float, float]], colour: Colour, **more: float) -> Iterator[Shape]:
    yield _patch(body, outline, colour, **more)
    yield _patch(body, [(-x, z) for x, z in reversed(outline)], colour, **more)


def _front(body: Body, corners: Floats) -> Iterator[Shape]:
    """Grille, intake, lamps and holder of a front. Heights follow the bonnet's edge."""
    lip, low = body.face[-1][1], body.face[0][1]
    top, bottom = lip - 0.055, lip - 0.2
    yield _patch(body, [(-0.62, low + 0.06), (0.62, low + 0.06), (0.55, low + 0.17), (-0.55, low + 0.17)], TRIM)
    yield _patch(body, [(-0.9, lip - 0.03), (0.9, lip - 0.03), (0.9, lip - 0.022), (-0.9, lip - 0.022)], TRIM)
    yield _patch(body, [(-0.46, bottom), (0.46, bottom), (0.5, top), (-0.5, top)], (24, 23, 22), gloss=0.3)
    for z in np.linspace(bottom + 0.03, top - 0.03, 3):
        yield _patch(
            body,
            [(-0.46, z - 0.007), (0.46, z - 0.007), (0.46, z + 0.007), (-0.46, z + 0.007)],
            (110, 108, 106),
            gloss=0.4,
            layer=6,
        )
    yield _patch(body, [(-0.5, top), (0.5, top), (0.5, top + 0.014), (-0.5, top + 0.014)], CHROME, gloss=0.6, layer=6)
    badge = [(0.075 * np.cos(a), (top + bottom) / 2 + 0.062 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 13)[:-1]]
    yield _patch(body, badge, CHROME, gloss=0.6, layer=7)
    yield _patch(
        body,
        [(x * 0.7, (top + bottom) / 2 + (z - (top + bottom) / 2) * 0.7) for x, z in badge],
        (70, 66, 62),
        gloss=0.6,
        layer=8,
    )
    lamp = [(0.54, bottom + 0.02), (0.9, bottom + 0.0), (0.985, bottom + 0.09), (0.97, top + 0.03), (0.62, top - 0.01)]
    yield from _pair(body, lamp, (60, 58, 56), gloss=1.0, layer=5)
    inner = [
        (0.58, bottom + 0.03),
        (0.88, bottom + 0.012),
        (0.955, bottom + 0.09),
        (0.94, top + 0.015),
        (0.63, top - 0.022),
    ]
    yield from _pair(body, inner, (150, 148, 146), gloss=1.0, glow=0.5, layer=6)
    bulb = [
        (0.76 + 0.085 * np.cos(a), (top + bottom) / 2 + 0.005 + 0.045 * np.sin(a))
        for a in np.linspace(0, 2 * np.pi, 13)[:-1]
    ]
    yield from _pair(body, bulb, LENS, gloss=1.0, glow=1.0, layer=7)
    yield from _pair(body, [(0.66, low + 0.1), (0.9, low + 0.1), (0.92, low + 0.2), (0.7, low + 0.2)], TRIM, gloss=0.1)
    fog = [(0.8 + 0.05 * np.cos(a), low + 0.15 + 0.035 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 11)[:-1]]
    yield from _pair(body, fog, (150, 150, 150), gloss=0.8, layer=6)
    yield from _holder(corners)


def _rear(body: Body, paint: Colour, corners: Floats) -> Iterator[Shape]:
    """Lamps, recess, bumper line and holder of a rear."""
    lip, low = body.face[-1][1], body.face[0][1]
    dull = tuple(value * 0.72 for value in paint)
    bumper = body.face[2][1]
    yield _patch(
        body, [(-0.98, bumper + 0.05), (0.98, bumper + 0.05), (0.98, bumper + 0.062), (-0.98, bumper + 0.062)], TRIM
    )
    yield _patch(body, [(-0.6, low + 0.04), (0.6, low + 0.04), (0.66, low + 0.12), (-0.66, low + 0.12)], TRIM)
    yield from _pair(
        body, [(0.72, low + 0.13), (0.93, low + 0.13), (0.93, low + 0.16), (0.72, low + 0.16)], RED, gloss=0.6
    )
    if body.name == "van":
        yield _patch(body, [(-0.006, 0.56), (0.006, 0.56), (0.006, lip - 0.05), (-0.006, lip - 0.05)], TRIM)
        window = [(0.08, 1.3), (0.82, 1.3), (0.8, 1.78), (0.08, 1.78)]
        yield from _pair(body, window, TRIM, gloss=0.4)
        yield from _pair(body, [(0.11, 1.33), (0.79, 1.33), (0.77, 1.75), (0.11, 1.75)], GLASS, gloss=1.0, layer=6)
        lamps = [(0.86, 0.62), (0.97, 0.62), (0.97, 1.1), (0.87, 1.1)]
    else:
        z = (corners[0][2] + corners[2][2]) / 2
        half = (corners[0][2] - corners[2][2]) / 2
        wide = corners[1][0] / (body.width / 2)
        recess = [
            (-wide - 0.1, z - half - 0.03),
            (wide + 0.1, z - half - 0.03),
            (wide + 0.06, z + half + 0.04),
            (-wide - 0.06, z + half + 0.04),
        ]
        yield _patch(body, recess, (dull[0], dull[1], dull[2]), gloss=0.4)
        yield _patch(
            body,
            [
                (-wide - 0.02, z + half + 0.03),
                (wide + 0.02, z + half + 0.03),
                (wide + 0.02, z + half + 0.055),
                (-wide - 0.02, z + half + 0.055),
            ],
            CHROME,
            gloss=0.6,
            layer=6,
        )
        lamps = [(0.64, lip - 0.26), (0.975, lip - 0.30), (0.985, lip - 0.09), (0.92, lip - 0.06), (0.66, lip - 0.1)]
    yield from _pair(body, lamps, RED, gloss=1.0, glow=0.35, layer=5)
    centre = np.mean(lamps, axis=0)
    bright = [(float(centre[0] + (x - centre[0]) * 0.5), float(centre[1] + (z - centre[1]) * 0.4)) for x, z in lamps]
    yield from _pair(body, bright, (90, 80, 215), gloss=1.0, glow=0.75, layer=6)
    yield from _holder(corners)


def _lamps(body: Body) -> tuple[Lamp, ...]:
    lip = body.face[-1][1]
    z = lip - 0.125 if body.end is End.FRONT else lip - 0.18
    if body.name == "van" and body.end is End.REAR:
        z = 0.86
    colour: Colour = (235, 245, 255) if body.end is End.FRONT else (60, 50, 255)
    places = _on_face(body, np.array([-0.78, 0.78]), np.array([z, z]))
    radius = 0.1 if body.end is End.FRONT else 0.05
    return tuple(Lamp((float(x), float(y) - 0.05, float(height)), radius, colour) for x, y, height in places)


def _disc(centre: Floats, radius: float, count: int) -> Floats:
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.asarray(centre + radius * np.stack([np.cos(turn), np.sin(turn), np.zeros(count)], 1))
