"""What vehicles are made of: flat polygons with a colour, and the colours that all of them share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anprd.training.render.pinhole import Floats

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
Outline = Sequence[tuple[float, float]]


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
    brightness: float
    """Grey levels that its core adds."""


def normal(points: Floats) -> Floats:
    """The unit normal of a polygon by Newell's method: right for any flat one, near enough for a bent one."""
    after = np.roll(points, -1, axis=0)
    total = np.cross(points, after).sum(0)
    return np.asarray(total / max(1e-12, float(np.linalg.norm(total))))


def bar(left: float, right: float, low: float, high: float) -> Outline:
    """An upright rectangle, anticlockwise."""
    return [(left, low), (right, low), (right, high), (left, high)]


def oval(x: float, z: float, wide: float, tall: float, count: int = 12) -> Outline:
    """An ellipse with these half axes, anticlockwise."""
    turns = np.linspace(0, 2 * np.pi, count + 1)[:-1]
    return [(x + wide * float(np.cos(turn)), z + tall * float(np.sin(turn))) for turn in turns]
