"""What straightening is worth: rendered plates turned aside by known angles, read with and without the corner finder.

The plates are large enough to be read from the front by anyone, and damaged as a camera damages them: what is lost with
the angle is lost to the angle.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from anprd.records import Bgr, Box, Corners, Detection
from anprd.training.evaluation.cases import Progress
from anprd.training.render import degrade, plates
from anprd.training.render.typeface import Typeface
from anprd.vision.plates import Vision

YAWS_DEG = (0, 15, 30, 45, 60)
PITCH_DEG = 10.0  # of a camera on a mast
ROLL_DEG = 3.0  # standard deviation: cameras and roads are never quite level
DISTANCE = 12.0  # half plate widths: 3 m
WIDTH_PX = 150.0  # as it would be seen from the front
BOX_ERROR = 0.04  # of a detector's edges, as a share of the side: one standard deviation


@dataclass(frozen=True, slots=True)
class TiltedPlate:
    """A picture of one plate, seen from aside."""

    image: Bgr
    detection: Detection
    corners: Corners
    text: str


@dataclass(frozen=True, slots=True)
class TiltScore:
    """Shares of plates read exactly at one angle."""

    yaw_deg: int
    plates: int
    box: float
    """Read from the detector's box."""
    found: float
    """Read between the corners that the corner finder found."""
    true: float
    """Read between the true corners: what a perfect corner finder would reach."""


def measure(
    vision: Vision, typefaces: Sequence[Typeface], *, count: int, seed: int = 1, progress: Progress = iter
) -> list[TiltScore]:
    """Read `count` plates at each angle, the same plates at all of them; `progress` wraps the loop over angles."""
    angles = progress(YAWS_DEG)
    return [_score(vision, yaw_deg, tilted(typefaces, yaw_deg, count=count, seed=seed)) for yaw_deg in angles]


def table(scores: Sequence[TiltScore]) -> dict[str, dict[str, float]]:
    """The scores as the report has them, by the angle in degrees (docs/interfaces.md)."""
    return {
        str(score.yaw_deg): {
            "plates": score.plates,
            "box": round(score.box, 4),
            "found": round(score.found, 4),
            "true": round(score.true, 4),
        }
        for score in scores
    }


def tilted(typefaces: Sequence[Typeface], yaw_deg: float, *, count: int, seed: int) -> Iterator[TiltedPlate]:
    """Plates turned by this angle to either side; the same seed gives the same plates at every angle."""
    for index in range(count):
        rng = np.random.default_rng((seed, index))
        plate = plates.random_plate(rng, typefaces, width_px=round(WIDTH_PX * 1.5))
        yaw = np.radians(yaw_deg) * rng.choice([-1, 1])
        turned = (float(yaw), np.radians(PITCH_DEG), np.radians(rng.normal(0, ROLL_DEG)))
        height, width = plate.image.shape[:2]
        corners = degrade.seen_from(height / width, turned, distance=DISTANCE) * (WIDTH_PX / 2)
        yield _picture(plate.image, plate.text, corners, rng)


def _picture(flat: Bgr, text: str, corners: degrade.Points, rng: np.random.Generator) -> TiltedPlate:
    low, high = corners.min(0), corners.max(0)
    side = high - low
    corners = corners - low + side
    canvas = np.full((*np.ceil(side[::-1] * 3).astype(int), 3), rng.integers(20, 200, 3), np.uint8)
    degrade.warp_onto(canvas, flat, corners)
    edges = np.concatenate([side, 2 * side]) + rng.normal(0, BOX_ERROR, 4) * np.tile(side, 2)
    one, two, three, four = ((float(x), float(y)) for x, y in corners)
    detection = Detection(Box(*(float(edge) for edge in edges)), 1.0)
    return TiltedPlate(degrade.camera(canvas, rng, night=False), detection, (one, two, three, four), text)


def _score(vision: Vision, yaw_deg: int, pictures: Iterator[TiltedPlate]) -> TiltScore:
    right = np.zeros(3, int)
    count = 0
    for picture in pictures:
        box = picture.detection.box
        found = vision.corner_finder.find(picture.image, box)
        texts = [vision.read_at(picture.image, corners).text for corners in (box.corners, found, picture.corners)]
        right += np.array([text == picture.text for text in texts])
        count += 1
    box_share, found_share, true_share = (float(share) for share in right / max(1, count))
    return TiltScore(yaw_deg, count, box_share, found_share, true_share)
