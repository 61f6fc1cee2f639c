"""How good the networks are, measured through the runtime's own code on a labelled folder.

What is measured depends on what the folder holds: `scenes.csv` (photos with box and text: the whole read path),
`crops/` (crops with text: corner finder and reader), `labels/` (scenes with boxes: the detector).
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd.errors import ConfigError
from anprd.records import Bgr, Box, Detection
from anprd.training import detector_data
from anprd.training.reader_data import TRUSTED
from anprd.vision.ctc import ALPHABET
from anprd.vision.plates import PHOTO_CONFIDENCE_MIN, Vision

SWEEP_CONFIDENCE_MIN = 0.001  # where a precision-recall curve begins; what ultralytics' validator uses
IOU_STEPS = np.linspace(0.5, 0.95, 10)


@dataclass(slots=True)
class Readings:
    """Exact match and character error rate of a group of plates, and what was misread."""

    seen: int = 0
    right: int = 0
    edits: int = 0
    characters: int = 0
    misread: list[tuple[str, str, str]] = field(default_factory=list)
    """(file, truth, reading)"""

    def add(self, file: str, truth: str, reading: str) -> None:
        self.seen += 1
        self.right += truth == reading
        self.edits += edit_distance(truth, reading)
        self.characters += len(truth)
        if truth != reading:
            self.misread.append((file, truth, reading))

    def summary(self) -> dict[str, Any]:
        """`exact_match` and `cer` as ratios."""
        return {
            "plates": self.seen,
            "exact_match": round(self.right / max(1, self.seen), 4),
            "cer": round(self.edits / max(1, self.characters), 4),
        }


def evaluate(
    vision: Vision, data: Path, *, progress: Callable[[Iterable[Any]], Iterable[Any]] = iter
) -> dict[str, Any]:
    """Measure on `data`, which may hold any of the three kinds of labels.

    Args:
        vision: the networks.
        data: a labelled folder.
        progress: wraps the loop over pictures, for a progress bar.

    Returns:
        `read_path`, `reader` and `detector`, as far as the folder has labels for them.

    Raises:
        ConfigError: the folder holds no labels.
    """
    report: dict[str, Any] = {}
    if (data / "scenes.csv").is_file():
        report["read_path"] = _by_group(_scene_readings(vision, data, progress))
    if (data / "crops").is_dir():
        report["reader"] = _by_group(_crop_readings(vision, data, progress))
    if (data / "labels").is_dir():
        report["detector"] = _detector(vision, data, progress)
    if not report:
        raise ConfigError(f"{data}: holds no scenes.csv, crops/ or labels/; nothing to evaluate on")
    return report


def _by_group(readings: Iterator[tuple[str, str, str, str]]) -> dict[str, Any]:
    groups: dict[str, Readings] = {}
    for group, file, truth, reading in readings:
        for name in ("all", group):
            groups.setdefault(name, Readings()).add(file, truth, reading)
    report: dict[str, Any] = {
        name: part.summary() for name, part in sorted(groups.items(), key=lambda item: -item[1].seen)
    }
    return report | {"misread": groups["all"].misread if groups else []}


def _scene_readings(
    vision: Vision, data: Path, progress: Callable[[Iterable[Any]], Iterable[Any]]
) -> Iterator[tuple[str, str, str, str]]:
    """(country, file, truth, reading at the labelled place) of every labelled plate."""
    rows = _rows(data / "scenes.csv")
    for row in progress(rows):
        image = _image(data / "images" / row["image"])
        x, y, width, height = (float(row[key]) for key in ("x", "y", "w", "h"))
        truth = Box(x, y, x + width, y + height)
        found = [sighting for sighting in vision.read_picture(image) if sighting.box.intersection(truth) > 0]
        nearest = max(found, key=lambda sighting: sighting.box.iou(truth), default=None)
        reading = nearest.reading.text if nearest and nearest.reading else ""
        yield row["country"], row["image"], row["text"], reading


def _crop_readings(
    vision: Vision, data: Path, progress: Callable[[Iterable[Any]], Iterable[Any]]
) -> Iterator[tuple[str, str, str, str]]:
    """(country and rows, file, truth, reading) of every validation crop whose label can be trusted."""
    rows = [row for row in _rows(data / "index.csv") if row["split"] == "val" and row["trust"] in TRUSTED]
    for row in progress(rows):
        image = _image(data / "crops" / row["image"])
        height, width = image.shape[:2]
        truth = "".join(character for character in row["text"] if character in ALPHABET)
        reading = vision.read(image, Detection(Box(0, 0, width, height), 1.0)).reading
        yield f"{row['country']} {row['rows']}-row", row["image"], truth, reading.text if reading else ""


def _detector(vision: Vision, data: Path, progress: Callable[[Iterable[Any]], Iterable[Any]]) -> dict[str, Any]:
    """Precision and recall at the default threshold, and mAP as ultralytics computes it."""
    from anprd.training.yolo import ap_per_class  # of the training environment

    hits: list[NDArray[np.bool_]] = []
    confidences: list[float] = []
    truth_count = 0
    scenes = [scene for scene in detector_data.scenes(data) if scene.split == "val"]
    for scene in progress(scenes):
        image = _image(scene.picture)
        truths = detector_data.boxes(scene.label, image.shape[1], image.shape[0])
        found = vision.detector.detect(image, confidence_min=SWEEP_CONFIDENCE_MIN)
        hits.append(_hits(found, truths))
        confidences.extend(item.confidence for item in found)
        truth_count += len(truths)
    matched, sure = np.concatenate(hits), np.array(confidences)
    statistics = ap_per_class(matched, sure, np.zeros(len(sure)), np.zeros(truth_count))
    precision = statistics[5]
    kept = sure >= PHOTO_CONFIDENCE_MIN
    right = int(matched[kept, 0].sum())
    return {
        "pictures": len(scenes),
        "plates": truth_count,
        "confidence_min": PHOTO_CONFIDENCE_MIN,
        "precision": round(right / max(1, int(kept.sum())), 4),
        "recall": round(right / max(1, truth_count), 4),
        "map50": round(float(precision[0, 0]), 4),
        "map50_95": round(float(precision[0].mean()), 4),
    }


def _hits(found: list[Detection], truths: list[Box]) -> NDArray[np.bool_]:
    """(found, 10): whether each detection, the surest first, takes a plate that is still free, at each IoU step."""
    hits = np.zeros((len(found), len(IOU_STEPS)), bool)
    for step, iou_min in enumerate(IOU_STEPS):
        free = list(truths)
        for index, detection in enumerate(found):
            best = max(free, key=detection.box.iou, default=None)
            if best is not None and detection.box.iou(best) >= iou_min:
                free.remove(best)
                hits[index, step] = True
    return hits


def edit_distance(first: str, second: str) -> int:
    """Insertions, deletions and substitutions that turn one text into the other (Levenshtein), for the CER."""
    row = list(range(len(second) + 1))
    for left in first:
        above, row = row, [row[0] + 1]
        for place, right in enumerate(second):
            row.append(min(above[place + 1] + 1, row[-1] + 1, above[place] + (left != right)))
    return row[-1]


def _rows(index: Path) -> list[dict[str, str]]:
    try:
        with index.open(newline="", encoding="utf-8") as lines:
            return list(csv.DictReader(lines))
    except OSError as error:
        raise ConfigError(f"{index}: cannot be read ({error.strerror})") from error


def _image(path: Path) -> Bgr:
    image = cv2.imread(str(path))
    if image is None:
        raise ConfigError(f"{path}: is missing or no picture; the labels name it")
    return np.asarray(image, np.uint8)
