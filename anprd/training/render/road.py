"""The place that the camera watches, without traffic: asphalt, kerbs, grass, hedges, houses, trees, sky.

Each pixel of the road asks where on the ground it looks (two by two samples), so texture and markings lie in true
perspective. It is painted once a scene; the pictures by day, at dusk and by night come from the same surfaces.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.records import Bgr
from anprd.training.render.light import DAY, DUSK
from anprd.training.render.pinhole import Pinhole

Floats = NDArray[np.floating[Any]]

ROAD_HALF_M = 3.6
KERB_M = 0.18
PAVEMENT_M = 1.9
LANE_M = 1.75  # middle of a lane from the middle of the road
TREES_M = (58.0, 44.0, 31.0, 21.0, 14.0)
TILE_PX = 256
SAMPLES = 2
Tree = tuple[float, float, float]
"""x, y and height in metres."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """The empty place in three lights, (h, w, 3) uint8 each."""

    day: Bgr
    dusk: Bgr
    night: Bgr


def paint(camera: Pinhole, rng: np.random.Generator) -> Backdrop:
    """Paint the place as this camera sees it."""
    noise = _Noise(rng)
    seed = int(rng.integers(2**32))
    across, along = camera.ground(SAMPLES)
    x, y = across.astype(np.float32), along.astype(np.float32)
    places = [(side, place) for place in TREES_M for side in (-1, 1)]
    trees = [(side * rng.uniform(6.6, 7.2), place, rng.uniform(4.5, 7)) for side, place in places]
    trees = [tree for tree in trees if rng.random() < 0.75]
    size = (camera.width, camera.height)
    ground = cv2.resize(_ground(x, y, noise, rng), size, interpolation=cv2.INTER_AREA)
    shade = cv2.resize(_shade_of_trees(x, y, trees, noise), size, interpolation=cv2.INTER_AREA)[:, :, None]
    distance = cv2.resize(np.nan_to_num(along, nan=400.0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    haze = np.clip(distance / 260, 0, 0.45)[:, :, None]
    day = ground * shade * (1 - haze) + np.array([205.0, 200.0, 196.0]) * haze
    _sky(day, _horizon(camera), noise)
    unshaded = day / shade  # the sky has no shade: nothing but the road changes
    for picture in (day, unshaded):
        _stands(picture, camera, trees, np.random.default_rng(seed), noise)
    return Backdrop(_bytes(day), _dusk(unshaded), _night(unshaded, np.asarray(distance, dtype=np.float32)))


def _bytes(picture: Floats) -> Bgr:
    return np.asarray(np.clip(np.nan_to_num(picture), 0, 255), dtype=np.uint8)


def _dusk(day: Floats) -> Bgr:
    dim = (np.array(DUSK.sun) * 0.6 + np.array(DUSK.sky)) / (np.array(DAY.sun) * 0.6 + np.array(DAY.sky))
    return _bytes(day * dim)


def _night(day: Floats, distance: Floats) -> Bgr:
    """What the camera's own lamp lights: bright near by, and fading with the square of the distance."""
    height, width = day.shape[:2]
    grey = day @ np.array([0.15, 0.45, 0.40])
    spot = np.hypot(
        (np.arange(width) - width / 2)[None, :] / width, (np.arange(height) - height * 0.6)[:, None] / height
    )
    lamp = 0.8 * np.clip(8.0 / np.clip(distance, 5, None), 0, 1.3) ** 1.6 * np.clip(1.15 - spot, 0, 1)
    lit = grey * (0.12 + lamp)
    return np.repeat(_bytes(lit)[:, :, None], 3, axis=2)


class _Noise:
    """Smooth random textures without end, for points in metres."""

    def __init__(self, rng: np.random.Generator) -> None:
        tile = rng.standard_normal((TILE_PX, TILE_PX)).astype(np.float32)
        wrapped = np.tile(tile, (2, 2))
        self._tile = cv2.GaussianBlur(wrapped, (0, 0), 0.8)[: TILE_PX + 1, : TILE_PX + 1]
        self._tile = self._tile / self._tile.std()
        self._tile[-1], self._tile[:, -1] = self._tile[0], self._tile[:, 0]

    def at(self, x: Floats, y: Floats, size_m: float) -> Floats:
        """About normal with deviation 1; grains are about `size_m` wide."""
        return np.asarray(cv2.remap(self._tile, _on_tile(x, size_m), _on_tile(y, size_m), cv2.INTER_LINEAR))


def _on_tile(value: Floats, size_m: float) -> NDArray[np.float32]:
    """The place on the tile, in its pixels. `numpy.mod` gives the same numbers and takes seven times as long."""
    place = np.nan_to_num(value) / size_m
    return np.asarray(place - TILE_PX * np.floor(place / TILE_PX), np.float32)


