import numpy as np
import pytest
from numpy.typing import NDArray

from anprd.vision.detector import PLATES_MAX, decode


def output(*rows: tuple[float, float, float, float, float]) -> NDArray[np.float32]:
    return np.array(rows, np.float32).reshape(-1, 5).T


def test_a_centre_and_sides_become_a_box() -> None:
    (found,) = decode(output((100, 50, 40, 20, 0.9)), confidence_min=0.5)
    assert (found.box.x1, found.box.y1, found.box.x2, found.box.y2) == (80, 40, 120, 60)
    assert found.confidence == pytest.approx(0.9)


def test_a_weak_box_is_dropped() -> None:
    assert decode(output((100, 50, 40, 20, 0.49)), confidence_min=0.5) == []


def test_of_overlapping_boxes_the_surest_stays() -> None:
    found = decode(output((100, 50, 40, 20, 0.7), (102, 51, 40, 20, 0.9)), confidence_min=0.5)
    assert [round(item.confidence, 2) for item in found] == [0.9]


def test_a_sticker_on_a_plate_is_none() -> None:
    plate, sticker = (100, 50, 90, 40, 0.8), (70, 40, 20, 10, 0.7)
    assert [item.box.width for item in decode(output(sticker, plate), confidence_min=0.5)] == [90]


@pytest.mark.parametrize("area", [(100, 50, 90, 40, 0.6), (80, 40, 10, 10, 0.8)])  # as a lamp that is half beside it
def test_a_plate_in_or_beside_what_is_less_sure_stays(area: tuple[float, float, float, float, float]) -> None:
    plate = (55, 40, 50, 10, 0.7)
    assert len(decode(output(area, plate), confidence_min=0.5)) == 2


def test_plates_apart_all_stay_the_surest_first() -> None:
    found = decode(output((100, 50, 80, 40, 0.7), (300, 50, 40, 20, 0.9)), confidence_min=0.5)
    assert [item.box.centre[0] for item in found] == [300, 100]


def test_a_picture_full_of_plates_is_cut_at_the_limit() -> None:
    rows = [(50.0 * index + 25, 25.0, 40.0, 20.0, 0.9) for index in range(PLATES_MAX + 10)]
    assert len(decode(output(*rows), confidence_min=0.5)) == PLATES_MAX
