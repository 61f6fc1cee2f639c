"""Find plates: a YOLOv8 network, called directly, its boxes carried back to the frame.

The shipped network takes the frame as it is (uint8, height x width x 3, blue first); scaling to 0..1 and the order of
the channels are part of it, put there by `anprd export`.
"""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.records import Bgr, Box, Detection
from anprd.vision import letterbox
from anprd.vision.inference import Network
from anprd.vision.letterbox import GREY, Letterbox, Size

IOU_MAX = 0.5  # two plates do not cover each other by half
PLATES_MAX = 64  # in one frame; more is a picture of something else
NESTED_OVERLAP_MIN = 0.8  # nor lies one in another: docs/models.md#nested
SHAPES_MAX = 4  # compiled sizes kept: a camera has two, a folder of photos a few


class Detector:
    """A plate detector whose input follows the aspect of the frame."""

    def __init__(self, file: Path, *, side_px: int) -> None:
        """Load lazily: the first frame of each shape compiles the network for it.

        Args:
            file: the network, OpenVINO IR.
            side_px: the longer side of the network's input, a multiple of 32.
        """
        self._file = file
        self._side_px = side_px
        self._networks: dict[Size, Network] = {}

    def detect(self, image: Bgr, *, confidence_min: float, input_size: Size | None = None) -> list[Detection]:
        """Plates in the picture, the surest first, at most `PLATES_MAX`.

        Args:
            image: (h, w, 3) uint8, any strides: a part of a picture needs no copy.
            confidence_min: 0..1; boxes below it are dropped before overlapping ones are merged.
            input_size: of the network, multiples of 32; None: as the picture's aspect and the longer side say.

        Raises:
            ConfigError: the network cannot be loaded.
        """
        size = input_size or letterbox.input_size(image.shape[:2], side_px_max=self._side_px)
        fitted = Letterbox.fit(image.shape[:2], size)
        canvas = np.full((*size, 3), GREY, np.uint8)
        fitted.apply(image, canvas)
        found = decode(self._network(size)(canvas[None])[0], confidence_min=confidence_min)
        height, width = image.shape[:2]
        return [Detection(_clip(fitted.inverse(item.box), width, height), item.confidence) for item in found]

    def give_back_memory(self) -> None:
        """As `Network.give_back_memory`, at all sizes."""
        for network in self._networks.values():
            network.give_back_memory()

    def _network(self, size: Size) -> Network:
        if size not in self._networks:
            if len(self._networks) >= SHAPES_MAX:
                self._networks.pop(next(iter(self._networks)))
            self._networks[size] = Network(self._file, input_shape=(1, *size, 3))
        return self._networks[size]


def decode(output: NDArray[np.float32], *, confidence_min: float) -> list[Detection]:
    """What the network says, as boxes in its input's pixels, overlapping ones merged, `outermost` alone.

    Args:
        output: (5, n) float32: centre x, centre y, width, height, confidence; YOLOv8's head with one class.
        confidence_min: 0..1.
    """
    candidates = output[:, output[4] >= confidence_min]
    if candidates.shape[1] == 0:
        return []
    corner = candidates[:2] - candidates[2:4] / 2
    boxes = np.vstack([corner, candidates[2:4]]).T
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), candidates[4].tolist(), confidence_min, IOU_MAX)
    order = sorted((int(index) for index in kept), key=lambda index: -candidates[4, index])[:PLATES_MAX]
    return outermost(Detection(_box(boxes[index]), float(candidates[4, index])) for index in order)


def outermost(found: Iterable[Detection]) -> list[Detection]:
    """Of plates, the surest first, those that lie in no surer one, whose stickers and lettering look like plates."""
    kept: list[Detection] = []
    for detection in found:
        if not any(_lies_in(detection.box, other.box) for other in kept):
            kept.append(detection)
    return kept


def _lies_in(box: Box, other: Box) -> bool:
    return box.area <= other.area and box.overlap(other) >= NESTED_OVERLAP_MIN


def _box(row: NDArray[np.float32]) -> Box:
    x, y, width, height = (float(value) for value in row)
    return Box(x, y, x + width, y + height)


def _clip(box: Box, width: int, height: int) -> Box:
    return Box(max(0.0, box.x1), max(0.0, box.y1), min(float(width), box.x2), min(float(height), box.y2))
