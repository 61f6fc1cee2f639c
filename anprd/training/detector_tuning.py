"""Fine-tune the detector on the pictures of one site, gently: a low learning rate, and rendered scenes beside.

The rendered scenes show plates of all countries and streets without any, so that the detector does not forget what this
site never shows. All that is made on the way lies in a temporary folder, which goes when the call ends, however it
ends.
"""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anprd import scratch
from anprd.training import checkpoints, compiler, detector, detector_data, detector_scenes, folders, yolo
from anprd.training.index import TRAIN, VAL
from anprd.training.progress import Progress, silent
from anprd.training.tuning import ELSEWHERE, HELD_BACK, Figures, Outcome, Part, Site

NAME = "detector"
SIDE_PX = 640  # of the pictures, and of the input when measured: what video is detected at
RENDERED_RATIO = 4  # one pasted scene for so many pictures of the site
STREET_COUNT = 2
WARMUP_NONE = {"warmup_epochs": 0, "warmup_bias_lr": 0.0}
"""ultralytics would warm the biases up from a rate of .1, which undoes what the network knows (trainer.py, 8.4)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how strongly to tune."""

    epochs: int = 15
    side_px: int = 512
    """Of the square windows that are trained on."""
    learning_rate: float = 3e-4


def tune(site: Site, out: Path, plan: Plan, *, progress: Progress = silent) -> Outcome:
    """Go on training a detector on the site's pictures; a result is written only when all is done.

    Args:
        site: the checkpoint, `images/` and `labels/`, and `index.csv` if there is one.
        out: the folder that gets `detector.pt`.
        plan: length and strength.
        progress: told how far it is.

    Raises:
        ConfigError: the checkpoint or a folder cannot be used.
        SinkError: nothing can be written to `out`.
    """
    checkpoint = checkpoints.find(site.start, NAME)
    checkpoints.load_detector(checkpoint, called=checkpoint)  # what is wrong with it is said before the long work
    folders.check(out)
    compiler.load()
    with scratch.folder() as work, _quiet():
        parts = _prepare(site, work, progress)
        before = _measure(checkpoint, parts, work, progress)
        tuned = _learn(checkpoint, parts[HELD_BACK], work, plan, progress)
        after = _measure(tuned, parts, work, progress)
        target = checkpoints.put_detector(tuned, out / f"{NAME}.pt")
        counts = {name: _count(description, VAL) for name, description in parts.items()}
    return Outcome(target, tuple(Part(name, counts[name], before[name], after[name]) for name in parts))


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence ultralytics, which reports and draws bars on standard output, which is for the result."""
    level = yolo.LOGGER.level
    yolo.LOGGER.setLevel(logging.ERROR)
    try:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
            yield
    finally:
        yolo.LOGGER.setLevel(level)


def _prepare(site: Site, work: Path, progress: Progress) -> dict[str, Path]:
    """The `data.yaml` of each part that is measured; that of the site is trained on, too."""
    own, other = work / "site", work / "elsewhere"
    with progress("preparing", 2) as advance:
        parts = {HELD_BACK: detector_data.prepare(site.data, own, side_px=SIDE_PX)}
        if site.elsewhere is not None:
            parts[ELSEWHERE] = detector_data.prepare(site.elsewhere, other, side_px=SIDE_PX, splits=(VAL,))
        advance()
        pasted = -(-_count(parts[HELD_BACK], TRAIN) // RENDERED_RATIO)
        detector_scenes.add(own, side_px=SIDE_PX, pasted=pasted, streets=STREET_COUNT, fonts=site.fonts)
        advance()
    return parts


def _learn(checkpoint: Path, description: Path, work: Path, plan: Plan, progress: Progress) -> Path:
    """Train; returns the last weights, not the best on what is held back: that would be to learn from it."""
    whole = detector.Plan(
        model=str(checkpoint), side_px=plan.side_px, picture_px=SIDE_PX, epochs=plan.epochs, name="tuned"
    )
    arguments = detector.arguments(description, work, whole) | WARMUP_NONE | {"lr0": plan.learning_rate, "val": False}
    network = checkpoints.load_detector(checkpoint, called=checkpoint)
    steps = plan.epochs * -(-_count(description, TRAIN) // detector.BATCH)
    with progress("training", steps) as advance:
        network.add_callback("on_train_batch_end", lambda _trainer: advance())
        detector.fit(network, arguments)
    return work / "tuned" / "weights" / "last.pt"


def _measure(checkpoint: Path, parts: Mapping[str, Path], work: Path, progress: Progress) -> dict[str, Figures]:
    """As ultralytics measures: precision and recall where their harmonic mean is best."""
    figures: dict[str, Figures] = {}
    with progress("measuring", len(parts)) as advance:
        for name, description in parts.items():
            network = checkpoints.load_detector(checkpoint, called=checkpoint)
            found = network.val(data=str(description), **_validation(work)).box
            rates = {"map50_95": found.map, "map50": found.map50, "precision": found.mp, "recall": found.mr}
            figures[name] = {key: float(rate) for key, rate in rates.items()}
            advance()
    return figures


def _validation(work: Path) -> dict[str, Any]:
    return {
        "imgsz": SIDE_PX,
        "batch": detector.BATCH,
        "device": "cpu",
        "workers": 1,
        "single_cls": True,
        "plots": False,
        "verbose": False,
        "project": str(work.resolve()),
        "name": "measured",
        "exist_ok": True,
    }


def _count(description: Path, split: str) -> int:
    return len(list((description.parent / "images" / split).iterdir()))
