"""Draw what was found: the plate's outline, its text and how sure it is."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from anprd.records import Bgr, Box, Corners, Sighting, Verdict
from anprd.vision import confidence

READ = (80, 200, 60)  # blue, green, red
UNREAD = (40, 160, 255)
_INK = (0, 0, 0)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_PICTURE_PX_PER_SCALE = 1300.0  # a picture this wide is lettered at scale 1
_SCALE_MIN = 0.45  # smaller letters of this font cannot be read
_FOLLOWED_WIDTHS = 2.0  # a plate moves less than that between two frames that were looked at


@dataclass(frozen=True, slots=True)
class Label:
    """What is drawn of one plate. No text: it was not read."""

    box: Box
    corners: Corners
    text: str = ""
    confidence: float = 0.0


def label(sighting: Sighting, *, confidence_min: float) -> Label:
    """The label of a plate in one picture; what is less sure than `confidence_min`, or is no plate, was not read."""
    reading = sighting.reading
    if reading is None or not confidence.told_of(sighting, confidence_min=confidence_min):
        return Label(sighting.box, sighting.corners)
    return Label(sighting.box, sighting.corners, reading.text, reading.confidence)


class Follower:
    """Labels for video: a confirmed plate stays on its vehicle, whose plate is not read again in every frame."""

    def __init__(self, *, confidence_min: float) -> None:
        self._confidence_min = confidence_min
        self._labels: list[Label] = []

    def follow(self, sightings: Iterable[Sighting], verdicts: Iterable[Verdict]) -> list[Label]:
        """The labels of one frame."""
        told = [Label(item.box, item.box.corners, item.plate, item.confidence) for item in verdicts if item.plate]
        known = told + [item for item in self._labels if item.text]
        self._labels = [self._label(sighting, told, known) for sighting in sightings]
        return self._labels

    def _label(self, sighting: Sighting, told: Sequence[Label], known: Sequence[Label]) -> Label:
        own = label(sighting, confidence_min=self._confidence_min)
        kept = _nearest(sighting.box, told) or (None if own.text else _nearest(sighting.box, known))
        return own if kept is None else Label(own.box, own.corners, kept.text, kept.confidence)


def _nearest(box: Box, labels: Sequence[Label]) -> Label | None:
    nearest = min(labels, key=lambda item: math.dist(item.box.centre, box.centre), default=None)
    if nearest is None or math.dist(nearest.box.centre, box.centre) > _FOLLOWED_WIDTHS * box.width:
        return None
    return nearest


def draw(image: Bgr, labels: Iterable[Label]) -> Bgr:
    """A copy of the picture, (h, w, 3) uint8, every plate outlined and, where it was read, labelled `TEXT 0.98`."""
    canvas = image.copy()
    scale = max(_SCALE_MIN, image.shape[1] / _PICTURE_PX_PER_SCALE)
    for item in labels:
        colour = READ if item.text else UNREAD
        outline = np.round(np.array(item.corners)).astype(np.int32)
        cv2.polylines(canvas, [outline], isClosed=True, color=colour, thickness=max(1, round(2 * scale)))
        if item.text:
            _letter(canvas, item.box, f"{item.text} {item.confidence:.2f}", scale)
    return canvas


def _letter(canvas: Bgr, box: Box, text: str, scale: float) -> None:
    """The text on a patch of colour above the box, or below it where there is no room."""
    thickness = max(1, round(1.6 * scale))
    (width, height), drop = cv2.getTextSize(text, _FONT, scale, thickness)
    tall = height + drop + 4
    left = int(max(0, min(box.x1, canvas.shape[1] - width - 4)))
    top = int(box.y1) - tall - 4
    if top < 0:
        top = min(int(box.y2) + 4, canvas.shape[0] - tall)
    cv2.rectangle(canvas, (left, top), (left + width + 4, top + tall), READ, cv2.FILLED)
    cv2.putText(canvas, text, (left + 2, top + height + 2), _FONT, scale, _INK, thickness, cv2.LINE_AA)
