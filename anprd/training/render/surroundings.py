"""What is seen around a plate: bodywork or a piece of a photo, lettering that is not the plate's, lamps."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.records import Bgr
from anprd.training.render.ink import bright, one_of, write
from anprd.training.render.wear import DEALERS

BADGES = ("TDI", "4x4", "GTI", "HYBRID", "B", "D", "PL", "F", "NL", "H", "GB", "TAXI", "DIESEL", "16V", "XLT", *DEALERS)


def around(rng: np.random.Generator, width: int, height: int, backgrounds: Sequence[Bgr]) -> Bgr:
    """A canvas of this size for a plate to be painted on."""
    canvas = (
        _photo(rng, width, height, backgrounds) if backgrounds and rng.random() < 0.6 else _bodywork(rng, width, height)
    )
    if rng.random() < 0.2:
        _letter(canvas, rng)
    if rng.random() < 0.04:
        _country_oval(canvas, rng)
    return canvas


def dazzle(canvas: Bgr, rng: np.random.Generator, corners: NDArray[np.float64]) -> Bgr:
    """A headlamp beside the plate, with a bloom that may reach it."""
    height, width = canvas.shape[:2]
    side = -1 if rng.random() < 0.5 else 1
    beside = float(corners[:, 0].min() if side < 0 else corners[:, 0].max())
    centre = (beside + side * rng.uniform(0, 0.2) * width, rng.uniform(-0.3, 1.1) * height)
    reach = rng.uniform(0.2, 0.5) * height
    ys, xs = np.ogrid[:height, :width]
    away = np.hypot(xs - centre[0], ys - centre[1]) / reach
    shine = np.clip(np.exp(-(away**2)) * rng.uniform(120, 300) + np.exp(-away) * rng.uniform(20, 70), 0, 255)
    bloom = shine.astype(np.uint8)
    return cv2.add(canvas, cv2.merge((bloom, bloom, bloom))).astype(np.uint8)


def _photo(rng: np.random.Generator, width: int, height: int, backgrounds: Sequence[Bgr]) -> Bgr:
    photo = one_of(backgrounds, rng)
    scale = rng.uniform(1, 3)
    wide, tall = min(photo.shape[1], int(width * scale)), min(photo.shape[0], int(height * scale))
    x, y = int(rng.integers(photo.shape[1] - wide + 1)), int(rng.integers(photo.shape[0] - tall + 1))
    part = photo[y : y + tall, x : x + wide]
    return cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _bodywork(rng: np.random.Generator, width: int, height: int) -> Bgr:
    """Paint with a sheen, and a few edges of bumper, grille or boot lid."""
    grey = rng.uniform(10, 240)
    colour = np.clip(grey + rng.normal(0, 35 if rng.random() < 0.3 else 7, 3), 0, 255)
    ramp = np.linspace(rng.uniform(0.5, 1), rng.uniform(0.5, 1.2), height)[:, None, None]
    column = np.clip(colour * ramp, 0, 255).astype(np.uint8)
    canvas = cv2.resize(column, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    for _ in range(int(rng.integers(0, 6))):
        level = tuple(int(value) for value in np.clip(colour * rng.uniform(0.1, 1.6), 0, 255))
        y1, y2 = (int(value) for value in rng.integers(-5, height + 5, 2))
        thick = int(rng.integers(1, max(2, height // 6)))
        tilt = int(rng.integers(-8, 9))
        if rng.random() < 0.7:
            cv2.line(canvas, (0, y1), (width, y1 + tilt), level, thick, cv2.LINE_AA)
        else:
            x = int(rng.integers(width))
            cv2.rectangle(canvas, (x, y1), (x + int(rng.integers(4, width)), y2), level, -1)
    return canvas


def _letter(canvas: Bgr, rng: np.random.Generator) -> None:
    """A badge or a dealer's name, mostly near an edge: what the plate leaves to be seen of it."""
    height, width = canvas.shape[:2]
    tall = max(6, int(height * rng.uniform(0.1, 0.35)))
    y = int(one_of((0.0, 0.85, rng.uniform(0, 0.8)), rng) * height)
    x = int(rng.uniform(-0.1, 0.8) * width)
    wide = int(width * rng.uniform(0.15, 0.9))
    level = int(rng.integers(0, 256))
    write(canvas, (x, y, x + wide, y + tall), one_of(BADGES, rng), (level, level, level), rng)


def _country_oval(canvas: Bgr, rng: np.random.Generator) -> None:
    """The white oval with a country's letters, stuck beside the plate."""
    height, width = canvas.shape[:2]
    x = round(width * (0.97 if rng.random() < 0.7 else 0.03))
    y, tall = round(height * rng.uniform(0.4, 0.6)), max(4, round(height * rng.uniform(0.15, 0.3)))
    wide = round(tall * rng.uniform(1.0, 1.5))
    cv2.ellipse(canvas, (x, y), (wide, tall), 0, 0, 360, (235, 235, 235), -1, cv2.LINE_AA)
    colour = (20, 20, 20) if rng.random() < 0.8 else bright(rng)
    write(canvas, (x - wide // 2, y - tall // 2, x + wide // 2, y + tall // 2), one_of(BADGES[4:11], rng), colour, rng)
