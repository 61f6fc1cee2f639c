"""Plates of a photo that is looked at in several sizes."""

from pathlib import Path

import numpy as np
import pytest

from anprd.records import Box, Detection
from anprd.vision import photo
from anprd.vision.detector import PLATES_MAX


def seen(x: float, confidence: float, width: float = 100.0) -> Detection:
    return Detection(Box(x, 0.0, x + width, 30.0), confidence)


def test_what_two_sizes_see_in_one_place_is_one_plate_as_sure_as_the_surer() -> None:
    assert [found.confidence for found in photo.merged([seen(0, 0.5), seen(4, 0.9), seen(8, 0.7)])] == [0.9]


def test_what_only_one_size_sees_is_kept_the_surest_first() -> None:
    assert photo.merged([seen(0, 0.5), seen(300, 0.9, 20.0)]) == [seen(300, 0.9, 20.0), seen(0, 0.5)]


def test_a_piece_of_a_plate_does_not_take_the_place_of_the_whole_one() -> None:
    whole, piece = seen(0, 0.6), seen(0, 0.9, 40.0)
    assert whole in photo.merged([whole, piece])  # they overlap by less than half


def test_what_one_size_sees_on_a_plate_that_another_sees_is_no_plate() -> None:
    plate, sticker = seen(0, 0.8, 200.0), Detection(Box(10.0, 2.0, 40.0, 12.0), 0.7)
    assert photo.merged([sticker, plate]) == [plate]


def test_a_picture_full_of_plates_is_cut_at_the_limit() -> None:
    assert len(photo.merged(seen(200.0 * place, 0.5) for place in range(2 * PLATES_MAX))) == PLATES_MAX


def test_the_box_is_the_mean_of_what_the_sizes_saw_weighted_by_confidence() -> None:
    (found,) = photo.merged([seen(0, 0.6), seen(8, 0.2)])
    assert (found.box.x1, found.box.x2, found.confidence) == pytest.approx((2.0, 102.0, 0.6))


class ScriptedDetector:
    """A detector that sees what the script says at its size, and remembers the inputs that it was asked for."""

    def __init__(self, scripts: dict[int, list[Detection]], side_px: int) -> None:
        self.found = scripts.get(side_px, [])
        self.input_sizes: list[object] = []

    def detect(self, _image: object, *, confidence_min: float, input_size: object = None) -> list[Detection]:
        self.input_sizes.append(input_size)
        return [one for one in self.found if one.confidence >= confidence_min]


def photo_of(width_px: int, monkeypatch: pytest.MonkeyPatch, scripts: dict[int, list[Detection]]) -> list[Detection]:
    """What is found in a photo of this width."""
    monkeypatch.setattr(photo, "Detector", lambda _file, *, side_px: ScriptedDetector(scripts, side_px))
    detector = photo.PhotoDetector(Path("detector.xml"))
    return detector.detect(np.zeros((240, width_px, 3), np.uint8), confidence_min=0.3)


def photo_of_960(monkeypatch: pytest.MonkeyPatch, scripts: dict[int, list[Detection]]) -> list[Detection]:
    """What is found in a photo that is 960 px wide."""
    return photo_of(960, monkeypatch, scripts)


def test_of_a_plate_that_fills_the_photo_no_part_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, part = seen(10, 0.6, 900.0), seen(10, 0.9, 700.0)
    assert photo_of_960(monkeypatch, {photo.CLOSE_SIDE_PX: [whole], 416: [part], 960: [part]}) == [whole]


def test_what_only_a_larger_size_sees_is_kept_however_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere, plate = seen(0, 0.5, 400.0), seen(500, 0.9, 400.0)
    found = photo_of_960(monkeypatch, {photo.CLOSE_SIDE_PX: [elsewhere], 960: [plate]})
    assert found == [plate, elsewhere]


def test_where_a_larger_size_sees_more_of_a_plate_that_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    part, whole = seen(10, 0.5, 400.0), seen(10, 0.9, 900.0)
    assert whole in photo_of_960(monkeypatch, {photo.CLOSE_SIDE_PX: [part], 960: [whole]})


def test_what_is_small_in_the_photo_is_left_to_the_larger_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert photo_of_960(monkeypatch, {photo.CLOSE_SIDE_PX: [seen(10, 0.9, 300.0)]}) == []


@pytest.mark.parametrize(("width_px", "found"), [(1919, 0), (1920, 1), (4032, 1)])
def test_only_a_large_photo_is_looked_at_for_what_is_far(
    width_px: int, found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(photo_of(width_px, monkeypatch, {photo.FAR_SIDE_PX: [seen(10, 0.9, 50.0)]})) == found
