"""Find the plates of a photo, which may be far or fill it: the detector looks several times, each time at another size.

Each size finds well what is seen there as large as what the network was trained on; a plate that fills a third of a
photo is none at 960 px, and one of 40 px is none at 416 (docs/measured.md#detector-input). Video has no time for it,
and the next frame instead.
"""

from collections.abc import Iterable
from pathlib import Path

from anprd.records import Bgr, Detection
from anprd.vision.detector import IOU_MAX, PLATES_MAX, Detector

SIDES_PX = (416, 640, 960)  # docs/measured.md#detector-input


class PhotoDetector:
    """A plate detector for single pictures of any kind."""

    def __init__(self, file: Path) -> None:
        """Load lazily: the first picture of each shape compiles the network for it, once a size.

        Args:
            file: the network, OpenVINO IR.
        """
        self._detectors = [Detector(file, side_px=side_px) for side_px in SIDES_PX]

    def detect(self, image: Bgr, *, confidence_min: float) -> list[Detection]:
        """Plates in the picture, the surest first, at most `PLATES_MAX`; see `Detector.detect`.

        Raises:
            ConfigError: the network cannot be loaded.
        """
        return merged(
            found for detector in self._detectors for found in detector.detect(image, confidence_min=confidence_min)
        )


def merged(found: Iterable[Detection]) -> list[Detection]:
    """Of detections that cover each other by half only the surest; at most `PLATES_MAX`, the surest first."""
    kept: list[Detection] = []
    for detection in sorted(found, key=lambda item: -item.confidence):
        if all(detection.box.iou(other.box) < IOU_MAX for other in kept):
            kept.append(detection)
    return kept[:PLATES_MAX]
