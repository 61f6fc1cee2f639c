"""A frame made of a plain picture, as photos and tests use it."""

from datetime import UTC, datetime

import numpy as np
import pytest

from anprd.video.frames import Frame

RED = np.full((4, 6, 3), (0, 0, 255), np.uint8)


def test_a_picture_becomes_a_frame_of_its_size():
    frame = Frame.of_image(RED)
    assert (frame.width, frame.height) == (6, 4)
    assert frame.bgr().tolist() == RED.tolist()


def test_luma_has_one_plane():
    luma = Frame.of_image(RED).luma()
    assert luma.shape == (4, 6)
    assert luma.dtype == np.uint8
    assert set(luma.ravel().tolist()) == {76}


def test_the_wall_time_is_given_or_counted_from_1970():
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert Frame.of_image(RED, at=noon).at == noon
    assert Frame.of_image(RED, t_s=2.5).at == datetime(1970, 1, 1, 0, 0, 2, 500_000, tzinfo=UTC)


def test_nobody_can_draw_on_a_frame():
    with pytest.raises(ValueError, match="read-only"):
        Frame.of_image(RED.copy()).bgr()[0, 0] = 0
