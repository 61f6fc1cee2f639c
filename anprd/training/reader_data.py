"""Labelled crops, real and rendered, as the reader will meet them: jittered, blurred, dark, damaged.

The runtime hands the reader a picture straightened by corners that are never quite right. So a sample is cut by a
quadrilateral with errors of that kind, and only then are light, optics and compression done to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.errors import ConfigError
from anprd.training import index, pictures, spelling
from anprd.vision.reader import INPUT_HEIGHT_PX, INPUT_WIDTH_PX

Grey = NDArray[np.uint8]
Quad = NDArray[np.float32]
TRUSTED = frozenset({"eye", "exact", "binarised"})
VALIDATION_TRUST = frozenset({"eye", "exact"})  # a figure is counted on nothing else
TRUSTS = TRUSTED | {"noisy", "partial"}
MOTION_PX_MAX = 12  # of the 160 that the network sees: what an eye still reads of a plate
SIDE_PX_MAX = 260  # twice what the network sees is all that jitter and blur can use


@dataclass(frozen=True, slots=True)
class LabelledCrop:
    """A crop with its text; `corners` of the plate in it where they are known, else None."""

    image: Grey
    text: str
    country: str
    rows: int
    corners: Quad | None = None
    trust: str = "exact"
    """Who read it: `exact`, `eye`, `binarised`, or `noisy` (a machine)."""


def load(data: Path, split: str, *, trust: frozenset[str] = TRUSTED) -> list[LabelledCrop]:
    """The crops of `split` whose label can be trusted, in grey, at most `SIDE_PX_MAX` wide.

    Raises:
        ConfigError: as `lines`, or a picture is missing.
    """
    return [_crop(data, line) for line in lines(data, split, trust=trust)]


def lines(data: Path, split: str, *, trust: frozenset[str] = TRUSTED) -> list[index.Row]:
    """The lines of `index.csv` of those crops, `text` in the reader's alphabet (`spelling.plain`).

    A folder of a user's own may leave out, or leave empty, `country`, `rows` (1 then), `trust` (`exact` then) and
    `split`.

    Raises:
        ConfigError: `index.csv` is missing or lacks `image` or `text`, or what a line says cannot be.
    """
    table = data / index.NAME
    found = (_filled(table, row) for row in index.read(data, needs=("image", "text"), group="text"))
    return [row | {"text": plain_text(table, row)} for row in found if row["split"] == split and row["trust"] in trust]


def _filled(table: Path, row: index.Row) -> index.Row:
    filled = row | {
        "country": row.get("country", ""),
        "rows": row.get("rows") or "1",
        "trust": (row.get("trust") or "exact").lower(),
    }
    if filled["rows"] not in {"1", "2"}:
        raise ConfigError(f"{table}: {row['image']} has '{filled['rows']}' rows of text; 1 or 2 can be read")
    if filled["trust"] not in TRUSTS:
        raise ConfigError(
            f"{table}: the trust of {row['image']} is '{filled['trust']}', not {', '.join(sorted(TRUSTS))}"
        )
    return filled


def plain_text(table: Path, row: index.Row) -> str:
    """The text of a line in the reader's alphabet. Raises ConfigError where that has no word for it."""
    try:
        text = spelling.plain(row["text"])
    except ValueError as error:
        raise ConfigError(f"{table}: the text of {row['image']}: {error}") from error
    if not text:
        raise ConfigError(f"{table}: the text of {row['image']} has no character of A-Z 0-9")
    return text


def _crop(data: Path, line: index.Row) -> LabelledCrop:
    grey = shrink(pictures.grey(pictures.find(data / "crops", line["image"])))
    return LabelledCrop(grey, line["text"], line["country"], int(line["rows"]), trust=line["trust"])


def shrink(image: Grey) -> Grey:
    """The picture, no wider than `SIDE_PX_MAX`."""
    scale = SIDE_PX_MAX / max(image.shape)
    if scale >= 1:
        return image
    height, width = (max(1, round(side * scale)) for side in image.shape)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def plain(crop: LabelledCrop) -> Grey:
    """The whole crop at the network's size: what validation reads."""
    return warp(crop.image, _rectangle(crop.image))


def augmented(crop: LabelledCrop, rng: np.random.Generator) -> Grey:
    """A view of the crop that a camera might have given: (48, 160) uint8."""
    return damage(warp(crop.image, _jittered(crop, rng)), rng)


