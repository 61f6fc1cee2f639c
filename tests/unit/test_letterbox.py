import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.records import Box
from anprd.vision.letterbox import GREY, STRIDE_PX, Letterbox, input_size

sides = st.integers(1, 5000)
coordinates = st.floats(0, 5000, allow_nan=False)


@given(sides, sides, coordinates, coordinates, coordinates, coordinates)
def test_the_inverse_undoes_the_letterbox(height: int, width: int, x1: float, y1: float, x2: float, y2: float) -> None:
    letterbox = Letterbox.fit((height, width), (384, 640))
    box = Box(x1, y1, x2, y2)
    back = letterbox.inverse(letterbox.forward(box))
    assert (back.x1, back.y1, back.x2, back.y2) == pytest.approx((x1, y1, x2, y2), abs=1e-6)


@given(sides, sides, st.sampled_from([416, 640, 960]))
def test_the_input_is_a_multiple_of_the_stride_and_holds_the_picture(height: int, width: int, side: int) -> None:
    size = input_size((height, width), side_px_max=side)
    letterbox = Letterbox.fit((height, width), size)
    assert size[0] % STRIDE_PX == size[1] % STRIDE_PX == 0
    assert max(size) == side
    assert letterbox.top_px >= 0
    assert letterbox.left_px >= 0
    assert letterbox.height_px <= size[0]
    assert letterbox.width_px <= size[1]


def test_a_wide_frame_gets_a_wide_input() -> None:
    assert input_size((1080, 1920), side_px_max=640) == (384, 640)


def test_what_the_picture_does_not_cover_stays_grey() -> None:
    picture = np.full((100, 400, 3), 255, np.uint8)
    canvas = np.full((320, 640, 3), GREY, np.uint8)
    Letterbox.fit((100, 400), (320, 640)).apply(picture, canvas)
    assert (canvas[:80] == GREY).all()
    assert (canvas[80:240] == 255).all()
    assert (canvas[240:] == GREY).all()