def _within(value: Floats, low: float, high: float) -> NDArray[np.bool_]:
    return np.asarray((value >= low) & (value < high), dtype=np.bool_)


def _ground(x: Floats, y: Floats, noise: _Noise, rng: np.random.Generator) -> Floats:
    """Colours of the ground at (x, y): (h, w, 3) float, 0..255, in sunlight."""
    foot = np.maximum(np.abs(np.gradient(y, axis=0)), 0.004)  # metres a sample covers: finer noise would flicker

    def grain(size_m: float, amount: float) -> Floats:
        return np.asarray(noise.at(x, y, size_m) * (amount * np.clip(size_m / foot, 0, 1)))

    tone = 104 + grain(0.008, 9) + grain(0.02, 8) + grain(0.3, 4) + grain(2.5, 5)
    wheel = np.minimum(np.abs(np.abs(np.abs(x) - LANE_M) - 0.75), 0.5)
    tone += 8 * (wheel - 0.25)  # where tyres run, the road is polished and darker
    tone -= 12 * np.exp(-(((np.abs(x) - LANE_M) / 0.25) ** 2)) * (0.6 + 0.4 * noise.at(x * 0.3, y * 0.1, 0.6))
    for _ in range(3):  # mended patches
        x0, y0 = rng.uniform(-3, 2), rng.uniform(6, 40)
        patch = _within(x, x0, x0 + rng.uniform(0.5, 1.6)) & _within(y, y0, y0 + rng.uniform(0.8, 4))
        tone = np.where(patch, tone - rng.uniform(8, 20), tone)
    crack = np.abs(x - rng.choice([-1.4, 1.4]) - 0.2 * noise.at(y * 0, y, 1.2) - 0.04 * noise.at(y * 0, y, 0.15))
    tone -= 30 * (crack < 0.008) * _within(y, 9, 24)
    colour = np.stack([tone * 1.0, tone * 0.99, tone * 0.97], 2)
    _markings(colour, x, y, noise)
    return _verges(colour, x, y, noise)


def _markings(colour: Floats, x: Floats, y: Floats, noise: _Noise) -> None:
    dashes = (np.abs(x) < 0.06) & (np.mod(y, 5.0) < 2.2)
    edges = np.abs(np.abs(x) - (ROAD_HALF_M - 0.25)) < 0.06
    worn = np.clip(0.82 + 0.12 * noise.at(x, y, 0.05) + 0.1 * noise.at(x, y, 0.4), 0.25, 0.95)
    share = ((dashes | edges) * worn)[:, :, None]
    colour[:] = colour * (1 - share) + np.array([212.0, 216.0, 216.0]) * share


def _verges(colour: Floats, x: Floats, y: Floats, noise: _Noise) -> Floats:
    """Kerb, pavement of slabs, and grass beyond."""
    side = np.abs(x) - ROAD_HALF_M
    kerb = 158 + 8 * noise.at(x, y, 0.03) - 60 * (np.mod(y, 1.0) < 0.015)
    joints = (np.mod(x, 0.5) < 0.012) | (np.mod(y, 0.5) < 0.015)
    slabs = 150 + 5 * noise.at(np.floor(x * 2), np.floor(y * 2), 1.0) + 6 * noise.at(x, y, 0.03) - 34 * joints
    blade = noise.at(x, y, 0.03) * 14 + noise.at(x, y, 0.25) * 10 + noise.at(x, y, 2.0) * 9
    grass = np.stack([48 + blade * 0.5, 104 + blade, 84 + blade * 0.9], 2)
    out = colour.astype(np.float64)
    paved, green = side > KERB_M, side > KERB_M + PAVEMENT_M
    edge, pavement = (side > 0) & ~paved, paved & ~green
    out[edge] = kerb[edge][:, None] * np.array([0.97, 1.0, 1.0])
    out[pavement] = slabs[pavement][:, None] * np.array([0.95, 0.98, 1.0])
    out[green] = grass[green]
    gutter = np.exp(-((side + 0.12) ** 2) / 0.01) * (side < 0) * 26
    return np.asarray(out - gutter[:, :, None])


def _shade_of_trees(x: Floats, y: Floats, trees: list[Tree], noise: _Noise) -> Floats:
    """Factor 0..1 of the light that is left under the trees, spotted by the sun."""
    shade = np.zeros_like(x)
    east, north, up = DAY.to_sun
    for tree_x, tree_y, tall in trees:
        away_x, away_y = x - (tree_x - east / up * tall * 0.7), y - (tree_y - north / up * tall * 0.7)
        shade = np.maximum(shade, 1.3 - np.hypot(away_x, away_y) / (tall * 0.34))
    spots = noise.at(x, y, 0.22) * 0.35 + noise.at(x, y, 0.6) * 0.25
    return np.asarray(1 - 0.42 * np.clip((np.nan_to_num(shade) - 0.35 + spots * (shade > 0)) * 3, 0, 1))


