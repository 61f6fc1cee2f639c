"""The skin of a vehicle: its body lofted through the stations of `bodies`, its curved end, its screen.

Everything is yielded as shapes; windows are part of the loft, what lies on glass or sheet metal is a layer above.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from anprd.training.render.bodies import Body, End, Station
from anprd.training.render.pinhole import Floats
from anprd.training.render.shapes import (
    CLOTH,
    GLASS,
    RUBBER,
    SEAT,
    SKIN,
    TRIM,
    Colour,
    Shape,
    oval,
)

BOW_M = 0.16  # how far the corners of an end lie behind its middle
WINDOW_PART = 5  # of the strips round the body, counted from the sill: the one between belt line and roof
CREASE = 0.86  # cosine of the angle (30 degrees) from which on an edge is meant
GLASS_GLOSS = 3.4  # glass mirrors more than lacquer: two surfaces


def loft(body: Body, paint: Colour) -> Iterator[Shape]:
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


def face(body: Body, paint: Colour) -> Iterator[Shape]:
    """The end itself: bumper, and the sheet metal above it."""
    heights = np.concatenate([np.linspace(a[1], b[1], 3)[:-1] for a, b in pairwise(body.face)])
    heights = np.append(heights, body.face[-1][1])
    across = np.linspace(-1, 1, 17)
    dark_below = body.face[0][1] + 0.09
    for low, high in pairwise(heights):
        lower, upper = on_face(body, across, np.full(17, low)), on_face(body, across, np.full(17, high))
        colour, gloss = (TRIM, 0.1) if high <= dark_below else (paint, 1.0)
        for index in range(16):
            quad = np.array([lower[index], lower[index + 1], upper[index + 1], upper[index]])
            yield Shape(quad, colour, gloss, layer=1)


def on_face(body: Body, x_share: Floats, z: Floats) -> Floats:
    """Points of the end's curved face: `x_share` -1..1 of the half width, `z` in metres."""
    heights = np.array([point[1] for point in body.face])
    depths = np.array([point[0] for point in body.face])
    inner = 1 - np.abs(x_share) ** 3
    outline = _ring(body, 0)[:5]
    half = np.interp(z, outline[:, 2], outline[:, 0])
    y = np.interp(z, heights, depths) * inner + _bow(np.asarray(x_share) * body.stations[0].width)
    return np.asarray(np.stack([x_share * half, y, z], 1))


def screen(body: Body) -> Iterator[Shape]:
    """The black edge of the screen that the camera sees, and its wipers or heating lines."""
    index = next((i for i, station in enumerate(body.stations[:-1]) if station.skin == "glass"), None)
    if index is None or body.stations[index].y > 2:
        return
    base, top = _ring(body, index), _ring(body, index + 1)

    def at(across: float, up: float) -> Floats:
        low = base[4] * (across, 1, 1) if abs(across) > 0.62 else _between(base, across)
        high = top[4] * (across, 1, 1) if abs(across) > 0.62 else _between(top, across)
        return np.asarray(low + (high - low) * up + np.array([0, -0.01, 0.01]))

    across = np.linspace(-1, 1, 9)
    for low, high in ((0.0, 0.07), (0.95, 1.0)):
        edge = [at(x, low) for x in across] + [at(x, high) for x in across[::-1]]
        yield Shape(np.array(edge), TRIM, 0.3, layer=1)
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
        lower, upper = [(x - 0.22, 0.1), (x + 0.22, 0.1), (x + 0.2, 0.5), (x + 0.1, 0.56)], (x + 0.1, 0.78)
        seat = [*lower, upper, (x - 0.1, 0.78), (x - 0.1, 0.56), (x - 0.2, 0.5)]
        yield Shape(np.array([at(*spot) for spot in seat]), SEAT, 2.6, layer=1)
    driver = [(0.2, 0.1), (0.6, 0.1), (0.56, 0.36), (0.46, 0.44), (0.34, 0.44), (0.24, 0.36)]
    yield Shape(np.array([at(*spot) for spot in driver]), CLOTH, 2.6, layer=2)
    head = oval(0.4, 0.56, 0.085, 0.13)
    yield Shape(np.array([at(*spot) for spot in head]), SKIN, 2.6, layer=3)


def _between(ring: Floats, across: float) -> Floats:
    """A point of the top of a ring: `across` -1..1 between its two upper edges."""
    x = across * ring[4][0]
    rising = np.array([ring[6], ring[5], ring[4]])
    y = np.interp(abs(x), rising[:, 0], rising[:, 1])
    z = np.interp(abs(x), rising[:, 0], rising[:, 2])
    return np.array([x, y, z])


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


def _bow(x_share: Floats | float) -> Floats | float:
    return BOW_M * np.abs(x_share) ** 3
