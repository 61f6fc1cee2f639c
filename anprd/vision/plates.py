"""From a picture to its plates: detector, corner finder and reader behind one face."""

from dataclasses import dataclass
from pathlib import Path

from anprd.errors import ConfigError
from anprd.records import Bgr, Corners, Detection, Reading, Sighting
from anprd.vision import ctc, straighten, weights
from anprd.vision.detector import Detector
from anprd.vision.reader import INPUT_HEIGHT_PX, INPUT_WIDTH_PX, Reader
from anprd.vision.straighten import CornerFinder

VIDEO_SIDE_PX = 640  # docs/measured.md#detector-input
PHOTO_SIDE_PX = 960  # docs/measured.md#detector-input
PHOTO_CONFIDENCE_MIN = 0.35  # docs/measured.md#detector-input


@dataclass(frozen=True, slots=True)
class Vision:
    """The three networks, loaded and checked."""

    detector: Detector
    photo_detector: Detector
    corner_finder: CornerFinder
    reader: Reader

    @classmethod
    def load(cls, folder: Path | None = None) -> "Vision":
        """The networks of `folder`, or the shipped ones.

        Raises:
            ConfigError: a network is missing, its hash or alphabet is wrong or it cannot be loaded.
        """
        entries = weights.load(folder or weights.default_folder())
        detector, corners, reader = (weights.require(entries, name).file for name in ("detector", "corners", "reader"))
        alphabet = entries["reader"].about.get("alphabet", ctc.ALPHABET)
        if alphabet != ctc.ALPHABET:
            raise ConfigError(f"{reader}: reads another alphabet ({alphabet}) than this version; export it again")
        return cls(
            detector=Detector(detector, side_px=VIDEO_SIDE_PX),
            photo_detector=Detector(detector, side_px=PHOTO_SIDE_PX),
            corner_finder=CornerFinder(corners),
            reader=Reader(reader),
        )

    def detect(self, frame: Bgr, *, confidence_min: float) -> list[Detection]:
        """The plates of a video frame, the surest first."""
        return self.detector.detect(frame, confidence_min=confidence_min)

    def read(self, image: Bgr, detection: Detection) -> Sighting:
        """Straighten and read one plate of a picture."""
        corners = self.corner_finder.find(image, detection.box)
        return Sighting(detection, corners, self.read_at(image, corners))

    def read_at(self, image: Bgr, corners: Corners) -> Reading:
        """Read the plate between four corners."""
        quad = straighten.spread(corners, straighten.PLATE_MARGIN_X, straighten.PLATE_MARGIN_Y)
        return self.reader.read(straighten.straight(image, quad, (INPUT_WIDTH_PX, INPUT_HEIGHT_PX)))

    def read_picture(self, image: Bgr, *, confidence_min: float = PHOTO_CONFIDENCE_MIN) -> list[Sighting]:
        """Every plate of a photo, found and read, the surest first.

        Args:
            image: (h, w, 3) uint8.
            confidence_min: of the detector, 0..1.
        """
        detections = self.photo_detector.detect(image, confidence_min=confidence_min)
        return [self.read(image, detection) for detection in detections]
