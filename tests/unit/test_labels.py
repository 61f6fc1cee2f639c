"""Labels held against what a trained reader sees: good corners are kept, impossible labels are not."""

from typing import cast

import numpy as np
import pytest

from anprd.records import Bgr, Corners, Detection, Reading, Sighting
from anprd.training import labels
from anprd.training.reader_data import LabelledCrop
from anprd.vision.plates import Vision

CORNERS: Corners = ((2.0, 1.0), (38.0, 2.0), (37.0, 11.0), (1.0, 10.0))


class ScriptedVision:
    """Reads one text from the whole crop and another from the straightened one, whatever the crop shows."""

    def __init__(self, whole: str, straightened: str, confidence: float = 0.95) -> None:
        self._whole, self._straightened, self._confidence = whole, straightened, confidence

    def read_at(self, _image: Bgr, _corners: Corners) -> Reading:
        return self._reading(self._whole)

    def read(self, _image: Bgr, detection: Detection) -> Sighting:
        return Sighting(detection, CORNERS, self._reading(self._straightened))

    def _reading(self, text: str) -> Reading:
        return Reading(text, (self._confidence,) * len(text))


def checked(crop: LabelledCrop, vision: ScriptedVision) -> LabelledCrop | None:
    return next(labels.checked([crop], cast("Vision", vision)), None)


def crop(text: str, trust: str = "exact") -> LabelledCrop:
    return LabelledCrop(np.zeros((12, 40), np.uint8), text, "RU", 1, trust=trust)


def test_where_the_straightened_reading_is_the_label_its_corners_are_kept():
    kept = checked(crop("A123BC77"), ScriptedVision("A123BC7", "A123BC77"))
    assert kept is not None
    assert kept.corners == pytest.approx(np.array(CORNERS))


def test_where_only_the_whole_crop_reads_as_the_label_the_corners_are_not_trusted():
    kept = checked(crop("A123BC77"), ScriptedVision("A123BC77", "A123BC7"))
    assert kept is not None
    assert kept.corners is None


@pytest.mark.parametrize("trust", ["exact", "eye"])
def test_a_label_that_two_sure_readings_contradict_is_left_out(trust):
    assert checked(crop("59H759324", trust), ScriptedVision("59H159324", "59H159324")) is None


def test_a_machines_label_is_replaced_by_two_sure_readings():
    kept = checked(crop("7861623", "noisy"), ScriptedVision("7B61623", "7B61623"))
    assert kept is not None
    assert kept.text == "7B61623"


@pytest.mark.parametrize(
    "vision", [ScriptedVision("AB1", "AB2"), ScriptedVision("AB1", "AB1", 0.5), ScriptedVision("", "")]
)
def test_readings_that_disagree_or_are_unsure_or_empty_judge_nobody_but_a_machine(vision):
    unsure = crop("XY9")
    kept = checked(unsure, vision)
    assert kept is not None
    assert (kept.text, kept.corners) == ("XY9", None)
    assert checked(crop("XY9", "noisy"), vision) is None


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("CUST0M", "US", "CUSTOM"),
        ("0QK466", "US", "0QK466"),
        ("B0B", "US", "B0B"),
        ("BT000", "US", "BT000"),
        ("CUST0M", "PL", "CUST0M"),
    ],
)
def test_a_word_typed_with_zeros_is_spelled_with_letters(text, country, expected):
    assert labels.spelled(text, country) == expected
