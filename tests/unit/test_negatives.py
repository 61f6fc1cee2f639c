"""Pieces of photos without a plate: none touches a labelled one, and none is a plate that nobody labelled."""

from typing import cast

import cv2
import numpy as np
import pytest

from anprd.records import Bgr, Box, Corners, Detection, Reading
from anprd.training import negatives
from anprd.vision.plates import Vision

PLATE = "0 .5 .5 .25 .2\n"  # in a picture of 400x200: 150..250, 80..120


class SuspiciousVision:
    """Takes one box for a plate and reads one text in whatever it is shown."""

    def __init__(self, box: Box, reading: Reading) -> None:
        self.detector = self
        self._box, self._reading = box, reading

    def detect(self, _frame: Bgr, *, confidence_min: float) -> list[Detection]:
        return [Detection(self._box, confidence_min)]

    def read_at(self, _image: Bgr, _corners: Corners) -> Reading:
        return self._reading


@pytest.fixture
def data(tmp_path):
    for name in ("images", "labels"):
        (tmp_path / name).mkdir()
    for number in range(20):
        cv2.imwrite(str(tmp_path / "images" / f"{number}.png"), np.full((200, 400, 3), 90, np.uint8))
        (tmp_path / "labels" / f"{number}.txt").write_text(PLATE)
    rows = [f"{number}.png,{'train' if number < 16 else 'val'}" for number in range(20)]
    (tmp_path / "index.csv").write_text("\n".join(["image,split", *rows]) + "\n")
    return tmp_path


def suspected(data, box: Box, reading: Reading) -> int:
    """How many pieces the detector's suspicion adds."""
    vision = cast("Vision", SuspiciousVision(box, reading))
    return len([piece for piece in negatives.gathered(data, vision) if piece.image.shape == (20, 60)])


def test_pieces_are_the_same_every_time_and_say_nothing(data):
    once, again = list(negatives.gathered(data)), list(negatives.gathered(data))
    assert 0 < len(once) <= 16
    assert [piece.image.shape for piece in once] == [piece.image.shape for piece in again]
    assert {piece.text for piece in once} == {""}


def test_what_only_looks_like_a_plate_is_a_piece_of_every_training_photo(data):
    assert suspected(data, Box(10, 10, 70, 30), Reading("", ())) == 16


@pytest.mark.parametrize("box", [Box(200, 90, 260, 110), Box(252, 90, 312, 110)])
def test_nothing_is_cut_from_a_plate_or_its_edge(data, box):
    assert suspected(data, box, Reading("", ())) == 0


def test_what_is_read_surely_may_be_a_plate_that_nobody_labelled(data):
    assert suspected(data, Box(10, 10, 70, 30), Reading("AB123", (0.9,) * 5)) == 0
    assert suspected(data, Box(10, 10, 70, 30), Reading("AB123", (0.3,) * 5)) == 16


def test_what_is_too_small_to_look_at_is_left_out(data):
    assert suspected(data, Box(10, 10, 22, 30), Reading("", ())) == 0
