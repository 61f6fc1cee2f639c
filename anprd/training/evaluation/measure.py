"""Measure networks on labelled folders: one pass through the pictures, one report of figures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anprd.errors import ConfigError
from anprd.training.evaluation import cases, summary
from anprd.training.evaluation.cases import DetectCase, Progress, ReadCase
from anprd.vision.plates import Vision

FLOATING_KEYS = {
    "read_path": ("exact_match", "cer"),
    "reader": ("exact_match", "cer"),
    "detector": ("precision", "recall", "map50", "map50_95", "video"),
}
"""What is compared with the networks before they were quantised."""


@dataclass(slots=True)
class Found:
    """Everything that was found and read, by the kind of label; a kind that no folder has is empty."""

    scenes: list[ReadCase] = field(default_factory=list)
    crops: list[ReadCase] = field(default_factory=list)
    unread: list[ReadCase] = field(default_factory=list)
    detections: list[DetectCase] = field(default_factory=list)
    """As in photos."""
    video: list[DetectCase] = field(default_factory=list)
    """The same pictures at the one size of video."""


def measure(vision: Vision, folders: Sequence[Path], *, progress: Progress = iter) -> Found:
    """Send every labelled picture of the folders through the networks.

    Args:
        vision: the networks.
        folders: each with `scenes.csv` (photos with boxes and texts: the whole way), `crops/` (texts: corner finder
            and reader), `unread/` (crops that no eye could read) or `labels/` (boxes: the detector).
        progress: wraps the loop over pictures, for a progress bar.

    Raises:
        ConfigError: a folder holds no labels, labels are wrong, or a picture is missing.
    """
    found = Found()
    for data in folders:
        if not data.is_dir():
            raise ConfigError(f"{data}: no such folder")
        kinds = [kind for kind in (cases.CROPS, cases.UNREAD, cases.LABELS) if (data / kind).is_dir()]
        kinds += [cases.SCENES] if (data / cases.SCENES).is_file() else []
        if not kinds:
            raise ConfigError(f"{data}: holds no scenes.csv, crops/, unread/ or labels/; nothing to evaluate on")
        if cases.SCENES in kinds:
            found.scenes += cases.scene_readings(vision, data, progress)
        if cases.CROPS in kinds:
            found.crops += cases.crop_readings(vision, data, progress)
        if cases.UNREAD in kinds:
            found.unread += cases.unread_readings(vision, data, progress)
        if cases.LABELS in kinds:
            found.detections += cases.detections(vision.photo_detector, data, progress)
            found.video += cases.detections(vision.detector, data, progress)
    return found


def figures(found: Found, vision: Vision) -> dict[str, Any]:
    """The report of what was found; a key a kind of label: `read_path`, `reader`, `unread`, `detector`."""
    told_min = vision.read_confidence_min
    report: dict[str, Any] = {}
    if found.scenes:
        report["read_path"] = summary.readings(found.scenes, lambda case: case.country, confidence_min=told_min)
    if found.crops:
        report["reader"] = summary.readings(
            found.crops, lambda case: f"{case.country} {case.rows}-row".strip(), confidence_min=told_min
        ) | {"by": _breakdown(found.crops)}
    if found.unread:
        report["unread"] = summary.unread(found.unread, confidence_min=told_min)
    if found.detections:
        report["detector"] = summary.detector(found.detections, confidence_min=vision.photo_confidence_min) | {
            "video": summary.areas(found.video)
        }
    return report


def compared(report: dict[str, Any], floating: dict[str, Any]) -> dict[str, Any]:
    """The report with `fp32` figures beside those of INT8, in each kind that both have."""
    joined = dict(report)
    for kind, keys in FLOATING_KEYS.items():
        if kind in report and kind in floating:
            source = floating[kind].get("all", floating[kind])
            joined[kind] = report[kind] | {"fp32": {key: source[key] for key in keys}}
    return joined


def _breakdown(found: Sequence[ReadCase]) -> dict[str, Any]:
    ways = {
        "country": lambda case: case.country or "?",
        "rows": lambda case: case.rows,
        "trust": lambda case: case.trust,
    }
    return {
        name: {group: summary.exactness(part) for group, part in summary.grouped(found, way).items()}
        for name, way in ways.items()
    }
