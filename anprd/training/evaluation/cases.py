"""Labelled pictures go through the networks: what stood there, and what was found and read."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anprd.errors import ConfigError
from anprd.records import NOTHING_READ, Bgr, Box, Detection, Reading
from anprd.training import detector_data, index, pictures, reader_data
from anprd.vision import confidence
from anprd.vision.detector import Detector
from anprd.vision.edges import is_cut_off
from anprd.vision.photo import PhotoDetector
from anprd.vision.plates import Vision

SCENES = "scenes.csv"
SCENE_COLUMNS = ("image", "x", "y", "w", "h", "text")
CROPS = "crops"
UNREAD = "unread"
LABELS = "labels"
SWEEP_CONFIDENCE_MIN = 0.001  # where a precision-recall curve begins; what ultralytics' validator uses
IOU_STEPS = np.linspace(0.5, 0.95, 10)

Progress = Callable[[Iterable[Any]], Iterable[Any]]
"""Wraps a loop over pictures, for a progress bar."""


@dataclass(frozen=True, slots=True)
class ReadCase:
    """One labelled plate and its reading. `box`: where it is in the picture; None where it is all of it."""

    picture: Path
    truth: str
    """A-Z 0-9; empty where no eye could read it."""
    reading: Reading
    country: str = ""
    rows: str = "1"
    trust: str = ""
    box: Box | None = None
    cut_off: bool = False
    """By the edge of its photo, so that its text is not told."""
    width_px: float = math.inf
    """As it was found in its photo; of a crop nobody asks."""
    detector_confidence: float = 1.0
    """Of its photo; of a crop nobody asks."""

    @property
    def right(self) -> bool:
        return self.reading.text == self.truth

    def told(self, confidence_min: float) -> bool:
        """Whether `anprd read` tells its text, where it tells what is this sure."""
        sure = confidence.told(
            self.reading,
            confidence_min=confidence_min,
            width_px=self.width_px,
            detector_confidence=self.detector_confidence,
        )
        return sure and not self.cut_off


@dataclass(frozen=True, slots=True)
class DetectCase:
    """One labelled scene. `hits`: (found, 10), whether each detection took a free plate, at each step of IoU."""

    picture: Path
    truths: Sequence[Box]
    found: Sequence[Detection]
    hits: NDArray[np.bool_]


def scene_readings(vision: Vision, data: Path, progress: Progress) -> Iterator[ReadCase]:
    """Every plate of `scenes.csv`, read in its photo as `anprd read` does: what is found nearest the labelled place.

    Raises:
        ConfigError: the labels are wrong or a picture is missing.
    """
    labels = data / SCENES
    rows = index.rows(labels, needs=SCENE_COLUMNS)
    listed = [(pictures.find(data / "images", row["image"]), row) for row in rows]
    for picture, row in progress(sorted(listed, key=lambda pair: _shape(pair[0]))):
        image = pictures.colour(picture)
        truth, text = _box(labels, row, image), reader_data.plain_text(labels, row)
        near = [sighting for sighting in vision.read_picture(image) if sighting.box.intersection(truth) > 0]
        nearest = max(near, key=lambda sighting: sighting.box.iou(truth), default=None)
        reading = nearest.reading if nearest and nearest.reading else NOTHING_READ
        cut_off = nearest is not None and is_cut_off(nearest.box, image.shape[:2])
        width_px = math.inf if nearest is None else nearest.box.width
        yield ReadCase(
            picture,
            text,
            reading,
            country=row.get("country", ""),
            box=truth,
            cut_off=cut_off,
            width_px=width_px,
            detector_confidence=nearest.detection.confidence if nearest else 1.0,
        )


def crop_readings(vision: Vision, data: Path, progress: Progress) -> Iterator[ReadCase]:
    """Every validation crop whose label can be trusted.

    Raises:
        ConfigError: the labels are wrong or a picture is missing.
    """
    wanted = reader_data.lines(data, index.VAL)
    if not wanted:
        raise ConfigError(f"{data / index.NAME}: no crop of the split 'val' has a label that can be trusted")
    for line in progress(wanted):
        picture = pictures.find(data / CROPS, line["image"])
        reading = _read(vision, picture)
        yield ReadCase(picture, line["text"], reading, country=line["country"], rows=line["rows"], trust=line["trust"])


def unread_readings(vision: Vision, data: Path, progress: Progress) -> Iterator[ReadCase]:
    """Every crop of `unread/`, which an eye could not read with certainty.

    Raises:
        ConfigError: there is none.
    """
    crops = sorted(path for path in (data / UNREAD).iterdir() if pictures.is_picture(path))
    if not crops:
        raise ConfigError(f"{data / UNREAD}: holds no picture ({', '.join(pictures.ENDINGS)})")
    for picture in progress(crops):
        yield ReadCase(picture, "", _read(vision, picture))


def detections(detector: Detector | PhotoDetector, data: Path, progress: Progress) -> Iterator[DetectCase]:
    """Every validation scene, detected on, whatever the detector is sure of.

    Raises:
        ConfigError: the labels are wrong, no plate is labelled, or a picture is missing.
    """
    scenes = [scene for scene in detector_data.scenes(data) if scene.split == index.VAL]
    if not scenes:
        raise ConfigError(f"{index.place(data)}: {detector_data.no_picture(index.VAL)}")
    if not any(detector_data.boxes(scene.label, 1, 1) for scene in scenes):
        raise ConfigError(f"{data}: {detector_data.no_plate(index.VAL)}")
    for scene in progress(sorted(scenes, key=lambda scene: _shape(scene.picture))):
        image = pictures.colour(scene.picture)
        truths = detector_data.boxes(scene.label, image.shape[1], image.shape[0])
        found = detector.detect(image, confidence_min=SWEEP_CONFIDENCE_MIN)
        yield DetectCase(scene.picture, truths, found, hits(found, truths))


def hits(found: Sequence[Detection], truths: Sequence[Box]) -> NDArray[np.bool_]:
    """(found, 10): whether each detection, the surest first, takes a plate that is still free, at each IoU step."""
    taken = np.zeros((len(found), len(IOU_STEPS)), bool)
    overlaps = np.array([detection.box.iou(truth) for detection in found for truth in truths])
    overlaps = overlaps.reshape(len(found), len(truths))
    for step, iou_min in enumerate(IOU_STEPS):
        free = np.ones(len(truths), bool)
        for place in np.flatnonzero(overlaps.max(axis=1, initial=0.0) >= iou_min):
            best = int(np.argmax(np.where(free, overlaps[place], -1.0)))
            if free[best] and overlaps[place, best] >= iou_min:
                free[best] = False
                taken[place, step] = True
    return taken


def _read(vision: Vision, crop: Path) -> Reading:
    """The reading of a crop that is one plate, as `anprd read` reads a photo's."""
    image = pictures.colour(crop)
    height, width = image.shape[:2]
    sighting = vision.read_still(image, Detection(Box(0, 0, width, height), 1.0))
    return sighting.reading or NOTHING_READ


def _box(labels: Path, row: index.Row, image: Bgr) -> Box:
    try:
        x, y, width, height = (float(row[column]) for column in ("x", "y", "w", "h"))
    except ValueError as error:
        raise ConfigError(f"{labels}: x, y, w and h of {row['image']} must be numbers, in pixels") from error
    if max(x, y, width, height) <= 1:
        raise ConfigError(f"{labels}: x, y, w and h of {row['image']} are shares of the picture; they must be pixels")
    box, whole = Box(x, y, x + width, y + height), Box(0, 0, image.shape[1], image.shape[0])
    if not (width > 0 and height > 0 and box.intersection(whole) > 0):  # nor is it where one is no number
        raise ConfigError(f"{labels}: x, y, w and h of {row['image']} are no place in the picture, which is in pixels")
    return box


def _shape(picture: Path) -> tuple[int, ...]:
    """Pictures of one shape go one after the other: the detector compiles its network for each, which takes long."""
    return pictures.colour(picture).shape
