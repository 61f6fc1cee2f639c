"""Make confidences honest, and choose from which one on a plate is told; the numbers go into the manifest.

The reader is fitted on the training side alone: it has seen those crops, but not in the state in which they are shown
to it here (damaged anew, in a box that errs), and plates that were rendered for this. What it says of itself on crops
that it never saw is then a fair test (docs/measured.md#confidence).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from anprd import scratch
from anprd.errors import ConfigError
from anprd.records import NOTHING_READ, Bgr, Box, Detection, Reading, Sighting
from anprd.training import index, manifest, reader_data
from anprd.training.evaluation import cases, curves, summary
from anprd.training.evaluation.texts import right_characters
from anprd.training.reader_data import LabelledCrop
from anprd.vision import confidence
from anprd.vision.confidence import Calibration
from anprd.vision.plates import Vision

PRECISION_MIN = 0.99
CROPS_MAX = 8000  # of each kind: a fit of a few numbers needs no more
F1_SLACK = 0.02  # the curve is flat at its top, and what is no plate the reader refuses: docs/measured.md#confidence
BOX_ERROR = 0.03  # of the box's sides, one standard deviation an edge: a detector's
EYE_TRUST = frozenset({"eye"})  # read by a human: the labels that a precision of 99 % can be counted on
EYE_COUNT_MIN = 500
DRAWS = 3  # of each of them, damaged anew: by one draw alone the threshold is anywhere from .40 to .46
RENDERED_COUNT = 4000
SEED = 2  # a training renders with 1
PENALTY = 1.0  # on the squared slope: keeps it finite where all that is sure is right
STEPS = 30  # Newton's; it converges in under ten
DIGITS = 4


Look = Callable[[Bgr, Detection], Sighting]


@dataclass(frozen=True, slots=True)
class Sample:
    """A crop's reading as the network gave it, and the truth."""

    truth: str
    reading: Reading
    trust: str

    @property
    def right(self) -> bool:
        return self.reading.text == self.truth


def calibrate(
    folder: Path,
    folders: Sequence[Path],
    *,
    precision: float = PRECISION_MIN,
    fonts: Path | None = None,
    progress: cases.Progress = iter,
) -> dict[str, Any]:
    """Calibrate what the labelled folders have labels for, reader or detector; returns what the manifest now says.

    Args:
        folder: the weights folder; its manifest is written.
        folders: each with `crops/` (the reader) or `labels/` (the detector).
        precision: of all that is told in photos, the share that is to be right.
        fonts: plate typefaces to render with; None renders in the project's own.
        progress: wraps the loop over pictures.

    Raises:
        ConfigError: a folder has neither, or two have the same; data or weights cannot be used; the networks are never
            right.
    """
    chosen: dict[str, Any] = {}
    for name, data in _by_network(folders).items():
        if name == "reader":
            seen = reader_data.load(data, index.TRAIN)
            if not seen:
                raise ConfigError(f"{data}: no crop of the split 'train' has a label that can be trusted")
            fitted = calibrate_reader(folder, seen, _rendered(fonts), precision=precision, progress=progress)
            chosen[name] = _table(fitted, precision)
        else:
            best = calibrate_detector(folder, data, progress=progress)
            chosen[name] = {"photo_confidence_min": round(best.confidence, 3), "f1": round(best.f1, 4)}
    return chosen


def _by_network(folders: Sequence[Path]) -> dict[str, Path]:
    """Which folder calibrates which network."""
    found: dict[str, Path] = {}
    for data in folders:
        if not data.is_dir():
            raise ConfigError(f"{data}: no such folder")
        kinds = {cases.CROPS: "reader", cases.LABELS: "detector"}
        name = next((network for kind, network in kinds.items() if (data / kind).is_dir()), None)
        if name is None:
            raise ConfigError(f"{data}: holds no crops/ and no labels/; nothing to calibrate by")
        if name in found:
            raise ConfigError(f"{found[name]} and {data}: both would calibrate the {name}; name one of them")
        found[name] = data
    return found


def calibrate_reader(
    folder: Path,
    seen: Sequence[LabelledCrop],
    rendered: Sequence[LabelledCrop],
    *,
    precision: float = PRECISION_MIN,
    progress: cases.Progress = iter,
) -> Calibration:
    """Fit the reader of a weights folder, and write the numbers into its manifest.

    Args:
        folder: the weights folder.
        seen: labelled crops of the training split; they are damaged anew.
        rendered: plates that the reader was not trained on.
        precision: of all that is told in photos, the share that is to be right.
        progress: wraps the loop over crops.

    Raises:
        ConfigError: the weights cannot be used, or the reader is never so often right.
    """
    vision = Vision.load(folder, calibrated=False)
    rng = np.random.default_rng(0)
    crops = [*_drawn(seen, rng), *_drawn(rendered, rng)]
    fitted = fit([sample for sample in _samples(vision.read, progress(crops), rng) if sample.reading.text])
    # A photo's plate is read in several looks: what they agree on is what is told or not.
    counted = [*_counted(seen)] * DRAWS
    sure = list(_samples(replace(vision, calibration=fitted).read_still, progress(counted), rng))
    calibration = replace(fitted, read_confidence_min=threshold(sure, precision))
    manifest.amend(folder, "reader", {"calibration": _table(calibration, precision)})
    return calibration


