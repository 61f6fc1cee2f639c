"""A view holds what is wanted, lies in the frame, and shows it no smaller than the whole frame would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.records import Box, Window
from anprd.vision.letterbox import STRIDE_PX
from anprd.vision.view import View, union

sides = st.integers(64, 4096)
frames = st.tuples(sides, sides)
shares = st.floats(-0.2, 1.2, allow_nan=False)
HD = (1080, 1920)


@st.composite
def wanted_of_frame(draw):
    frame = draw(frames)
    (x1, x2), (y1, y2) = (sorted((draw(shares) * side, draw(shares) * side)) for side in reversed(frame))
    return frame, Box(x1, y1, x2, y2)


@given(wanted_of_frame())
def test_a_part_holds_all_that_is_wanted_of_the_frame_and_lies_within_it(case) -> None:
    frame, wanted = case
    view = View.around(wanted, frame)
    if view is None:
        return
    window, (height, width) = view.window, frame
    assert 0 <= window.left < window.right <= width
    assert 0 <= window.top < window.bottom <= height
    assert window.left <= max(0, wanted.x1)
    assert window.top <= max(0, wanted.y1)
    assert window.right >= min(width, wanted.x2)
    assert window.bottom >= min(height, wanted.y2)


@given(wanted_of_frame())
def test_a_part_is_shown_no_smaller_than_in_the_whole_frame_and_no_larger_than_it_is(case) -> None:
    frame, wanted = case
    view = View.around(wanted, frame)
    if view is None:
        return
    assert view.scale >= View.whole(frame).scale
    assert view.scale <= 1 or (view.window.height, view.window.width) == frame


@given(frames)
def test_a_frame_has_two_inputs_and_the_part_is_the_smaller(frame: tuple[int, int]) -> None:
    whole = View.whole(frame)
    parts = {
        view.input_size
        for share in (0.02, 0.1, 0.3, 0.5)
        if (view := View.around(Box(0, 0, share * frame[1], share * frame[0]), frame))
    }
    assert len(parts) <= 1
    for height, width in parts:
        assert height % STRIDE_PX == width % STRIDE_PX == 0
        assert height * width < whole.input_size[0] * whole.input_size[1]


@given(wanted_of_frame())
def test_a_part_of_a_frame_with_even_sides_begins_and_ends_on_whole_pixels_of_colour(case) -> None:
    (height, width), wanted = case
    view = View.around(wanted, (height // 2 * 2, width // 2 * 2))
    if view is not None:
        window = view.window
        assert window.left % 2 == window.top % 2 == window.right % 2 == window.bottom % 2 == 0


def test_what_is_small_is_seen_as_it_is_with_its_surroundings() -> None:
    view = View.around(Box(900, 500, 1000, 560), HD)
    assert view is not None
    assert view.scale == 1
    assert (view.window.height, view.window.width) == view.input_size == (288, 384)


def test_a_large_part_is_scaled_down_until_it_fits() -> None:
    view = View.around(Box(0, 0, 1100, 600), HD)
    assert view is not None
    assert 1 / 3 <= view.scale < 0.4


def test_what_does_not_fit_is_seen_in_the_whole_frame() -> None:
    assert View.around(Box(0, 0, 1900, 200), HD) is None
    assert View.around(Box(0, 0, 200, 1000), HD) is None
    assert View.whole(HD).window == Window(0, 0, 1920, 1080)
    assert View.whole(HD).input_size == (384, 640)


def test_an_upright_frame_has_upright_inputs() -> None:
    view = View.around(Box(100, 100, 300, 400), (1920, 1080))
    assert view is not None
    assert view.input_size == (384, 288)


def test_nothing_wanted_is_no_part() -> None:
    assert View.around(union([]), HD) is None
    assert View.around(Box(2000, 100, 2100, 200), HD) is None


@pytest.mark.parametrize(
    ("box", "cut"),
    [
        (Box(900, 500, 960, 515), False),
        (Box(801, 500, 861, 515), True),
        (Box(900, 405, 960, 420), False),
        (Box(900, 401, 960, 416), True),
        (Box(1130, 500, 1182, 515), True),
        (Box(900, 670, 960, 685), True),
    ],
)
def test_a_box_at_an_inner_edge_may_go_on_beyond_it(box: Box, cut: bool) -> None:
    assert View(Window(800, 400, 1184, 688), (288, 384), HD).cuts(box) == cut


def test_the_edge_of_the_frame_is_no_inner_edge() -> None:
    view = View(Window(0, 0, 384, 288), (288, 384), HD)
    assert not view.cuts(Box(0, 0, 60, 15))
    assert view.cuts(Box(330, 0, 384, 15))


def test_the_union_is_around_all_boxes() -> None:
    assert union([Box(1, 5, 3, 6), Box(2, 1, 9, 2)]) == Box(1, 1, 9, 6)
