"""A photo in which no plate can be read may lie on its side: what said how it was held (EXIF) is easily lost.

The detector hardly finds a plate that stands upright on its short side, and the reader reads none. Turned one way is
enough: what is then upside down, `looks` turns once more.
"""

from collections.abc import Callable

import numpy as np

from anprd.records import Bgr, Box, Detection, Sighting
from anprd.vision import confidence
from anprd.vision.edges import is_cut_off
from anprd.vision.looks import TURNED_CONFIDENCE_MIN

OVERLAP_MIN = 0.5  # what lies by half on a plate that was read from the side is that plate


def read(image: Bgr, look: Callable[[Bgr], list[Sighting]], *, confidence_min: float) -> list[Sighting]:
    """The plates of a photo; where none can be told, those too that can be told of it turned by a quarter.

    Args:
        image: (h, w, 3) uint8.
        look: finds and reads the plates of a picture, the surest first.
        confidence_min: the text of a plate is told from here on.
    """
    found = look(image)
    if any(_is_told(one, image, confidence_min) for one in found):
        return found
    turned = np.ascontiguousarray(np.rot90(image))
    least = max(confidence_min, TURNED_CONFIDENCE_MIN)
    told = [back(one, image.shape[1]) for one in look(turned) if _is_told(one, turned, least)]
    return told + [one for one in found if all(one.box.overlap(other.box) < OVERLAP_MIN for other in told)]


def back(sighting: Sighting, width_px: int) -> Sighting:
    """Where in a picture, so wide, that is which was seen in it turned by a quarter against the clock."""
    box = sighting.box
    upright = Detection(Box(width_px - box.y2, box.x1, width_px - box.y1, box.x2), sighting.detection.confidence)
    first, second, third, fourth = ((width_px - y, x) for x, y in sighting.corners)
    return Sighting(upright, (first, second, third, fourth), sighting.reading)


def _is_told(sighting: Sighting, image: Bgr, confidence_min: float) -> bool:
    sure = confidence.told_of(sighting, confidence_min=confidence_min)
    return sure and not is_cut_off(sighting.box, image.shape[:2])
