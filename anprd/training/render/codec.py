"""What compression leaves of a picture: JPEG's blocks, and something like the damage of a starved video stream.

Encoding real H.264 for one crop takes a hundred times as long as all the rest. What it looks like is imitated: coarse
transform blocks with half-size colour, edges between blocks smoothed away, and blocks that stayed behind from an
earlier frame, a little displaced.
"""

import cv2
import numpy as np

from anprd.records import Bgr

GRID_PX, SMALL_PX = 8, 80


def compressed(image: Bgr, rng: np.random.Generator) -> Bgr:
    """The picture after the codec of a camera; two fifths are left as they are."""
    kind = rng.random()
    # A plate of few pixels is often all that a picture's codec worked on: little would be left of it.
    worst, usual = (8, 30) if image.shape[1] > SMALL_PX else (30, 50)
    if kind < 0.4:
        return _jpeg(image, rng, int(rng.triangular(worst, 60, 96)))
    if kind < 0.6:
        return _video(image, rng, int(rng.triangular(worst, usual, 72)))
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


def _video(image: Bgr, rng: np.random.Generator, quality: int) -> Bgr:
    height, width = image.shape[:2]
    coded = _jpeg(image, rng, quality)
    if rng.random() < 0.6 and width > SMALL_PX:
        coded = cv2.medianBlur(coded, 3).astype(np.uint8)
    if rng.random() < 0.5:
        x, y = (float(value) for value in rng.normal(0, 1.0, 2))
        moved = cv2.warpAffine(
            coded, np.array([[1, 0, x], [0, 1, y]]), (width, height), borderMode=cv2.BORDER_REPLICATE
        )
        behind = (rng.random((-(-height // GRID_PX), -(-width // GRID_PX))) < rng.uniform(0.05, 0.3)).astype(np.uint8)
        stale = cv2.resize(behind, None, fx=GRID_PX, fy=GRID_PX, interpolation=cv2.INTER_NEAREST)[:height, :width]
        cv2.copyTo(moved, stale, coded)
    return coded
