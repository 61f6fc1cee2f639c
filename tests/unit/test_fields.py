from typing import cast

import cv2
import numpy as np

from anprd.records import Bgr, Box, Corners, Detection, Luma, Reading
from anprd.vision import fields
from anprd.vision.detector import Detector
from anprd.vision.letterbox import Size
from anprd.vision.photo import PhotoDetector
from anprd.vision.plates import Vision
from anprd.vision.reader import Reader
from anprd.vision.straighten import CornerFinder

PLATE = Box(200, 150, 340, 186)


def picture(moved_px: int = 0, noise: float = 1.5) -> Bgr:
    """A plate on a vehicle, so far to the right, as a sensor shows it."""
    drawn = np.full((360, 640, 3), 90, np.uint8)
    for x in range(20, 620, 40):  # the street behind
        cv2.line(drawn, (x, 0), (x + 30, 140), (60, 70, 80), 5)
    left, top, right, bottom = (int(side) for side in (PLATE.x1, PLATE.y1, PLATE.x2, PLATE.y2))
    cv2.rectangle(drawn, (left + moved_px, top), (right + moved_px, bottom), (230, 230, 230), -1)
    cv2.putText(drawn, "K995OX", (left + 4 + moved_px, bottom - 6), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (20, 20, 20), 3)
    seen = cv2.GaussianBlur(drawn, (0, 0), 0.7) + np.random.default_rng(1).normal(0, noise, drawn.shape)
    return np.asarray(np.clip(seen, 0, 255), np.uint8)


def interlaced(even: Bgr, odd: Bgr) -> Bgr:
    both = even.copy()
    both[1::2] = odd[1::2]
    return both


def test_a_plate_that_moved_between_the_fields_is_combed():
    for moved_px in (3, 6, -8):
        assert fields.combed(interlaced(picture(), picture(moved_px)), PLATE)


def test_a_plate_of_one_moment_is_not_combed_however_noisy():
    for noise in (0.0, 1.5, 12.0):
        assert not fields.combed(picture(noise=noise), PLATE)


def test_a_plate_of_few_lines_is_left_as_it_is():
    combed = interlaced(picture(), picture(6))
    assert not fields.combed(combed, Box(PLATE.x1, PLATE.y1, PLATE.x2, PLATE.y1 + fields.LINES_MIN - 1))
    assert not fields.combed(combed, Box(900, 900, 960, 930))


def test_a_picture_of_two_moments_is_torn_and_one_of_one_moment_is_not():
    whole = np.tile(picture(), (2, 2, 1))
    assert fields.torn(interlaced(whole, np.roll(whole, 8, axis=1)))
    assert not fields.torn(whole)
    assert not fields.torn(np.random.default_rng(1).integers(0, 255, (720, 1280, 3), dtype=np.uint8))
    assert not fields.torn(whole[:8])


def test_even_lines_are_of_one_moment():
    still = fields.even_lines(picture())
    assert still.shape == picture().shape
    assert np.array_equal(fields.even_lines(interlaced(picture(), picture(6))), still)
    part, left, top = fields.even_part(picture(), Box(199.5, 151.2, 640.0, 361.0))
    assert (part.shape, left, top) == ((210, 441, 3), 199, 150)


class Eyes:
    """Stands for all three networks and keeps what they were shown."""

    def __init__(self) -> None:
        self.frame: Bgr | None = None
        self.plate: Luma | None = None

    def detect(self, image: Bgr, *, confidence_min: float, input_size: Size | None = None) -> list[Detection]:
        self.frame = image
        return []

    def find(self, _image: Bgr, box: Box) -> Corners:
        return box.corners

    def read(self, plate: Luma) -> Reading:
        self.plate = plate
        return Reading("K995OX", (0.9,) * 6)

    @property
    def vision(self) -> Vision:
        return Vision(
            cast("Detector", self), cast("PhotoDetector", self), cast("CornerFinder", self), cast("Reader", self)
        )


def test_a_combed_plate_is_read_in_its_even_lines_where_it_was_found():
    eyes, still = Eyes(), Eyes()
    sighting = eyes.vision.read(interlaced(picture(), picture(8)), Detection(PLATE, 0.8))
    still.vision.read(picture(), Detection(PLATE, 0.8))
    assert sighting.corners == PLATE.corners
    assert sighting.box == PLATE
    assert eyes.plate is not None
    assert still.plate is not None
    assert np.abs(eyes.plate.astype(int) - still.plate).mean() < 12


def test_the_detector_is_shown_one_moment_of_a_torn_frame():
    eyes, whole = Eyes(), np.tile(picture(), (2, 2, 1))
    frame = interlaced(whole, np.roll(whole, 8, axis=1))
    eyes.vision.detect(frame, confidence_min=0.5)
    assert eyes.frame is not None
    assert np.array_equal(eyes.frame, fields.even_lines(frame))
    eyes.vision.detect(whole, confidence_min=0.5)
    assert eyes.frame is whole
