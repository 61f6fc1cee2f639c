"""Straighten a plate: find its four corners in the detector's box and undo the perspective.

The homography through four corners is the write-up's own step; here a small network finds the corners, so that a plate
seen from the side is as square to the reader as one seen from the front.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.records import Bgr, Box, Corners, Luma
from anprd.vision.inference import Network

CROP_HEIGHT_PX = 64
CROP_WIDTH_PX = 128
CROP_MARGIN_X = 0.12  # of the box's width, on each side: what the corner network was trained on
CROP_MARGIN_Y = 0.25
PLATE_MARGIN_X = 0.03  # left around the plate for the reader: corners are a pixel or two off
PLATE_MARGIN_Y = 0.06


class CornerFinder:
    """The four corners of the plate in a box, by a small regression network."""

    def __init__(self, file: Path) -> None:
        """Load the network `file`, OpenVINO IR.

        Raises:
            ConfigError: it cannot be loaded.
        """
        self._network = Network(file)

    def give_back_memory(self) -> None:
        """As `Network.give_back_memory`."""
        self._network.give_back_memory()

    def find(self, image: Bgr, box: Box) -> Corners:
        """The corners in pixels of `image`; some may lie outside it."""
        region = grown(box, CROP_MARGIN_X, CROP_MARGIN_Y)
        crop = straight(image, region.corners, (CROP_WIDTH_PX, CROP_HEIGHT_PX))
        ratios = self._network(crop[None, None])[0].reshape(4, 2)
        return _corners(ratios * (region.width, region.height) + (region.x1, region.y1))


def straight(image: Bgr, corners: Corners, size: tuple[int, int]) -> Luma:
    """The quadrilateral of the picture, as a grey rectangle of `size` (width, height) pixels.

    What lies outside the picture repeats its edge. Only the part that is needed is turned to grey.
    """
    quad = np.array(corners, np.float32)
    window, origin = _window(image, quad)
    if window.size == 0:
        return np.zeros((size[1], size[0]), np.uint8)
    grey = cv2.cvtColor(window, cv2.COLOR_BGR2GRAY)
    width, height = size
    quad -= origin
    while np.linalg.norm(quad[1] - quad[0]) >= 2 * width and min(grey.shape) >= 2 * height:
        # Each pixel of the target is taken between four of the source: of more it would see a part.
        grey = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        quad = np.asarray((quad - 0.5) / 2, np.float32)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    homography = cv2.getPerspectiveTransform(quad, target)
    warped = cv2.warpPerspective(grey, homography, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def grown(box: Box, margin_x: float, margin_y: float) -> Box:
    """The box with margins, as shares of its width and height, on every side."""
    x, y = box.width * margin_x, box.height * margin_y
    return Box(box.x1 - x, box.y1 - y, box.x2 + x, box.y2 + y)


def spread(corners: Corners, margin_x: float, margin_y: float) -> Corners:
    """The corners moved outwards along the plate's own edges, by shares of its width and height."""
    top_left, top_right, bottom_right, bottom_left = np.array(corners, np.float64)
    across = ((top_right - top_left) + (bottom_right - bottom_left)) / 2 * margin_x
    down = ((bottom_left - top_left) + (bottom_right - top_right)) / 2 * margin_y
    moved = [
        top_left - across - down,
        top_right + across - down,
        bottom_right + across + down,
        bottom_left - across + down,
    ]
    return _corners(np.array(moved))


def _corners(points: NDArray[np.float64] | NDArray[np.float32]) -> Corners:
    first, second, third, fourth = ((float(x), float(y)) for x, y in points)
    return first, second, third, fourth


def _window(image: Bgr, quad: NDArray[np.float32]) -> tuple[Bgr, NDArray[np.float32]]:
    """The part of the picture around the quadrilateral, and its origin."""
    height, width = image.shape[:2]
    x1, y1 = np.clip(np.floor(quad.min(axis=0)) - 2, 0, (width, height)).astype(int)
    x2, y2 = np.clip(np.ceil(quad.max(axis=0)) + 2, 0, (width, height)).astype(int)
    return image[y1:y2, x1:x2], np.array([x1, y1], np.float32)