def calibrate_detector(folder: Path, data: Path, *, progress: cases.Progress = iter) -> curves.Point:
    """Choose the confidence from which on a photo's plate counts, by the F1 of validation scenes; into the manifest.

    The lowest one whose F1 is all but the best.

    Raises:
        ConfigError: data or weights cannot be used, or nothing is found.
    """
    found = list(cases.detections(Vision.load(folder, calibrated=False).photo_detector, data, progress))
    chosen = summary.detection_curve(found).eager_f1(F1_SLACK)
    if chosen.f1 == 0:
        raise ConfigError(f"{data}: the detector finds none of its plates; train it longer")
    manifest.amend(folder, "detector", {"photo_confidence_min": round(chosen.confidence, 3)})
    return chosen


def fit(samples: Sequence[Sample]) -> Calibration:
    """The likeliest numbers for the samples, whose readings are not empty; nothing is told yet.

    Raises:
        ConfigError: there is nothing right, or nothing wrong, to learn from.
    """
    right = [sample.right for sample in samples]
    if len(set(right)) < 2:
        raise ConfigError("the reader is always right or always wrong on these crops: nothing to calibrate by")
    plate = _logistic([sample.reading.confidence for sample in samples], right)
    character = _logistic(
        [own for sample in samples for own in sample.reading.confidences],
        [each for sample in samples for each in right_characters(sample.truth, sample.reading.text)],
    )
    return Calibration(plate, character, read_confidence_min=1.0)


def threshold(samples: Sequence[Sample], precision: float) -> float:
    """The least confidence with which so large a share of the readings that are told is right.

    Counted on real crops that were labelled by eye, where there are enough: a wrong label would count as a misreading.

    Raises:
        ConfigError: no threshold reaches that precision.
    """
    by_eye = [sample for sample in samples if sample.trust in EYE_TRUST]
    counted = by_eye if len(by_eye) >= EYE_COUNT_MIN else samples
    told = [sample for sample in counted if confidence.told(sample.reading, confidence_min=0.0)]
    reached = curves.reading_curve(
        [sample.reading.confidence for sample in told], [sample.right for sample in told], readings=len(counted)
    ).widest(precision)
    if reached is None:
        raise ConfigError(f"no threshold gives {100 * precision:g} % right readings on these crops; ask for less")
    return reached.confidence


def _rendered(fonts: Path | None) -> list[LabelledCrop]:
    """Plates that no training has seen: those draw from the store of another seed."""
    from anprd.training import rendered  # of the training environment

    with scratch.folder() as work:
        rendered.prepare(work, count=RENDERED_COUNT, fonts=fonts, seed=SEED)
        return rendered.load(work)


def _drawn(crops: Sequence[LabelledCrop], rng: np.random.Generator) -> list[LabelledCrop]:
    return [crops[int(index)] for index in rng.permutation(len(crops))[:CROPS_MAX]]


def _counted(crops: Sequence[LabelledCrop]) -> Sequence[LabelledCrop]:
    """Those that a threshold is counted on: read by eye, where there are enough."""
    by_eye = [crop for crop in crops if crop.trust in EYE_TRUST]
    return by_eye if len(by_eye) >= EYE_COUNT_MIN else crops


def _samples(read: Look, crops: Iterable[LabelledCrop], rng: np.random.Generator) -> Iterator[Sample]:
    for crop in crops:
        image = np.asarray(cv2.cvtColor(reader_data.damage(crop.image, rng), cv2.COLOR_GRAY2BGR), np.uint8)
        sighting = read(image, Detection(_erring_box(crop, rng), 1.0))
        yield Sample(crop.text, sighting.reading or NOTHING_READ, crop.trust)


def _erring_box(crop: LabelledCrop, rng: np.random.Generator) -> Box:
    """The plate's box as a detector would have drawn it."""
    height, width = crop.image.shape
    low, high = np.zeros(2), np.array([width, height], np.float64)
    if crop.corners is not None:
        low, high = crop.corners.min(axis=0), crop.corners.max(axis=0)
    errors = rng.normal(0, BOX_ERROR, (2, 2)) * (high - low)
    (x1, y1), (x2, y2) = low + errors[0], high + errors[1]
    return Box(float(x1), float(y1), float(x2), float(y2))


def _logistic(sure: Sequence[float], right: Sequence[bool]) -> tuple[float, ...]:
    """The constant and slope of a logistic regression on log-odds, by Newton's method with a ridge on the slope."""
    odds = [confidence.log_odds(probability) for probability in sure]
    evidence: NDArray[np.float64] = np.column_stack([np.ones(len(odds)), np.asarray(odds, np.float64)])
    answers = np.asarray(right, np.float64)
    ridge = np.diag([0.0, PENALTY])
    numbers = np.zeros(2)
    for _ in range(STEPS):
        expected = 1 / (1 + np.exp(-evidence @ numbers))
        slope = evidence.T @ (answers - expected) - ridge @ numbers
        curvature = (evidence.T * (expected * (1 - expected))) @ evidence + ridge
        numbers = numbers + np.linalg.solve(curvature, slope)
    return tuple(round(float(number), DIGITS) for number in numbers)


def _table(calibration: Calibration, precision: float) -> dict[str, Any]:
    return {
        "plate": list(calibration.plate),
        "character": list(calibration.character),
        "read_confidence_min": round(calibration.read_confidence_min, DIGITS),
        "precision": precision,
    }