def _horizon(camera: Pinhole) -> float:
    """Row of the horizon; the camera does not roll."""
    return float(camera.height / 2 - np.tan(camera.pitch) * camera.focal_px)


def _sky(picture: Floats, horizon: float, noise: _Noise) -> None:
    height, width = picture.shape[:2]
    rows = np.arange(height, dtype=np.float32)
    rise = np.clip((horizon - rows) / (height * 0.5), 0, 1)[:, None, None]
    sky = np.array([232.0, 224.0, 214.0]) * (1 - rise) + np.array([226.0, 186.0, 142.0]) * rise
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), rows)
    clouds = np.zeros_like(xs)
    for count in (4, 9, 20, 45):
        clouds = clouds + noise.at(xs, ys * 2.5, width / count) / count**0.7
    share = np.clip(clouds * 0.9 - 0.1, 0, 0.85)[:, :, None]
    sky = sky * (1 - share) + np.array([246.0, 245.0, 243.0]) * share
    above = rows[:, None, None] <= horizon
    picture[:] = np.where(above, sky, picture)


def _stands(picture: Floats, camera: Pinhole, trees: list[Tree], rng: np.random.Generator, noise: _Noise) -> None:
    """What stands about, from far to near: a wood, houses, hedges, trees, lamp posts."""
    _wood(picture, _horizon(camera), noise)
    for side in (-1, 1):
        y = 70.0
        while y > 30:
            length = rng.uniform(8, 14)
            _house(picture, camera, (side * rng.uniform(10.5, 12), y - length, length), rng)
            y -= length + rng.uniform(3, 9)
        hedge = np.array(
            [[side * 7.6, 9.0, 0.0], [side * 7.6, 75.0, 0.0], [side * 7.6, 75.0, 1.25], [side * 7.6, 9.0, 1.25]]
        )
        _leafy(picture, camera, hedge, noise)
    for tree in trees:
        _tree(picture, camera, tree, rng, noise)
    for y in (52.0, 26.0):
        _post(picture, camera, -ROAD_HALF_M - 0.8, y)


def _wood(picture: Floats, horizon: float, noise: _Noise) -> None:
    height, width = picture.shape[:2]
    xs = np.arange(width, dtype=np.float32)[None, :]
    tops = horizon - height * (
        0.035 + 0.010 * noise.at(xs, xs * 0, width / 14) + 0.004 * noise.at(xs, xs * 0, width / 90)
    )
    rows = np.arange(height, dtype=np.float32)[:, None]
    inside = ((rows > tops) & (rows <= horizon + 1))[:, :, None]
    speckle = noise.at(xs + rows * 0, rows * 1.5 + xs * 0, 3.0)[:, :, None] * 7
    picture[:] = np.where(inside, np.array([122.0, 134.0, 122.0]) + speckle, picture)


def _fill(picture: Floats, camera: Pinhole, corners: Floats, texture: Floats) -> None:
    """Lay a texture on a flat quadrilateral of the world (top left, top right, bottom right, bottom left)."""
    seen = camera.seen(corners.astype(np.float64))
    if seen[:, 2].min() < 1.0:
        return
    pixels = camera.pixels(seen)
    height, width = texture.shape[:2]
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(outline - 0.5, (pixels - 0.5).astype(np.float32))
    size = (camera.width, camera.height)
    laid = cv2.warpPerspective(texture.astype(np.float32), matrix, size, flags=cv2.INTER_AREA)
    share = cv2.warpPerspective(np.ones((height, width), np.float32), matrix, size)[:, :, None]
    picture[:] = picture * (1 - share) + laid * np.minimum(share, 1)


