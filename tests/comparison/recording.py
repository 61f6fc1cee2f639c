"""What the detector and the reader give on a film, frame by frame, written down once and played at any rate."""

import gzip
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from anprd.records import Bgr, Box, Detection, Reading, Sighting
from anprd.settings import CameraDefaults
from anprd.video.clock import SystemClock
from anprd.video.sources import open_clip
from anprd.vision.edges import touches_edge
from anprd.vision.plates import Vision

SETTINGS = CameraDefaults()
AWAY_WIDTHS_MAX = 0.5  # from the middle of a true plate to that of its sighting


@dataclass(frozen=True, slots=True)
class Look:
    """One frame: its time, and each sighting with the vehicle that it is of (None: nobody knows)."""

    t_s: float
    seen: tuple[tuple[str | None, Sighting], ...]


def looked(looks: Sequence[Look], fps: float, *, offset: float = 0.0) -> list[Look]:
    """The looks that are taken at so many a second; `offset`, 0..1, is where in the first interval they begin."""
    chosen: list[Look] = []
    due_s = looks[0].t_s + offset / fps
    for look in looks:
        if look.t_s >= due_s - 1e-6:
            chosen.append(look)
            due_s += 1 / fps
    return chosen


def recorded(clip: Path, folder: Path) -> list[Look]:
    """The looks at every frame of a clip, from the folder if it was recorded there before; nobody is known in them.

    Raises:
        SourceError: the clip cannot be read.
        ConfigError: the networks cannot be loaded.
    """
    path = folder / f"{clip.stem}.jsonl.gz"
    if not path.exists():
        with gzip.open(path.with_suffix(".part"), "wt") as file:
            file.writelines(json.dumps(line) + "\n" for line in _record(clip))
        path.with_suffix(".part").rename(path)
    with gzip.open(path, "rt") as file:
        return [
            Look(line["t_s"], tuple((None, _sighting(one)) for one in line["seen"])) for line in map(json.loads, file)
        ]


def named(looks: Sequence[Look], truth: Mapping[str, Any]) -> list[Look]:
    """The looks with the vehicles of a rendered clip's truth, as `anprd.training.render.clip` writes it."""
    shown: dict[int, list[tuple[str, Box]]] = {}
    for vehicle in truth["vehicles"]:
        for frame in vehicle["frames"]:
            shown.setdefault(round(frame["t_s"] * 1000), []).append((vehicle["plate"], Box(*frame["box"])))
    return [
        Look(look.t_s, tuple((_nearest(found, shown.get(round(look.t_s * 1000), ())), found) for _, found in look.seen))
        for look in looks
    ]


def true_boxes(truth: Mapping[str, Any]) -> list[Look]:
    """What a perfect detector without a reader would give on a rendered clip."""
    shown: dict[float, list[tuple[str, Sighting]]] = {}
    for vehicle in truth["vehicles"]:
        for frame in vehicle["frames"]:
            box = Box(*frame["box"])
            found = Sighting(Detection(box, 0.9), box.corners, None)
            shown.setdefault(frame["t_s"], []).append((vehicle["plate"], found))
    times = (index / truth["fps"] for index in range(truth["frames"]))
    return [Look(t_s, tuple(shown.get(round(t_s, 3), ()))) for t_s in times]


def _nearest(found: Sighting, plates: Sequence[tuple[str, Box]]) -> str | None:
    away = [(math.dist(found.box.centre, box.centre) / box.width, plate) for plate, box in plates]
    distance, plate = min(away, default=(math.inf, None))
    return plate if distance <= AWAY_WIDTHS_MAX else None


def _record(clip: Path) -> Iterator[dict[str, Any]]:
    cv2.setNumThreads(1)
    vision = Vision.load()
    source = open_clip(clip, clock=SystemClock())
    try:
        for frame in source.frames():
            image = frame.bgr()
            found = vision.detect(image, confidence_min=SETTINGS.detector_confidence_min)
            yield {"t_s": frame.t_s, "seen": [_line(_sight(vision, image, one)) for one in found]}
    finally:
        source.close()


def _sight(vision: Vision, image: Bgr, detection: Detection) -> Sighting:
    """As the pipeline, which reads what is wide enough and not cut off."""
    if detection.box.width < SETTINGS.plate_width_px_min or touches_edge(detection.box, image.shape[:2]):
        return Sighting(detection, detection.box.corners, None)
    return vision.read(image, detection)


def _line(sighting: Sighting) -> list[Any]:
    box, reading = sighting.box, sighting.reading
    said = [reading.text, reading.confidences, reading.rows, reading.text_confidence] if reading else None
    return [[box.x1, box.y1, box.x2, box.y2], sighting.detection.confidence, said]


def _sighting(line: list[Any]) -> Sighting:
    sides, confidence, said = line
    reading = Reading(said[0], tuple(said[1]), said[2], said[3]) if said else None
    return Sighting(Detection(Box(*sides), confidence), Box(*sides).corners, reading)
