"""Pieces of photos that hold no plate: the reader learns to say nothing there.

Some are cut anywhere. Others are what the detector takes for a plate: grilles, badges and shop signs are what the
reader really meets. What a trained reader reads surely is left out, for it may be a plate that nobody labelled.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from anprd.records import Bgr, Box
from anprd.training import detector_data, index, pictures
from anprd.training.reader_data import LabelledCrop, shrink
from anprd.vision.plates import Vision

NOTHING = "none"  # their country: they are drawn by a share of their own
ANYWHERE_SHARE = 0.5  # of the photos give a piece cut anywhere
WIDTH_PX_MIN, WIDTH_PX_MAX = 40, 200
ASPECT_MIN, ASPECT_MAX = 0.2, 0.8  # height over width: plates of one row and of two
SIDES_PX_MIN = (16, 8)
MARGIN_PX = 4  # kept clear around a plate: its edge is still its own
DETECTOR_CONFIDENCE_MIN = 0.15
SURE_MIN = 0.5
SEED = 5


def gathered(data: Path, vision: Vision | None = None) -> Iterator[LabelledCrop]:
    """Pieces of the training photos of a detector's folder, each with an empty text; the same ones every time.

    Args:
        data: `images/` and `labels/`, and `index.csv` if there is one.
        vision: trained networks, which find what looks like a plate; None cuts anywhere alone.

    Raises:
        ConfigError: the folder is no detector's, or a picture is missing.
    """
    rng = np.random.default_rng(SEED)
    for scene in detector_data.scenes(data):
        if scene.split != index.TRAIN:
            continue
        photo = pictures.colour(scene.picture)
        height, width = photo.shape[:2]
        plates = detector_data.boxes(scene.label, width, height)
        for box in [*_anywhere(width, height, rng), *_suspected(photo, vision)]:
            if _is_free(box, plates) and not _is_read(photo, box, vision):
                yield _piece(photo, box)


def _anywhere(width: int, height: int, rng: np.random.Generator) -> Iterator[Box]:
    if rng.random() < ANYWHERE_SHARE:
        wide = rng.uniform(WIDTH_PX_MIN, WIDTH_PX_MAX)
        tall = wide * rng.uniform(ASPECT_MIN, ASPECT_MAX)
        x, y = rng.uniform(0, max(1.0, width - wide)), rng.uniform(0, max(1.0, height - tall))
        yield Box(x, y, min(x + wide, width), min(y + tall, height))


def _suspected(photo: Bgr, vision: Vision | None) -> list[Box]:
    if vision is None:
        return []
    found = vision.detector.detect(photo, confidence_min=DETECTOR_CONFIDENCE_MIN)
    return [detection.box for detection in found]


def _is_free(box: Box, plates: list[Box]) -> bool:
    """Whether it is large enough to look at, and no plate is in it or near."""
    wide = Box(box.x1 - MARGIN_PX, box.y1 - MARGIN_PX, box.x2 + MARGIN_PX, box.y2 + MARGIN_PX)
    large = box.x2 - box.x1 >= SIDES_PX_MIN[0] and box.y2 - box.y1 >= SIDES_PX_MIN[1]
    return large and not any(wide.intersection(plate) > 0 for plate in plates)


def _is_read(photo: Bgr, box: Box, vision: Vision | None) -> bool:
    if vision is None:
        return False
    reading = vision.read_at(photo, box.corners)
    return bool(reading.text) and reading.confidence > SURE_MIN


def _piece(photo: Bgr, box: Box) -> LabelledCrop:
    cut = photo[max(0, int(box.y1)) : int(box.y2), max(0, int(box.x1)) : int(box.x2)]
    return LabelledCrop(shrink(np.asarray(cv2.cvtColor(cut, cv2.COLOR_BGR2GRAY), np.uint8)), "", NOTHING, 1)
