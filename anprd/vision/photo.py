"""Find the plates of a photo, which may be far or fill it: the detector looks several times, each time at another size.

Each size finds well what is seen there as large as what the network was trained on; a plate that fills a third of a
photo is none at 960 px, and one of 40 px is none at 416 (docs/measured.md#detector-input). Of a plate that is seen
larger still a part is taken for the whole, which reads as another plate. A photo of many pixels shows plates that can
be read and yet are too small at 960 px. Video has no time for it, and the next frame instead.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from anprd.records import Bgr, Box, Detection
from anprd.vision.detector import IOU_MAX, PLATES_MAX, Detector, outermost

SIDES_PX = (416, 640, 960)  # docs/measured.md#detector-input
FAR_SIDE_PX = 1440  # for a plate that is far away in a large photo
LARGE_SIDE_PX_MIN = 1920  # of the photo's longer side; what can be read in a smaller one is large enough at 960 px
CLOSE_SIDE_PX = 224  # for a plate that fills the photo
CLOSE_RATIO_MIN = 0.4  # of the photo's width: what is narrower is seen better at the next size
SEEN_WIDTH_PX_MAX = 288.0  # in the network's input; what is wider there may be a part of what a smaller look saw,
PART_OVERLAP_MIN = 0.6  # if they overlap by so much,
PART_WIDTH_RATIO_MAX = 1.1  # and it is no wider


class PhotoDetector:
    """A plate detector for single pictures of any kind."""

    def __init__(self, file: Path) -> None:
        """Load lazily: the first picture of each shape compiles the network for it, once a size.

        Args:
            file: the network, OpenVINO IR.
        """
        self._close = Detector(file, side_px=CLOSE_SIDE_PX)
        self._detectors = {side_px: Detector(file, side_px=side_px) for side_px in (*SIDES_PX, FAR_SIDE_PX)}

    def detect(self, image: Bgr, *, confidence_min: float) -> list[Detection]:
        """Plates in the picture, the surest first, at most `PLATES_MAX`; see `Detector.detect`.

        Raises:
            ConfigError: the network cannot be loaded.
        """
        close = self._close.detect(image, confidence_min=confidence_min, input_size=(CLOSE_SIDE_PX, CLOSE_SIDE_PX))
        found = [one for one in close if one.box.width >= CLOSE_RATIO_MIN * image.shape[1]]
        side = max(image.shape[:2])
        for side_px in (*SIDES_PX, FAR_SIDE_PX) if side >= LARGE_SIDE_PX_MIN else SIDES_PX:
            scale = side_px / side
            seen = self._detectors[side_px].detect(image, confidence_min=confidence_min)
            found += [one for one in seen if one.box.width * scale <= SEEN_WIDTH_PX_MAX or not _is_part(one, found)]
        return merged(found)


def _is_part(detection: Detection, found: Iterable[Detection]) -> bool:
    """Whether one of those found is about the same plate, and as much of it or more."""
    box = detection.box
    return any(
        box.width <= PART_WIDTH_RATIO_MAX * one.box.width and box.overlap(one.box) >= PART_OVERLAP_MIN for one in found
    )


def merged(found: Iterable[Detection]) -> list[Detection]:
    """Of detections that cover each other by half the surest, `outermost` alone; at most `PLATES_MAX`, surest first.

    Its box is the mean of them all, weighted by confidence (weighted boxes fusion, Solovyev et al., 2021): errors of
    different sizes cancel out.
    """
    groups: list[list[Detection]] = []
    for detection in sorted(found, key=lambda item: -item.confidence):
        group = next((group for group in groups if detection.box.iou(group[0].box) >= IOU_MAX), None)
        if group is None:
            groups.append([detection])
        else:
            group.append(detection)
    return outermost(Detection(_mean(group), group[0].confidence) for group in groups)[:PLATES_MAX]


def _mean(group: Sequence[Detection]) -> Box:
    weights = [detection.confidence for detection in group]
    edges = ((detection.box.x1, detection.box.y1, detection.box.x2, detection.box.y2) for detection in group)
    x1, y1, x2, y2 = (
        sum(weight * edge for weight, edge in zip(weights, side, strict=True)) / sum(weights)
        for side in zip(*edges, strict=True)
    )
    return Box(x1, y1, x2, y2)
