"""Where it looks: at what moves and what is awaited, and everywhere often enough."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.records import Box
from anprd.vision.gaze import WHOLE_S, Gaze
from anprd.vision.view import View

HD = (1080, 1920)
CAR = Box(0.4, 0.4, 0.5, 0.5)
FPS = 8.0


def settled_gaze() -> Gaze:
    gaze = Gaze()
    gaze.look(HD, moving=[CAR], awaited=(), t_s=10 - 1 / FPS)
    return gaze


def is_whole(view: View) -> bool:
    return (view.window.height, view.window.width) == HD


def look(gaze: Gaze, moving=(CAR,), awaited=(), t_s: float = 10.0) -> View:
    return gaze.look(HD, moving=moving, awaited=awaited, t_s=t_s)


def holds(view: View, box: Box) -> bool:
    window = view.window
    return (
        window.left <= box.x1 * 1920
        and window.right >= box.x2 * 1920
        and window.top <= box.y1 * 1080
        and window.bottom >= box.y2 * 1080
    )


def test_the_first_look_is_at_the_whole_frame_and_the_next_where_it_moves():
    gaze = Gaze()
    assert is_whole(look(gaze, t_s=0.0))
    view = look(gaze, t_s=0.125)
    assert not is_whole(view)
    assert holds(view, CAR)


@pytest.mark.parametrize("fps", [1, 2, 3, 5, 8, 12, 25])
def test_a_plate_that_stands_is_seen_three_times_within_two_seconds(fps: int):
    gaze = Gaze()
    whole = [t for t in (i / fps for i in range(20 * fps)) if is_whole(look(gaze, t_s=t))]
    assert all(later - earlier <= max(WHOLE_S, 1 / fps) + 1e-9 for earlier, later in itertools.pairwise(whole))
    if fps >= 5:
        assert len(whole) < 20 * fps / 3


def test_what_moved_a_moment_ago_is_still_looked_at():
    gaze = settled_gaze()
    look(gaze)
    view = look(gaze, moving=(Box(0.5, 0.5, 0.55, 0.55),), t_s=10.125)
    assert holds(view, CAR)


def test_a_plate_that_is_awaited_is_looked_at_though_nothing_moves():
    gaze = settled_gaze()
    look(gaze, moving=(), t_s=10.0)
    view = look(gaze, moving=(), awaited=[Box(300, 300, 380, 320)], t_s=10.5)
    assert is_whole(view)  # a look after a pause
    view = look(gaze, moving=(), awaited=[Box(300, 300, 380, 320)], t_s=10.625)
    assert not is_whole(view)
    assert view.window.left <= 200
    assert view.window.right >= 480


def test_a_speck_beside_a_car_is_not_looked_at_and_one_alone_is():
    speck = Box(0.95, 0.0, 0.975, 0.04)
    gaze = settled_gaze()
    assert not holds(look(gaze, moving=(CAR, speck)), speck)
    gaze = settled_gaze()
    assert holds(look(gaze, moving=(speck,), t_s=10.2), speck)


def test_vehicles_at_both_ends_of_the_frame_are_seen_in_the_whole_frame():
    assert is_whole(look(settled_gaze(), moving=(Box(0, 0.4, 0.1, 0.5), Box(0.9, 0.4, 1.0, 0.5))))


def test_after_a_doubt_the_next_look_is_whole():
    gaze = settled_gaze()
    assert not is_whole(look(gaze))
    gaze.doubt()
    assert is_whole(look(gaze, t_s=10.125))
    assert not is_whole(look(gaze, t_s=10.25))


def test_a_look_everywhere_counts_as_a_whole_look():
    gaze = Gaze()
    assert is_whole(gaze.look_everywhere(HD, 0.0))
    assert not is_whole(look(gaze, t_s=0.125))


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 4), min_size=1, max_size=8), st.floats(0, 100))
def test_whatever_moves_is_in_view(corners, t_s: float):
    boxes = [Box(min(a, b), min(c, d), max(a, b), max(c, d)) for a, b, c, d in corners]
    gaze = Gaze()
    look(gaze, moving=(), t_s=t_s)
    view = look(gaze, moving=boxes, t_s=t_s + 0.125)
    assert all(holds(view, box) for box in boxes if box.area >= 0.002)
