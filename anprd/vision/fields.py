"""Interlaced pictures: their odd lines were taken half a frame later than the even ones.

What moved in between stands twice in such a picture, torn into a comb: it is hardly found, and cannot be read. Every
second line is a picture of one moment. Many streams do not say that they are interlaced (a recorder that took an
analogue camera's fields for frames does not know), so the picture is asked, and what stands still keeps all its lines.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.records import Bgr, Box

BEND_RATIO_MIN = 0.75  # of a plate's lines, from the mean of both beside them, to how far those are apart;
OWN_BEND_RATIO_MIN = (
    1.05  # and to the same among every second line, where noise has as much: docs/measured.md#interlaced
)
LINES_MIN = 14  # of half as many nobody reads a plate
TOOTH = 10  # grey levels by which a line differs from both beside it
TEETH_RATIO_MIN = 0.005  # of the places that are looked at: a vehicle and its surroundings' edges are more
TEETH_FACTOR = 2.0  # times as many as among every second line, where noise has as many
PLACES_DOWN, PLACES_ACROSS = 45, 240  # every one would cost more than scaling the picture
LINES = 5


def torn(image: Bgr) -> bool:
    """Whether something in the picture stands at two places, one in the odd lines and one in the even ones."""
    height, width = image.shape[:2]
    down, across = max(LINES, height // PLACES_DOWN), max(1, width // PLACES_ACROSS)
    count = (height - LINES + 1) // down
    if count < 1:
        return False
    first, second, third, _, fifth = (
        image[line : line + count * down : down, ::across, 1].astype(np.int16) for line in range(LINES)
    )
    teeth = _teeth(first, second, third)
    return teeth > TEETH_RATIO_MIN * first.size and teeth > TEETH_FACTOR * _teeth(first, third, fifth)


def combed(image: Bgr, box: Box) -> bool:
    """Whether a plate stands at two places: its lines are far from those beside them, and nearer to those after."""
    left, top, right, bottom = (max(0, round(side)) for side in (box.x1, box.y1, box.x2, box.y2))
    green = image[top:bottom, left:right, 1].astype(np.int16)
    if green.shape[0] < LINES_MIN or not green.size:
        return False
    before, line, after = green[:-2], green[1:-1], green[2:]
    bend, step = _mean(2 * line - before - after), _mean(after - before)
    own_bend = _mean(2 * green[2:-2] - green[:-4] - green[4:])
    return bend > 2 * BEND_RATIO_MIN * step and bend > OWN_BEND_RATIO_MIN * own_bend


def even_lines(image: Bgr) -> Bgr:
    """The picture at one moment, as large as it was."""
    height, width = image.shape[:2]
    return np.asarray(cv2.resize(image[::2], (width, height)), np.uint8)


def even_part(image: Bgr, box: Box) -> tuple[Bgr, int, int]:
    """The part of a picture in a box at one moment, and where its left top corner was."""
    height, width = image.shape[:2]
    left, top = max(0, int(box.x1)), max(0, int(box.y1)) // 2 * 2
    right, bottom = min(width, int(box.x2) + 1), min(height, int(box.y2) + 1)
    return even_lines(image[top:bottom, left:right]), left, top


def _teeth(before: NDArray[np.int16], line: NDArray[np.int16], after: NDArray[np.int16]) -> int:
    """How often a line is lighter than both beside it, or darker."""
    up, down = line - before, line - after
    return int(np.count_nonzero((np.minimum(up, down) > TOOTH) | (np.maximum(up, down) < -TOOTH)))


def _mean(differences: NDArray[np.int16]) -> float:
    return float(np.abs(differences).mean())
