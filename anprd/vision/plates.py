"""From a picture to its plates: detector, corner finder and reader behind one face."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from anprd.errors import ConfigError
from anprd.records import Bgr, Box, Corners, Detection, Reading, Sighting
from anprd.vision import confidence, fields, looks, sideways, straighten, weights
from anprd.vision.confidence import Calibration
from anprd.vision.detector import Detector
from anprd.vision.letterbox import Size
from anprd.vision.photo import PhotoDetector
from anprd.vision.reader import INPUT_HEIGHT_PX, INPUT_WIDTH_PX, OUTPUTS, Reader
from anprd.vision.straighten import CornerFinder
from anprd.vision.view import WHOLE_SIDE_PX, View, part_size
from anprd.vision.weights import Entry

Timed = Callable[[str], AbstractContextManager[Any]]

PHOTO_CONFIDENCE_MIN = 0.35  # of a detector that the manifest says nothing of: docs/measured.md#detector-input
FIELD_MARGIN = 0.4  # of a box, on each side: all that straightening may look at


@dataclass(frozen=True, slots=True)
class Vision:
    """The three networks, loaded and checked.

    Attributes:
        detector, photo_detector: the same network, for video and for photos.
        calibration: what makes the reader's confidences honest; None leaves them as the network gives them.
        photo_confidence_min: what is found in a photo is a plate from here on.
    """

    detector: Detector
    photo_detector: PhotoDetector
    corner_finder: CornerFinder
    reader: Reader
    calibration: Calibration | None = None
    photo_confidence_min: float = PHOTO_CONFIDENCE_MIN

    @classmethod
    def load(cls, folder: Path | None = None, *, calibrated: bool = True) -> "Vision":
        """The networks of `folder`, or the shipped ones.

        Args:
            folder: with a `MANIFEST.toml`.
            calibrated: False leaves the reader's confidences as it gives them, whatever the manifest says of them.

        Raises:
            ConfigError: a network is missing, its hash, alphabet or calibration is wrong or it cannot be loaded.
        """
        entries = weights.networks(folder or weights.default_folder())
        detector, corners, reader = (entries[name].file for name in weights.NETWORKS)
        for what, known in OUTPUTS.items():
            if (said := entries["reader"].about.get(what, "none")) != known:
                raise ConfigError(f"{reader}: has other {what} ({said}) than this version; train and export it again")
        return cls(
            detector=video_detector(detector),
            photo_detector=PhotoDetector(detector),
            corner_finder=CornerFinder(corners),
            reader=Reader(reader),
            calibration=Calibration.of(entries["reader"].about) if calibrated else None,
            photo_confidence_min=_ratio(entries["detector"], "photo_confidence_min", PHOTO_CONFIDENCE_MIN),
        )

    @property
    def read_confidence_min(self) -> float:
        """The text of a photo's plate is told from here on."""
        return self.calibration.read_confidence_min if self.calibration else confidence.READ_CONFIDENCE_MIN

    def use_once(self, frame: Size) -> None:
        """Compile and use all that video frames (height, width) of this aspect need, so that it is there at once."""
        picture = np.zeros((*frame, 3), np.uint8)
        for input_size in (View.whole(frame).input_size, part_size(frame)):
            self.detect(picture, confidence_min=1.0, input_size=input_size)
        height, width = frame
        self.read(picture, Detection(Box(0.4 * width, 0.4 * height, 0.5 * width, 0.45 * height), 1.0))

    def give_back_memory(self) -> None:
        """Let go of what video's networks need only while they run: it may be long until they do again."""
        for user in (self.detector, self.corner_finder, self.reader):
            user.give_back_memory()

    def detect(self, frame: Bgr, *, confidence_min: float, input_size: Size | None = None) -> list[Detection]:
        """The plates of a video frame, or of a part of one, the surest first; see `Detector.detect`."""
        if fields.torn(frame):
            frame = fields.even_lines(frame)
        return self.detector.detect(frame, confidence_min=confidence_min, input_size=input_size)

    def read(self, image: Bgr, detection: Detection) -> Sighting:
        """Straighten and read one plate of a picture; of one whose two fields differ there, in the first of them."""
        if fields.combed(image, detection.box):
            part, x, y = fields.even_part(image, straighten.grown(detection.box, FIELD_MARGIN, FIELD_MARGIN))
            return self._read(part, detection.moved(-x, -y)).moved(x, y)
        return self._read(image, detection)

    def _read(self, image: Bgr, detection: Detection) -> Sighting:
        corners = self.corner_finder.find(image, detection.box)
        return Sighting(detection, corners, self.read_at(image, corners))

    def read_still(self, image: Bgr, detection: Detection) -> Sighting:
        """Straighten and read one plate of a photo, which is all that there is of it: in several looks.

        One that is not read surely may stand on its head: photos lose what says how they were held.
        """
        seen = [self.read(image, look) for look in looks.boxes(detection)]
        found = looks.agreed(seen)
        if looks.is_upright(found):
            return found
        turned = [(one.detection, looks.turned(one.corners)) for one in seen]
        return looks.upright(found, looks.agreed([Sighting(*one, self.read_at(image, one[1])) for one in turned]))

    def read_at(self, image: Bgr, corners: Corners) -> Reading:
        """Read the plate between four corners."""
        quad = straighten.spread(corners, straighten.PLATE_MARGIN_X, straighten.PLATE_MARGIN_Y)
        reading = self.reader.read(straighten.straight(image, quad, (INPUT_WIDTH_PX, INPUT_HEIGHT_PX)))
        return self.calibration.apply(reading) if self.calibration else reading

    def read_picture(self, image: Bgr, *, timed: Timed = nullcontext) -> list[Sighting]:
        """Every plate of a photo, found and read, the surest first; it may lie on its side.

        Args:
            image: (h, w, 3) uint8.
            timed: entered as `detect` or `read` around the work on these.
        """

        def look(picture: Bgr) -> list[Sighting]:
            with timed("detect"):
                detections = self.photo_detector.detect(picture, confidence_min=self.photo_confidence_min)
            with timed("read"):
                return [self.read_still(picture, detection) for detection in detections]

        return sideways.read(image, look, confidence_min=self.read_confidence_min)


def video_detector(file: Path) -> Detector:
    """The detector of `file` (OpenVINO IR), as it looks at a whole frame of video."""
    return Detector(file, side_px=WHOLE_SIDE_PX)


def _ratio(entry: Entry, key: str, default: float) -> float:
    value = entry.about.get(key, default)
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ConfigError(f"MANIFEST.toml: {key} of [{entry.name}] is {value}, not a number from 0 to 1; calibrate")
    return value
