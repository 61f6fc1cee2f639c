"""What compression leaves of a picture: JPEG's blocks, and the damage of a starved H.264 stream.

Both are the real codecs. A film of a crop has few pictures, and still takes longer than all the rest of rendering it.
"""

import math

import cv2
import numpy as np

from anprd.records import Bgr
from anprd.training.render import visibility
from anprd.video import recoding

GRID_PX, SMALL_PX = 8, 80
JPEG_SHARE, FILM_SHARE = 0.4, 0.15  # a store takes a fifth longer for so many films
MACROBLOCK_PX = 16  # H.264's grid, and the least side of a picture
# x264's quality past which no eye reads a plate of 144 px, and the contrast that it must have for that: by looking.
CRF_MAX, CRF_CONTRAST = 42.0, 30.0
MOVES_PX = (3.0, 1.5)  # a picture, across and down, as a standard deviation; by eye, as the rest of the ranges here


def compressed(image: Bgr, rng: np.random.Generator) -> Bgr:
    """The picture after the codec of a camera; nearly half are left as they are."""
    kind = rng.random()
    # A plate of few pixels is often all that a picture's codec worked on: little would be left of it.
    width = image.shape[1]
    if kind < JPEG_SHARE:
        return _jpeg(image, rng, int(rng.triangular(8 if width > SMALL_PX else 30, 60, 96)))
    if kind < JPEG_SHARE + FILM_SHARE:
        worst = _worst_crf(width, visibility.contrast(image))
        return _filmed(image, rng, float(rng.triangular(min(22.0, worst - 8), worst - 6, worst)))
    return image


def combed(image: Bgr, shift_px: int) -> Bgr:
    """Two fields of an interlaced camera: every other row lies `shift_px` further on."""
    out = image.copy()
    out[1::2] = np.roll(image[1::2], shift_px, axis=1)
    return out


def _jpeg(image: Bgr, rng: np.random.Generator, quality: int) -> Bgr:
    """JPEG whose block grid begins anywhere, as that of a crop from a larger picture does."""
    down, right = (int(value) for value in rng.integers(0, GRID_PX, 2))
    padded = cv2.copyMakeBorder(image, down, 0, right, 0, cv2.BORDER_REPLICATE)
    _, coded = cv2.imencode(".jpg", padded, (cv2.IMWRITE_JPEG_QUALITY, quality))
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)[down:, right:]


def _worst_crf(width_px: int, contrast: float) -> float:
    """What leaves this plate readable; H.264's steps double with every 6, and swallow what is lower than they are."""
    return min(CRF_MAX, 24 + width_px / 8, CRF_MAX + 6 * math.log2(max(contrast, 1.0) / CRF_CONTRAST))


def _filmed(image: Bgr, rng: np.random.Generator, crf: float) -> Bgr:
    """The last picture of a short film: the crop moves evenly to where it is, on a grid that begins anywhere."""
    height, width = image.shape[:2]
    down, right = (int(value) for value in rng.integers(0, MACROBLOCK_PX, 2))
    wide, tall = (max(MACROBLOCK_PX, side + side % 2) for side in (right + width, down + height))
    last = cv2.copyMakeBorder(image, down, tall - down - height, right, wide - right - width, cv2.BORDER_REPLICATE)
    across, below = rng.normal(0, MOVES_PX)
    film = [
        cv2.warpAffine(
            last, np.array([[1, 0, -across * ago], [0, 1, -below * ago]]), (wide, tall), borderMode=cv2.BORDER_REPLICATE
        )
        for ago in range(int(rng.integers(1, 4)), 0, -1)
    ]
    shown = recoding.last_of([np.asarray(picture, np.uint8) for picture in (*film, last)], crf=crf)
    return shown[down : down + height, right : right + width]
