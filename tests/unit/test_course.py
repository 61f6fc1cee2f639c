import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.records import Box
from anprd.tracks.course import Course, Forecast, size_of
from tests.traffic import box_at

STEP_S = 1 / 8


def box(x: float, y: float = 500, width: float = 100) -> Box:
    return Box(x - width / 2, y - width / 8, x + width / 2, y + width / 8)


def driven(boxes: list[Box], step_s: float = STEP_S) -> Course:
    course = Course(boxes[0], 0.0)
    for index, place in enumerate(boxes[1:], start=1):
        course.take(place, index * step_s)
    return course


def away_px(forecast: Forecast, place: Box) -> float:
    return math.dist(forecast.centre, place.centre)


@given(st.floats(-3, 3), st.floats(5, 20), st.sampled_from([1, -1]))
def test_a_car_at_one_speed_is_predicted_through_perspective(lane_m: float, speed_m_s: float, way: int) -> None:
    start_m = 40.0 if way > 0 else 8.0
    boxes = [box_at((lane_m, 0.6, start_m - way * speed_m_s * index / 25)) for index in range(25)]
    course = driven(boxes, 1 / 25)
    later = box_at((lane_m, 0.6, start_m - way * speed_m_s * 1.2))
    forecast = course.forecast(1.2)
    assert away_px(forecast, later) < 0.6 * later.width
    assert forecast.height_px == pytest.approx(later.height, rel=0.15)
    assert forecast.cost(later, reach=1.0) < 0


def test_a_straight_line_in_pixels_falls_behind_a_car_that_comes_near() -> None:
    boxes = [box_at((1.8, 0.6, 30.0 - 15 * index / 8)) for index in range(8)]
    forecast, later = driven(boxes).forecast(1.25), box_at((1.8, 0.6, 30.0 - 15 * 1.25))
    (x1, y1), (x2, y2) = boxes[-2].centre, boxes[-1].centre
    straight = (x2 + 3 * (x2 - x1), y2 + 3 * (y2 - y1))
    assert away_px(forecast, later) < math.dist(straight, later.centre) / 2


def test_what_stands_is_expected_where_it_is() -> None:
    forecast = driven([box(500)] * 8).forecast(1.0)
    assert forecast.centre == pytest.approx((500, 500))
    assert forecast.way < 0.1


def test_doubt_grows_with_time_and_shrinks_with_sightings() -> None:
    once, often = Course(box(500), 0.0), driven([box(500)] * 8)
    assert once.forecast(0.2).across > often.forecast(7 * STEP_S + 0.2).across
    assert often.forecast(1.5).across > often.forecast(1.0).across


def test_nothing_drives_backwards() -> None:
    forecast = driven([box(100 + 30 * index) for index in range(8)]).forecast(1.6)
    behind, stopped = box(310 - 120), box(310 + 10)
    assert forecast.cost(behind, reach=1.0) == math.inf
    assert forecast.cost(stopped, reach=1.0) < math.inf


@pytest.mark.parametrize("down", [30, -30])
def test_on_any_way_more_is_open_ahead_than_aside(down: float) -> None:
    course = driven([box(900 + 30 * index, 500 + down * index) for index in range(8)])
    forecast = course.forecast(1.2)
    (x, y), (right, below) = forecast.centre, forecast.heading
    ahead, aside = box(x + 80 * right, y + 80 * below), box(x - 80 * below, y + 80 * right)
    assert forecast.deviations(ahead)[0] < 0.9 * forecast.deviations(aside)[0]


def test_one_box_that_is_too_large_is_believed_in_part_and_fits_less_well() -> None:
    usual, large = box(500), box(500, width=120)
    course = driven([usual] * 8)
    forecast = course.forecast(1.0)
    assert forecast.cost(usual, reach=1.0) < forecast.cost(large, reach=1.0) < math.inf
    course.take(large, 1.0)
    assert size_of(usual) < course.size < size_of(large)


def test_a_plate_that_leaves_the_picture_keeps_its_height() -> None:
    forecast = driven([box(300 - 30 * index) for index in range(8)]).forecast(1.0)
    (x, y), half = forecast.centre, 100 / 8
    cut = Box(x - 20, y - half, x + 20, y + half)
    small = Box(x - 20, y - 5, x + 20, y + 5)
    assert forecast.cost(cut, reach=1.0) < 0
    assert forecast.cost(small, reach=1.0) == math.inf


def test_a_larger_reach_allows_what_is_farther_away() -> None:
    forecast = driven([box(500)] * 8).forecast(1.0)
    assert forecast.cost(box(640), reach=1.0) == math.inf
    assert forecast.cost(box(640), reach=2.0) < math.inf


BOXES = st.builds(box, st.floats(0, 1900), st.floats(0, 1000), st.floats(1, 400))


@given(st.lists(BOXES, min_size=1, max_size=8), st.floats(0.01, 3), BOXES)
def test_whatever_was_seen_the_forecast_is_finite(boxes: list[Box], ahead_s: float, found: Box) -> None:
    course = driven(boxes)
    forecast = course.forecast(course.t_s + ahead_s)
    assert all(map(math.isfinite, (*forecast.centre, forecast.along, forecast.across, forecast.size_doubt)))
    assert 0 < forecast.across <= forecast.along
    assert not math.isnan(forecast.cost(found, reach=1.0))