def _house(picture: Floats, camera: Pinhole, where: tuple[float, float, float], rng: np.random.Generator) -> None:
    """A plain house along the road: its long wall, its gable end towards the camera, and a roof."""
    x, y, length = where
    tall = rng.uniform(3.6, 6.4)
    depth = rng.uniform(6, 9) * np.sign(x)
    wall = np.array([[168, 186, 200], [196, 206, 212], [150, 164, 186], [176, 190, 190]][int(rng.integers(4))], float)
    long_wall = np.ones((120, 260, 3)) * wall * (0.95 if x > 0 else 0.72)
    for floor in range(2 if tall > 4.6 else 1):
        for window in range(6):
            top, left = 22 + 52 * floor, 14 + 41 * window
            long_wall[top - 3 : top + 29, left - 3 : left + 23] = 228
            long_wall[top : top + 26, left : left + 20] = np.array([96.0, 84.0, 74.0]) + rng.uniform(-12, 25)
    end = np.array([[x, y, tall], [x + depth, y, tall], [x + depth, y, 0], [x, y, 0]])
    gable = np.ones((60, 80, 3)) * wall * 0.88
    side = np.array([[x, y + length, tall], [x, y, tall], [x, y, 0], [x, y + length, 0]])
    roof = np.array(
        [
            [x + depth / 2, y + length, tall + 2.2],
            [x + depth / 2, y, tall + 2.2],
            [x - 0.4 * np.sign(x), y, tall],
            [x - 0.4 * np.sign(x), y + length, tall],
        ]
    )
    tiles = np.ones((40, 80, 3)) * np.array([70.0, 82.0, 140.0]) * rng.uniform(0.7, 1.1)
    tiles[::5] *= 0.85
    _fill(picture, camera, side, long_wall)
    _fill(picture, camera, roof, tiles)
    _fill(picture, camera, end if x > 0 else end[[1, 0, 3, 2]], gable)
    peak = camera.project(np.array([[x + depth / 2, y, tall + 2.2], [x + depth, y, tall], [x, y, tall]]))
    cv2.fillConvexPoly(picture, np.round(peak * 16).astype(np.int32), (wall * 0.8).tolist(), cv2.LINE_AA, 4)


def _leafy(picture: Floats, camera: Pinhole, wall: Floats, noise: _Noise) -> None:
    """A hedge: leaves, darker towards the ground."""
    ys, xs = np.mgrid[0:48, 0:1600].astype(np.float32)
    leaf = noise.at(xs, ys, 1.4) * 15 + noise.at(xs, ys, 5.0) * 11
    texture = np.stack([34 + leaf * 0.5, 84 + leaf, 60 + leaf * 0.8], 2) * (1.1 - 0.5 * ys / 48)[:, :, None]
    _fill(picture, camera, wall[[3, 2, 1, 0]], texture)


def _tree(picture: Floats, camera: Pinhole, where: Tree, rng: np.random.Generator, noise: _Noise) -> None:
    x, y, tall = where
    foot, top = camera.project(np.array([[x, y, 0.0], [x, y, tall]]))
    scale = float(foot[1] - top[1]) / tall
    crown = top + np.array([0, scale * tall * 0.3])
    middle = (int(crown[0]), int(crown[1]))
    cv2.line(picture, (int(foot[0]), int(foot[1])), middle, (48.0, 58.0, 66.0), max(1, int(scale * 0.22)), cv2.LINE_AA)
    reach = tall * scale * 0.55
    left, right = (int(np.clip(crown[0] + sign * reach, 0, camera.width)) for sign in (-1, 1))
    upper, lower = (int(np.clip(crown[1] + sign * reach, 0, camera.height)) for sign in (-1, 1))
    if left >= right or upper >= lower:
        return
    ys, xs = np.mgrid[upper:lower, left:right].astype(np.float32)
    leaves = np.full(xs.shape, -1.0, np.float32)
    for _ in range(9):
        dx, dy = rng.uniform(-0.22, 0.22) * tall * scale, rng.uniform(-0.2, 0.2) * tall * scale
        radius = tall * scale * rng.uniform(0.13, 0.24)
        leaves = np.maximum(leaves, 1.2 - np.hypot(xs - crown[0] - dx, ys - crown[1] - dy) / radius)
    leaves = np.clip((leaves - 0.25 + 0.25 * noise.at(xs, ys, max(1.2, scale * 0.06))) * 4, 0, 1)[:, :, None]
    slope = (ys - crown[1]) * 55 + (xs - crown[0]) * 40
    light = noise.at(xs, ys, max(1.2, scale * 0.07)) * 14 - slope / (tall * scale)
    foliage = np.stack([40 + light * 0.5, 92 + light, 70 + light * 0.85], 2)
    part = picture[upper:lower, left:right]
    part[:] = part * (1 - leaves) + foliage * leaves


def _post(picture: Floats, camera: Pinhole, x: float, y: float) -> None:
    points = np.array([[x, y, 0.0], [x, y, 6.5], [x + 1.6, y, 6.8]])
    pixels = [tuple(int(value) for value in point) for point in camera.project(points)]
    thick = max(1, round(camera.focal_px * 0.11 / y))
    for start, end in pairwise(pixels):
        cv2.line(picture, start, end, (104.0, 104.0, 102.0), thick, cv2.LINE_AA)
