"""An evaluation from start to end: measure, compare with FP32, write the page, note the figures in the manifest."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from anprd import scratch
from anprd.training import folders, manifest, swap
from anprd.training.evaluation import measure as measuring
from anprd.training.evaluation import page, sheets, speed
from anprd.training.evaluation.cases import Progress
from anprd.training.evaluation.measure import Found
from anprd.training.evaluation.page import Sheet
from anprd.vision import weights
from anprd.vision.inference import full_precision
from anprd.vision.plates import Vision

RECORDED = {"reader": ("exact_match", "cer"), "detector": ("precision", "recall", "map50", "map50_95")}


@dataclass(frozen=True, slots=True)
class Rendered:
    """Plates to be rendered and read besides, turned aside by known angles (`anprd.training.tilt`)."""

    count: int
    """At each angle."""
    fonts: Path | None = None
    """Plate typefaces; None renders in the project's own."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was found, with which networks, and the figures of it (docs/interfaces.md)."""

    vision: Vision
    found: Found
    figures: dict[str, Any]


def measure(
    folder: Path,
    data: Sequence[Path],
    *,
    checkpoints: Path | None = None,
    tilted: Rendered | None = None,
    progress: Progress = iter,
) -> Evaluation:
    """Measure the networks of a weights folder on labelled folders.

    Args:
        folder: the weights folder.
        data: the labelled folders.
        checkpoints: to compare with, in FP32; needs the training environment.
        tilted: rendered plates to read besides, at each angle; needs Pillow where there are `fonts`.
        progress: wraps the loops over pictures.

    Raises:
        ConfigError: weights, checkpoints or labels cannot be used.
    """
    vision = Vision.load(folder)
    with scratch.folder() as work:
        full = None if checkpoints is None else _full(checkpoints, work)  # what is wrong with it is said at once
        tilt = (
            {} if tilted is None else {"tilt": _tilted(vision, tilted, progress)}
        )  # so is a wrong folder of typefaces
        found = measuring.measure(vision, data, progress=progress)
        figures = {"weights": _fingerprints(folder)} | measuring.figures(found, vision) | tilt
        if full is None:
            return Evaluation(vision, found, figures | {"networks": speed.measure({speed.INT8: folder})})
        with full_precision():
            exact = replace(
                Vision.load(full), calibration=vision.calibration, photo_confidence_min=vision.photo_confidence_min
            )
            other = measuring.figures(measuring.measure(exact, data, progress=progress), exact)
        networks = speed.measure({speed.INT8: folder, speed.FP32: full})
    return Evaluation(vision, found, measuring.compared(figures, other) | {"networks": networks})


def _full(checkpoints: Path, work: Path) -> Path:
    from anprd.training import floating  # of the training environment

    return floating.folder(checkpoints, work)


def _tilted(vision: Vision, rendered: Rendered, progress: Progress) -> dict[str, Any]:
    from anprd.training import tilt  # late: only this renders
    from anprd.training.render import typeface

    typefaces = typeface.load_all(rendered.fonts)
    return tilt.table(tilt.measure(vision, typefaces, count=rendered.count, progress=progress))


def contact_sheets(evaluation: Evaluation) -> dict[str, list[Sheet]]:
    """What went wrong, in pictures, by kind; without those that have nothing to show."""
    found, vision = evaluation.found, evaluation.vision
    told_min, detected_min = vision.read_confidence_min, vision.photo_confidence_min
    shown = {
        "read_path": {"Worst misreads of photos": sheets.misreads(found.scenes)},
        "reader": {"Worst misreads of crops": sheets.misreads(found.crops)},
        "unread": {"Told, and no eye could read it": sheets.told_unread(found.unread, confidence_min=told_min)},
        "detector": {
            "Plates that were missed, the largest first": sheets.misses(found.detections, confidence_min=detected_min),
            "Taken for a plate, the surest first": sheets.false_positives(
                found.detections, confidence_min=detected_min
            ),
        },
    }
    return {
        kind: [Sheet(title, sheets.data_url(cells)) for title, cells in titled.items() if cells]
        for kind, titled in shown.items()
    }


def without_plates(evaluation: Evaluation) -> Evaluation:
    """The same figures without the texts that were misread: plates of the user's own data."""
    kept = {
        kind: {key: value for key, value in part.items() if key != "misread"} if isinstance(part, dict) else part
        for kind, part in evaluation.figures.items()
    }
    return replace(evaluation, figures=kept)


def write(evaluation: Evaluation, folder: Path, *, command: str, sheets: Mapping[str, Sequence[Sheet]]) -> None:
    """Write `report.html` and `report.json`, both or neither.

    Raises:
        SinkError: they cannot be written; what was there is as it was.
    """
    texts = {
        "report.html": page.page(evaluation.figures, command=command, sheets=sheets),
        "report.json": json.dumps(evaluation.figures, ensure_ascii=False, indent=1) + "\n",
    }
    target = folders.make(folder) / "report.html"
    with swap.beside(target) as made, swap.told(target):
        for name, text in texts.items():
            (made / name).write_text(text, encoding="utf-8")
        for name in texts:
            (made / name).replace(folder / name)


def record(evaluation: Evaluation, folder: Path, report: Path | None) -> list[str]:
    """Note what was measured, and where the report is, in the manifest of the weights folder; returns what of.

    Raises:
        ConfigError: the manifest cannot be written.
    """
    pointer = {"report": str(report / "report.html")} if report is not None else {}
    networks = [network for network in RECORDED if network in evaluation.figures]
    for network in networks:
        figures = evaluation.figures[network]
        source = figures.get("all", figures)
        manifest.amend(folder, network, {"metrics": {key: source[key] for key in RECORDED[network]}} | pointer)
    return networks


def _fingerprints(folder: Path) -> dict[str, str]:
    """Which networks these are: the first digits of the sha256 of each one's numbers, as in the manifest."""
    networks = weights.load(folder).values()
    return {entry.name: weights.sha256(entry.file.with_suffix(".bin"))[:12] for entry in networks}
