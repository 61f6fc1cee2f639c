"""A vehicle as a heap of coloured polygons in metres, built once and drawn from wherever it is.

No textures: everything stays sharp at every distance, and is drawn in the painter's order (far first), the body
before what is stuck on it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.records import Bgr
from anprd.training.render import fittings, shapes, skin
from anprd.training.render.bodies import Body, End
from anprd.training.render.degrade import warp_onto
from anprd.training.render.light import Light
from anprd.training.render.pinhole import NEAR_M, Floats, Pinhole, clip_near
from anprd.training.render.plates import Plate
from anprd.training.render.shapes import Colour, Lamp

FINE = 4  # bits of subpixels in OpenCV's drawing calls
SAMPLES = 2  # drawn twice as large and averaged: no jagged edges, no seams between neighbours


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
    corners = fittings.plate_corners(body, plate, plate_width_m)
    pieces = [*fittings.underside(body), *skin.loft(body, paint), *skin.face(body, paint), *fittings.wheels(body)]
    pieces += [*fittings.mirrors(body, paint), *fittings.doors(body), *skin.screen(body)]
    pieces += fittings.front(body, corners) if body.end is End.FRONT else fittings.rear(body, paint, corners)
    counts = np.array([len(shape.points) for shape in pieces])
    return Vehicle(
        body,
        plate,
        corners,
        np.concatenate([shape.points for shape in pieces]),
        np.concatenate([[0], np.cumsum(counts)]),
        np.array([shape.colour for shape in pieces], np.float64),
        np.array([shapes.normal(shape.points) if shape.normal is None else shape.normal for shape in pieces]),
        np.array([shape.gloss for shape in pieces]),
        np.array([shape.glow for shape in pieces]),
        np.array([shape.layer for shape in pieces]),
        fittings.lamps(body),
    )


def draw(canvas: Bgr, vehicle: Vehicle, place: tuple[float, float], view: "View") -> None:
    """Draw the vehicle with its end at `place` (x, y in metres).

    `canvas` shows the part of the picture that `view` names, `SAMPLES` times as large.
    """
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
    outlines = _outlines(seen, vehicle.starts, view)
    for index in order[facing[order] > 0]:
        if len(outlines[index]) >= 3:
            cv2.fillPoly(canvas, [outlines[index]], colours[index].tolist(), cv2.LINE_8, FINE)


def _outlines(seen: Floats, starts: NDArray[np.intp], view: "View") -> list[NDArray[np.int32]]:
    """Each shape's polygon in OpenCV's subpixels, cut off where it comes too near the lens."""
    ahead = seen[:, 2] >= NEAR_M
    pixels = view.subpixels(np.where(ahead[:, None], seen, 1.0))
    whole = np.logical_and.reduceat(ahead, starts[:-1])
    spans = zip(starts[:-1].tolist(), starts[1:].tolist(), whole.tolist(), strict=True)
    return [
        pixels[start:end] if complete else view.subpixels(clip_near(seen[start:end])) for start, end, complete in spans
    ]


@dataclass(frozen=True, slots=True)
class View:
    """The part of the picture that is being drawn, and in which light."""

    camera: Pinhole
    light: Light
    origin: Floats
    """Upper left pixel of the part, (x, y)."""

    def subpixels(self, seen: Floats) -> NDArray[np.int32]:
        """(n, 3) camera metres to fixed-point pixels of the canvas."""
        pixels = (self.camera.pixels(seen) - self.origin) * (SAMPLES << FINE)
        # What is far off the picture would overflow OpenCV's 32 bits of subpixels.
        return np.clip(pixels, -(2**26), 2**26).round().astype(np.int32)


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
    return np.asarray(colours / np.maximum(colours.max(1, keepdims=True), 1))
