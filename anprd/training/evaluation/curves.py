"""What a confidence is worth: precision and recall of detections, honesty and use of readings. Pure arithmetic."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15  # Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017)
RECALL_STEPS = 101  # of the interpolated precision: COCO's

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold comes to. `share`: recall of detections; for readings, the part of all that is told."""

    confidence: float
    precision: float
    share: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and share; 0 where both are."""
        total = self.precision + self.share
        return 2 * self.precision * self.share / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and share at each threshold that tells another set of items apart, the highest first."""

    confidence: Numbers
    precision: Numbers
    share: Numbers

    def at(self, confidence_min: float) -> Point:
        """The point of a threshold; where nothing is as sure, precision is 1 and the share 0."""
        index = int(np.searchsorted(-self.confidence, -confidence_min, side="right")) - 1
        if index < 0:
            return Point(confidence_min, 1.0, 0.0)
        return Point(confidence_min, float(self.precision[index]), float(self.share[index]))

    def points(self) -> Iterator[Point]:
        """Every point, the highest threshold first."""
        for values in zip(self.confidence, self.precision, self.share, strict=True):
            yield Point(*map(float, values))

    def best_f1(self) -> Point:
        """The highest F1; the higher threshold of two that are equal."""
        return max(self.points(), key=lambda point: point.f1, default=Point(1.0, 1.0, 0.0))

    def eager_f1(self, slack: float) -> Point:
        """The lowest threshold whose F1 is at most `slack` below the best: where F1 is flat, recall goes first."""
        least = self.best_f1().f1 - slack
        return min(
            (point for point in self.points() if point.f1 >= least),
            key=lambda point: point.confidence,
            default=Point(1.0, 1.0, 0.0),
        )

    def widest(self, precision_min: float) -> Point | None:
        """The largest share that is still told with such a precision; None where no threshold reaches it."""
        return max(
            (point for point in self.points() if point.precision >= precision_min),
            key=lambda point: point.share,
            default=None,
        )


def detection_curve(confidences: Sequence[float], hits: Sequence[bool], *, plates: int) -> Curve:
    """Precision and recall of detections.

    Args:
        confidences: of each detection, 0..1, in any order.
        hits: whether the detection is a plate that no surer one had taken.
        plates: how many there are.
    """
    sure, right, told = _steps(confidences, hits)
    return Curve(sure, right / told, right / max(1, plates))


def reading_curve(confidences: Sequence[float], right: Sequence[bool], *, readings: int) -> Curve:
    """Precision, and the share of all readings that is told, by the confidence asked for.

    Args:
        confidences: of each reading that may be told at all, 0..1, in any order.
        right: whether it is right.
        readings: how many there are, with those that may not be told.
    """
    sure, hits, told = _steps(confidences, right)
    return Curve(sure, hits / told, told / max(1, readings))


def average_precision(curve: Curve) -> float:
    """The area under precision over recall at `RECALL_STEPS` points, as ultralytics (8.4, compute_ap) counts it.

    Precision is 1 before the first detection and 0 beyond the last recall that was reached.
    """
    if not len(curve.share):
        return 0.0
    recall = np.concatenate([[0.0], curve.share, curve.share[-1:], [1.0]])
    precision = np.concatenate([[1.0], curve.precision, [0.0, 0.0]])
    envelope = np.flip(np.maximum.accumulate(np.flip(precision)))
    steps = np.linspace(0, 1, RECALL_STEPS)
    return float(np.trapezoid(np.interp(steps, recall, envelope), steps))


@dataclass(frozen=True, slots=True)
class Bin:
    """Readings of like confidence: how many, how sure they are on average and which share of them is right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


def reliability(confidences: Sequence[float], right: Sequence[bool], *, bins: int = BINS) -> list[Bin]:
    """The bins of equal width that hold anything, the least sure first."""
    sure, hits = np.asarray(confidences, np.float64), np.asarray(right, np.float64)
    places = np.minimum((sure * bins).astype(int), bins - 1)
    return [
        Bin(place / bins, (place + 1) / bins, int(here.sum()), float(sure[here].mean()), float(hits[here].mean()))
        for place in range(bins)
        if (here := places == place).any()
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: how far confidence and share of right ones lie apart, by the readings of each bin."""
    total = sum(part.count for part in bins)
    return sum(part.count * abs(part.confidence - part.right) for part in bins) / max(1, total)


def _steps(confidences: Sequence[float], right: Sequence[bool]) -> tuple[Numbers, Numbers, Numbers]:
    """Each different confidence, the highest first; how many are as sure and right; how many are as sure."""
    order = np.argsort(-np.asarray(confidences, np.float64), kind="stable")
    sure, hits = np.asarray(confidences, np.float64)[order], np.asarray(right, bool)[order]
    last = np.flatnonzero(np.diff(sure, append=-np.inf))  # what is equally sure is told together
    return sure[last], np.cumsum(hits)[last].astype(np.float64), (last + 1).astype(np.float64)
