"""Rendered plates pasted into photos: scenes for the detector, with corners that are exactly known."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from anprd.records import Bgr, Box
from anprd.training.render import degrade, places
from anprd.training.render.degrade import CropSample
from anprd.training.render.ink import lay_over
from anprd.training.render.typeface import Typeface

PLATES_MAX = 3
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
            boxes.append(_paste(image, sample, *place))
    return PastedScene(image, boxes)


def _place(
    rng: np.random.Generator, image: Bgr, sample: CropSample, taken: Sequence[Box]
) -> tuple[int, int, float] | None:
    """A corner and a scale at which the sample fits beside what is taken."""
    plate_px = float(np.ptp(sample.corners[:, 0]))
    found = places.free(
        rng,
        image.shape[:2],
        lambda drawn_px: _size(sample, drawn_px / plate_px),
        width_px_min=WIDTH_PX_MIN,
        width_ratio_max=WIDTH_RATIO_MAX,
        taken=taken,
    )
    return None if found is None else (int(found[0].x1), int(found[0].y1), found[1] / plate_px)


def _size(sample: CropSample, scale: float) -> tuple[int, int]:
    """Its width and height at this scale."""
    height, width = (max(4, round(side * scale)) for side in sample.image.shape[:2])
    return width, height


def _paste(image: Bgr, sample: CropSample, x: int, y: int, scale: float) -> Box:
    """Draw the sample with soft edges, so that the seam is not what is learned; returns the plate's box."""
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    crop_width, crop_height = _size(sample, scale)
    crop = cv2.resize(sample.image, (crop_width, crop_height), interpolation=interpolation)
    share = np.zeros((crop_height, crop_width, 1), np.float32)
    low, high = sample.corners.min(axis=0) * scale, sample.corners.max(axis=0) * scale
    cv2.fillConvexPoly(share, np.round(sample.corners * scale).astype(np.int32), 1.0)
    soft = max(1, round(0.06 * crop_width)) | 1
    share = np.maximum(share, cv2.blur(cv2.dilate(share, np.ones((soft, soft))), (soft, soft))[..., None])
    lay_over(image[y : y + crop_height, x : x + crop_width], crop, share)
    low, high = np.clip(low, 0, (crop_width, crop_height)), np.clip(high, 0, (crop_width, crop_height))
    return Box(x + float(low[0]), y + float(low[1]), x + float(high[0]), y + float(high[1]))
