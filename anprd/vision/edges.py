"""Plates that the edge of a picture cuts off: what is left of one reads as another plate, and surely.

Boxes that ended 2 px inside the frame were read without their last characters, at .89 confidence.
"""

from anprd.records import Box
from anprd.vision.letterbox import Size

EDGE_PX, EDGE_RATIO = 4.0, 0.04  # pixels, and share of the box's width
PHOTO_EDGE_RATIO = 0.02  # of a photo, whose plate has no next frame to be told from: docs/measured.md#edges
OWN_RATIO_MIN = 0.5  # of the picture's width: a picture of a plate, cut out by whoever made it


def touches_edge(box: Box, picture: Size) -> bool:
    """Whether the box ends at the edge of a picture (height, width), so that part of the plate may lie outside."""
    height, width = picture
    return _touches_side(box, width, EDGE_RATIO) or box.y1 < EDGE_PX or box.y2 > height - EDGE_PX


def is_cut_off(box: Box, photo: Size) -> bool:
    """Whether characters may be missing in a photo (height, width), which has no next frame: at its left or right edge.

    A plate that is as wide as half of the photo is what it is of.
    """
    _, width = photo
    return box.width < OWN_RATIO_MIN * width and _touches_side(box, width, PHOTO_EDGE_RATIO)


def _touches_side(box: Box, width: int, ratio: float) -> bool:
    margin = max(EDGE_PX, ratio * box.width)
    return box.x1 < margin or box.x2 > width - margin
