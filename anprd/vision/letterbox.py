"""Fit a picture into a network's input without bending it, and carry boxes back."""

from dataclasses import dataclass

import cv2
import numpy as np

from anprd.records import Bgr, Box

GREY = 114  # what ultralytics pads with in training (data/augment.py, LetterBox)
STRIDE_PX = 32  # YOLOv8's coarsest grid: an input side is a multiple of it

Size = tuple[int, int]
"""Height and width, pixels."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture of one size lies in an input of another: scaled by `scale`, then moved."""

    scale: float
    left_px: int
    top_px: int
    width_px: int
    height_px: int

    @classmethod
    def fit(cls, picture: Size, target: Size) -> "Letterbox":
        """The largest placement of a picture (height, width) within a target (height, width), centred."""
        scale = min(target[0] / picture[0], target[1] / picture[1])
        height, width = max(1, round(picture[0] * scale)), max(1, round(picture[1] * scale))
        return cls(scale, (target[1] - width) // 2, (target[0] - height) // 2, width, height)

    def apply(self, image: Bgr, target: Bgr) -> None:
        """Draw the picture into `target`, (h, w, 3) uint8; its padding is left as it is."""
        scaled = target[self.top_px : self.top_px + self.height_px, self.left_px : self.left_px + self.width_px]
        while image.shape[0] >= 2 * self.height_px and image.shape[1] >= 2 * self.width_px:
            image = _halved(image)
        if image.shape[:2] == (self.height_px, self.width_px):
            scaled[:] = image
        else:
            scaled[:] = cv2.resize(image, (self.width_px, self.height_px), interpolation=cv2.INTER_LINEAR)

    def forward(self, box: Box) -> Box:
        """From the picture's pixels to the input's."""
        x, y, scale = self.left_px, self.top_px, self.scale
        return Box(box.x1 * scale + x, box.y1 * scale + y, box.x2 * scale + x, box.y2 * scale + y)

    def inverse(self, box: Box) -> Box:
        """From the input's pixels to the picture's."""
        x, y, scale = self.left_px, self.top_px, self.scale
        return Box((box.x1 - x) / scale, (box.y1 - y) / scale, (box.x2 - x) / scale, (box.y2 - y) / scale)


def _halved(image: Bgr) -> Bgr:
    """Half as large, each pixel the mean of four: three times as fast as the mean over the whole way at once."""
    height, width = image.shape[0] // 2, image.shape[1] // 2
    even = image[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def input_size(picture: Size, *, side_px_max: int) -> Size:
    """The input (height, width) for a picture (height, width): its longer side `side_px_max`, both multiples of 32.

    A wide frame in a square input is nearly half padding, paid for in every layer.
    """
    scale = side_px_max / max(picture)
    height, width = (max(STRIDE_PX, -(-round(side * scale) // STRIDE_PX) * STRIDE_PX) for side in picture)
    return height, width