def warp(image: Grey, quad: Quad) -> Grey:
    """The quadrilateral of the picture, straightened to the network's input size.

    Args:
        image: (h, w) uint8.
        quad: (4, 2) float32 corners in pixels: top left, top right, bottom right, bottom left of the text.
    """
    target = np.array(
        [[0, 0], [INPUT_WIDTH_PX, 0], [INPUT_WIDTH_PX, INPUT_HEIGHT_PX], [0, INPUT_HEIGHT_PX]], np.float32
    )
    homography = cv2.getPerspectiveTransform(quad.astype(np.float32), target)
    result = cv2.warpPerspective(
        image, homography, (INPUT_WIDTH_PX, INPUT_HEIGHT_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(result, np.uint8)


def _rectangle(image: Grey) -> Quad:
    height, width = image.shape
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)


def _jittered(crop: LabelledCrop, rng: np.random.Generator) -> Quad:
    """The quadrilateral that a straightener with errors would have cut."""
    straightened = crop.corners is not None and rng.random() < 0.7
    quad = np.array(crop.corners, np.float32) if straightened else _rectangle(crop.image)
    centre = quad.mean(axis=0)
    low, high = (-0.02, 0.14) if straightened else (-0.02, 0.12)
    margin = 1 + rng.uniform(low, high, size=(1, 2))
    quad = centre + (quad - centre) * margin
    across = np.linalg.norm(quad[1] - quad[0])
    down = np.linalg.norm(quad[3] - quad[0])
    errors = rng.normal(0, 1, (4, 2)) * np.array([across * 0.02, down * 0.05])
    shift = rng.normal(0, 1, (1, 2)) * np.array([across * 0.015, down * 0.04])
    shear = rng.normal(0, 0.05) * down
    lean = np.array([[shear, 0], [shear, 0], [-shear, 0], [-shear, 0]])
    return np.asarray(quad + errors + shift + lean, np.float32)


def damage(image: Grey, rng: np.random.Generator) -> Grey:
    """Light, optics, sensor and compression, each now and then."""
    if rng.random() < 0.35:
        image = _low_resolution(image, rng)
    if rng.random() < 0.25:
        image = defocus(image, rng)
    if rng.random() < 0.25:
        image = motion_blur(image, rng)
    picture: NDArray[np.float32] = image.astype(np.float32)
    if rng.random() < 0.25:
        picture *= _shadow(rng, image.shape)
    if rng.random() < 0.8:
        toned = 255 * np.clip(picture / 255, 0, 1) ** rng.uniform(0.6, 1.6)
        picture = np.asarray((toned - 128) * rng.uniform(0.45, 1.3) + 128 + rng.uniform(-45, 45), np.float32)
    if rng.random() < 0.4:
        picture += rng.normal(0, rng.uniform(1, 12), picture.shape).astype(np.float32)
    if rng.random() < 0.06:
        picture = 255 - picture
    result = np.clip(picture, 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        _, packed = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 80))])
        result = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return result


def _low_resolution(image: Grey, rng: np.random.Generator) -> Grey:
    scale = rng.uniform(0.32, 0.9)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    big = cv2.resize(small, image.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(big, np.uint8)


def defocus(image: Grey, rng: np.random.Generator) -> Grey:
    """The picture, (h, w) uint8, out of focus: soft as a bad lens draws, or of discs as a good one does."""
    if rng.random() < 0.6:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 2.0)), np.uint8)
    radius = rng.uniform(0.8, 2.8)
    ys, xs = np.mgrid[-3:4, -3:4].astype(np.float32)
    kernel = np.clip(radius + 0.5 - np.hypot(ys, xs), 0, 1)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.uint8)


def motion_blur(image: Grey, rng: np.random.Generator) -> Grey:
    """The picture, (h, w) uint8, of a vehicle that passes, across for the most part, or from a hand that shakes.

    Each point is drawn along a way that is up to `MOTION_PX_MAX` long and a little bent.
    """
    length = rng.uniform(2, MOTION_PX_MAX)
    angle = rng.choice([rng.normal(0, 0.1), rng.normal(0, 0.1), rng.uniform(0, np.pi)])
    steps = np.linspace(-0.5, 0.5, 4 * MOTION_PX_MAX)
    directions = angle + rng.normal(0, 0.5) * 2 * steps
    xs, ys = (np.cumsum(part(directions)) * length / len(steps) for part in (np.cos, np.sin))
    middle = MOTION_PX_MAX // 2 + 1
    kernel = np.zeros((2 * middle + 1, 2 * middle + 1), np.float32)
    xs, ys = xs - xs.mean() + middle, ys - ys.mean() + middle
    left, top = xs.astype(int), ys.astype(int)
    for right in (0, 1):
        for lower in (0, 1):
            share = np.abs(1 - right - (xs - left)) * np.abs(1 - lower - (ys - top))
            np.add.at(kernel, (top + lower, left + right), share)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.uint8)


def _shadow(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """A straight edge of light and shade across the plate."""
    height, width = shape
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    distance = (xs - rng.uniform(0, width)) * np.cos(angle) + (ys - rng.uniform(0, height)) * np.sin(angle)
    edge = 1 / (1 + np.exp(-distance / rng.uniform(0.5, 12)))
    return np.asarray(rng.uniform(0.35, 0.85) + edge * (1 - rng.uniform(0.35, 0.85)), np.float32)


def sampling_weights(crops: Sequence[LabelledCrop]) -> NDArray[np.float64]:
    """How often each crop is drawn: a country by the root of its share, so that a large one does not drown the rest."""
    counts: dict[tuple[str, int], int] = {}
    for crop in crops:
        key = (crop.country, crop.rows)
        counts[key] = counts.get(key, 0) + 1
    weights = np.array([max(counts[(crop.country, crop.rows)], 30) ** -0.5 for crop in crops])
    return np.asarray(weights / weights.sum(), np.float64)
