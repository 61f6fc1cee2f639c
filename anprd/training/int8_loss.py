"""What INT8 costs a detector, measured before it is installed: where that is too much, it is not."""

import sys
from collections.abc import Callable
from pathlib import Path

import openvino

from anprd import scratch
from anprd.errors import ConfigError
from anprd.training import detector_data, quantise
from anprd.training.evaluation import cases, summary
from anprd.training.index import VAL
from anprd.vision.detector import Detector
from anprd.vision.inference import full_precision
from anprd.vision.photo import PhotoDetector
from anprd.vision.plates import video_detector

LOSS_MAX = 0.005  # of mAP50-95
PLATES_MIN = 500  # with fewer, half a point is chance
USES: dict[str, Callable[[Path], Detector | PhotoDetector]] = {
    "photos": PhotoDetector,
    "video": video_detector,
}
"""What a detector is used for, and loaded as: a photo is looked at in several sizes."""


def check(full: openvino.Model, small: openvino.Model, data: Path, *, loss_max: float = LOSS_MAX) -> None:
    """Hold the INT8 network against the one that it was made of, in FP32, in each use, as `anprd evaluate` does.

    What INT8 costs is said on standard error.

    Args:
        full: before it was quantised; takes frames.
        small: after it; takes frames.
        data: a labelled folder; its split `val` is measured, where it has enough plates to tell.
        loss_max: of mAP50-95, 0..1.

    Raises:
        ConfigError: INT8 costs more than `loss_max` in one of the uses.
    """
    plates = _plates(data)
    if plates < PLATES_MIN:
        held_back = f"{data} holds {plates} plates back, and fewer than {PLATES_MIN} cannot tell"
        print(f"what INT8 costs was not measured: {held_back}", file=sys.stderr)
        return
    with scratch.folder() as work:
        quantise.save_fp32(full, work / "full.xml")
        quantise.save(small, work / "small.xml")
        for use, load in USES.items():
            with full_precision():
                before = _map50_95(load(work / "full.xml"), data)
            after = _map50_95(load(work / "small.xml"), data)
            what = f"INT8 costs {before - after:.4f} of mAP50-95 in {use}"
            cost = f"{what} ({after:.4f} instead of {before:.4f}, {plates} plates)"
            if before - after > loss_max:
                raise ConfigError(f"{cost}, and {loss_max:g} is allowed (--loss-max); nothing was changed")
            print(cost, file=sys.stderr)


def _plates(data: Path) -> int:
    held_back = [scene for scene in detector_data.scenes(data) if scene.split == VAL]
    return sum(len(detector_data.boxes(scene.label, 1, 1)) for scene in held_back)


def _map50_95(detector: Detector | PhotoDetector, data: Path) -> float:
    found = list(cases.detections(detector, data, iter))
    return float(summary.areas(found)["map50_95"])
