"""Rendered plates pasted into photos: scenes for the detector, with corners that are exactly known."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from anprd.records import Bgr, Box
from anprd.training.render import degrade
from anprd.training.render.degrade import CropSample
from anprd.training.render.typeface import Typeface

PLATES_MAX = 3
TRIES = 12  # a place is looked for this often before a plate is given up
WIDTH_PX_MIN, WIDTH_RATIO_MAX = 16, 0.3  # of the photo's width: the farthest and the nearest plate


class PastedScene(NamedTuple):
    """A photo with plates on it; `boxes` of the pasted ones alone."""

    image: Bgr
    boxes: list[Box]


def paste_scene(
    rng: np.random.Generator, background: Bgr, typefaces: Sequence[Typeface], *, taken: Sequence[Box] = ()
) -> PastedScene:
    """The photo with one to three rendered plates, each with a little bodywork around it, where nothing is `taken`."""
    image = background.copy()
    boxes: list[Box] = []
    for _ in range(int(rng.integers(1, PLATES_MAX + 1))):
        sample = degrade.sample(rng, typefaces, backgrounds=[background])
        place = _place(rng, image, sample, [*taken, *boxes])
        if place is not None:
            x, y, scale = place
            boxes.append(_paste(image, sample, x, y, scale))
    return PastedScene(image, boxes)


def _place(
    rng: np.random.Generator, image: Bgr, sample: CropSample, taken: Sequence[Box]
) -> tuple[int, int, float] | None:
    """A corner and a scale at which the sample fits beside what is taken."""
    height, width = image.shape[:2]
    for _ in range(TRIES):
        plate_px = float(
            np.exp(rng.uniform(np.log(WIDTH_PX_MIN), np.log(max(WIDTH_PX_MIN + 1, width * WIDTH_RATIO_MAX))))
        )
        scale = plate_px / float(np.ptp(sample.corners[:, 0]))
        crop_height, crop_width = (max(4, round(side * scale)) for side in sample.image.shape[:2])
        if crop_height >= height or crop_width >= width:
            continue
        x, y = int(rng.integers(width - crop_width)), int(rng.integers(height - crop_height))
        if not any(Box(x, y, x + crop_width, y + crop_height).intersection(box) > 0 for box in taken):
            return x, y, scale
    return None


def _paste(image: Bgr, sample: CropSample, x: int, y: int, scale: float) -> Box:
    """Draw the sample with soft edges, so that the seam is not what is learned; returns the plate's box."""
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    crop_height, crop_width = (max(4, round(side * scale)) for side in sample.image.shape[:2])
    crop = cv2.resize(sample.image, (crop_width, crop_height), interpolation=interpolation)
    share = np.zeros((crop_height, crop_width, 1), np.float32)
    low, high = sample.corners.min(axis=0) * scale, sample.corners.max(axis=0) * scale
    cv2.fillConvexPoly(share, np.round(sample.corners * scale).astype(np.int32), 1.0)
    soft = max(1, round(0.06 * crop_width)) | 1
    share = np.maximum(share, cv2.blur(cv2.dilate(share, np.ones((soft, soft))), (soft, soft))[..., None])
    part = image[y : y + crop_height, x : x + crop_width]
    part[:] = np.round(crop * share + part * (1 - share)).astype(np.uint8)
    low, high = np.clip(low, 0, (crop_width, crop_height)), np.clip(high, 0, (crop_width, crop_height))
    return Box(x + float(low[0]), y + float(low[1]), x + float(high[0]), y + float(high[1]))
