import cv2
import numpy as np
import pytest

from anprd.records import Box
from anprd.vision.straighten import grown, spread, straight


def test_a_tilted_plate_comes_out_square() -> None:
    flat = np.zeros((60, 200, 3), np.uint8)
    flat[:, :100] = 200
    corners = ((120.0, 80.0), (300.0, 110.0), (296.0, 170.0), (118.0, 132.0))
    homography = cv2.getPerspectiveTransform(
        np.array([[0, 0], [200, 0], [200, 60], [0, 60]], np.float32), np.array(corners, np.float32)
    )
    scene = np.asarray(cv2.warpPerspective(flat, homography, (400, 300)), np.uint8)
    result = straight(scene, corners, (160, 48))
    assert result.shape == (48, 160)
    assert result[4:-4, 4:70].min() > 190
    assert result[4:-4, 90:-4].max() < 10


def test_a_plate_many_times_as_large_is_averaged_and_not_picked_from() -> None:
    stripes = np.zeros((400, 1280, 3), np.uint8)
    stripes[:, ::4] = 240  # one column of four
    result = straight(stripes, Box(0, 0, 1280, 384).corners, (160, 48))
    assert np.ptp(result[4:-4, 4:-4]) <= 8
    assert abs(float(result.mean()) - 60) < 4


def test_a_large_plate_stays_where_it_is() -> None:
    scene = np.zeros((600, 2000, 3), np.uint8)
    scene[:, 1000:] = 200
    result = straight(scene, Box(360, 60, 1640, 444).corners, (160, 48)).astype(int)
    middle = result[24]
    assert abs(int(np.argmax(middle > 100)) - 80) <= 1


def test_a_plate_partly_outside_the_frame_repeats_its_edge() -> None:
    scene = np.full((50, 50, 3), 90, np.uint8)
    assert (straight(scene, Box(-20, 10, 40, 30).corners, (160, 48)) == 90).all()


def test_a_box_wholly_outside_the_frame_is_black() -> None:
    scene = np.full((50, 50, 3), 90, np.uint8)
    assert (straight(scene, Box(100, 100, 140, 110).corners, (160, 48)) == 0).all()


def test_a_box_grows_on_every_side() -> None:
    box = grown(Box(10, 20, 110, 40), 0.1, 0.5)
    assert (box.x1, box.y1, box.x2, box.y2) == (0, 10, 120, 50)


def test_corners_spread_along_the_plates_own_edges() -> None:
    moved = spread(((0, 0), (100, 100), (80, 120), (-20, 20)), 0.1, 0)
    assert moved[0] == pytest.approx((-10, -10))
    assert moved[2] == pytest.approx((90, 130))
