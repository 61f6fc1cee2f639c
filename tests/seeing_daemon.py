"""The real daemon on real video, with stand-ins for the networks alone: `python -m tests.seeing_daemon CONFIG`.

A vehicle is a bright bar on a dark road, and its brightness is its plate, so that decoding, pacing, motion, tracks,
votes, events and Redis can be judged without trained weights.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from anprd.records import Box, Detection, Reading, Sighting
from anprd.supervisor import daemon
from anprd.worker import composition, networks

ROAD = 20
PLATES = {90: "A111AA77", 130: "B222BB78", 170: "C333CC79", 210: "E444EE16"}
WIDTH, HEIGHT, BAR_WIDTH, BAR_HEIGHT = 640, 360, 80, 20
PASS_FRAMES, PAUSE_FRAMES, FPS = 30, 30, 25


def road(level=None, x=0):
    """One picture: an empty road, or one with a bar at `x`."""
    picture = np.full((HEIGHT, WIDTH, 3), ROAD, np.uint8)
    if level is not None:
        picture[170 : 170 + BAR_HEIGHT, x : x + BAR_WIDTH] = level
    return picture


def traffic():
    """Every plate passes once, one after the other: 2.4 s each."""
    pictures = []
    for level in PLATES:
        pictures += [road(level, 20 + index * 17) for index in range(PASS_FRAMES)]
        pictures += [road() for _ in range(PAUSE_FRAMES)]
    return pictures


class BarEyes:
    """Finds bars and knows their plates."""

    @classmethod
    def load(cls, _folder):
        return cls()

    def give_back_memory(self) -> None:
        """It holds none."""

    def detect(self, frame, *, confidence_min, input_size):
        bright = (frame[:, :, 1] > ROAD + 30).astype(np.uint8)
        contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        boxes = [cv2.boundingRect(contour) for contour in contours]
        return [Detection(Box(x, y, x + w, y + h), 0.9) for x, y, w, h in boxes if w > BAR_WIDTH // 2]

    def read(self, image, detection):
        x, y = (round(middle) for middle in detection.box.centre)
        level = int(image[y, x, 1])
        text = PLATES[min(PLATES, key=lambda known: abs(known - level))]
        return Sighting(detection, detection.box.corners, Reading(text, (0.95,) * len(text)))


networks.Vision = BarEyes
build = composition.build

if __name__ == "__main__":
    sys.exit(daemon.run(Path(sys.argv[1]), composition="tests.seeing_daemon"))
