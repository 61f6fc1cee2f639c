"""Cases become figures: the JSON of a report, whose keys are a contract (docs/interfaces.md)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from anprd.training import index
from anprd.training.evaluation import curves, texts
from anprd.training.evaluation.cases import IOU_STEPS, DetectCase, ReadCase
from anprd.training.evaluation.curves import Curve, Point

PRECISION = 0.99  # the share that is told is counted at it
SWEEP = np.linspace(0, 1, 101)  # where curves over confidence are written down

Table = dict[str, Any]


def readings(found: Sequence[ReadCase], group: Callable[[ReadCase], str], *, confidence_min: float) -> Table:
    """Exact match and CER of all and of each group; what is told, how honestly; and what was misread.

    Args:
        found: the readings of plates whose text is known.
        group: the name of a case's group; those without one are `?`, and no group of their own where that is all.
        confidence_min: a text is told from here on.
    """
    groups = grouped(found, lambda case: group(case) or "?")
    parts = {"all": list(found)} | ({} if list(groups) == ["?"] else groups)
    return (
        {name: exactness(part) for name, part in parts.items()}
        | {"confidence": told(found, confidence_min=confidence_min)}
        | {"region": regions(found)}
        | {"curves": _reading_curves(found)}
        | {"confusions": _confusions(found)}
        | {"misread": [(case.picture.name, case.truth, case.reading.text) for case in found if not case.right]}
    )


def exactness(found: Sequence[ReadCase]) -> Table:
    """`exact_match` and `cer` as ratios."""
    return {
        "plates": len(found),
        "exact_match": _ratio(sum(case.right for case in found), len(found)),
        "cer": round(texts.error_rate((case.truth, case.reading.text) for case in found), 4),
    }


def regions(found: Sequence[ReadCase]) -> Table:
    """Of the plates whose country is labelled, by two letters, how many get a region, and how many the right one."""
    labelled = [case for case in found if index.is_country(case.country)]
    named = [case for case in labelled if case.reading.region]
    return {
        "plates": len(labelled),
        "share_named": _ratio(len(named), len(labelled)),
        "precision": _ratio(sum(case.reading.region == case.country for case in named), len(named)),
    }


def grouped(found: Iterable[ReadCase], group: Callable[[ReadCase], str]) -> dict[str, list[ReadCase]]:
    """The cases by the name of their group, the largest first."""
    groups: dict[str, list[ReadCase]] = {}
    for case in found:
        groups.setdefault(group(case), []).append(case)
    return dict(sorted(groups.items(), key=lambda item: -len(item[1])))


def told(found: Sequence[ReadCase], *, confidence_min: float) -> Table:
    """What is told at the threshold, what could be at `PRECISION`, and how far confidences are from the truth."""
    curve = told_curve(found)
    here, best = curve.at(confidence_min), curve.widest(PRECISION)
    return {
        "confidence_min": round(confidence_min, 4),
        "share_told": round(here.share, 4),
        "precision": round(here.precision, 4),
        "share_at_99": round(best.share, 4) if best else 0.0,
        "confidence_at_99": round(best.confidence, 4) if best else None,
        "plate_ece": round(curves.calibration_error(plate_bins(found)), 4),
        "character_ece": round(curves.calibration_error(character_bins(found)), 4),
    }


def told_curve(found: Sequence[ReadCase]) -> Curve:
    """Precision and the share of all plates that is told, by the confidence asked for."""
    tellable = [case for case in found if case.told(0.0)]
    return curves.reading_curve(
        [case.reading.confidence for case in tellable], [case.right for case in tellable], readings=len(found)
    )


def plate_bins(found: Iterable[ReadCase]) -> list[curves.Bin]:
    """Reliability of whole texts; a reading that says nothing claims nothing."""
    read = [case for case in found if case.reading.text]
    return curves.reliability([case.reading.confidence for case in read], [case.right for case in read])


def character_bins(found: Iterable[ReadCase]) -> list[curves.Bin]:
    """Reliability of single characters."""
    sure = [value for case in found for value in case.reading.confidences]
    right = [value for case in found for value in texts.right_characters(case.truth, case.reading.text)]
    return curves.reliability(sure, right)


def unread(found: Sequence[ReadCase], *, confidence_min: float) -> Table:
    """How many crops that no eye could read are told all the same."""
    aloud = [case for case in found if case.told(confidence_min)]
    return {"crops": len(found), "told": len(aloud), "share_told": _ratio(len(aloud), len(found))}


def detector(found: Sequence[DetectCase], *, confidence_min: float) -> Table:
    """Precision and recall at the threshold and where F1 is best, and mAP."""
    curve = detection_curve(found)
    here, best = curve.at(confidence_min), curve.best_f1()
    return {
        "pictures": len(found),
        "plates": sum(len(case.truths) for case in found),
        "confidence_min": confidence_min,
        "precision": round(here.precision, 4),
        "recall": round(here.share, 4),
        **areas(found),
        "best_f1": _point(best),
        "curves": {"detection": [_sample(curve.at(float(sure))) for sure in SWEEP]},
    }


def areas(found: Sequence[DetectCase]) -> Table:
    """Mean average precision, as ultralytics computes it."""
    steps = [curves.average_precision(detection_curve(found, step)) for step in range(len(IOU_STEPS))]
    return {"map50": round(steps[0], 4), "map50_95": round(float(np.mean(steps)), 4)}


def detection_curve(found: Sequence[DetectCase], step: int = 0) -> Curve:
    """Precision and recall over all scenes, at one step of IoU."""
    sure = [item.confidence for case in found for item in case.found]
    hits = [bool(hit) for case in found for hit in case.hits[:, step]]
    return curves.detection_curve(sure, hits, plates=sum(len(case.truths) for case in found))


def _reading_curves(found: Sequence[ReadCase]) -> Table:
    curve = told_curve(found)
    return {
        "told": [_sample(curve.at(float(sure))) for sure in SWEEP],
        "plate_reliability": [_bin(part) for part in plate_bins(found)],
        "character_reliability": [_bin(part) for part in character_bins(found)],
    }


def _confusions(found: Sequence[ReadCase]) -> list[tuple[str, str, int]]:
    """(truth, read, how often), the most frequent first; an empty string where there was no character."""
    counts = texts.confusions((case.truth, case.reading.text) for case in found)
    return sorted(((true, read, count) for (true, read), count in counts.items()), key=lambda one: (-one[2], one))


def _sample(point: Point) -> list[float]:
    """`[confidence, precision, share or recall]`."""
    return [round(value, 4) for value in (point.confidence, point.precision, point.share)]


def _bin(part: curves.Bin) -> list[float]:
    """`[from, to, how many, mean confidence, share of right ones]`."""
    low, high, sure, right = (round(value, 4) for value in (part.low, part.high, part.confidence, part.right))
    return [low, high, part.count, sure, right]


def _point(point: Point) -> Table:
    return {
        "confidence": round(point.confidence, 4),
        "precision": round(point.precision, 4),
        "recall": round(point.share, 4),
        "f1": round(point.f1, 4),
    }


def _ratio(part: int, whole: int) -> float:
    return round(part / max(1, whole), 4)
