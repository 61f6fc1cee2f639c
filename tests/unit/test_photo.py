"""Plates of a photo that is looked at in several sizes."""

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


def test_a_picture_full_of_plates_is_cut_at_the_limit() -> None:
    assert len(photo.merged(seen(200.0 * place, 0.5) for place in range(2 * PLATES_MAX))) == PLATES_MAX


def test_the_box_is_the_mean_of_what_the_sizes_saw_weighted_by_confidence() -> None:
    (found,) = photo.merged([seen(0, 0.6), seen(8, 0.2)])
    assert (found.box.x1, found.box.x2, found.confidence) == pytest.approx((2.0, 102.0, 0.6))
