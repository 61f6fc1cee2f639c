import pytest

from anprd.records import Box
from anprd.tracks import kinship
from anprd.tracks.track import Track
from tests.traffic import sighting

STEP_S = 1 / 8


def box(x: float, y: float = 500, width: float = 100) -> Box:
    return Box(x, y, x + width, y + width / 4)


def track(number: int, boxes: list[Box], *, begin_s: float = 0.0) -> Track:
    found = Track(number, sighting(boxes[0]), begin_s)
    for index, place in enumerate(boxes[1:], start=1):
        found.take(sighting(place), begin_s + index * STEP_S)
    return found


def drive(count: int, *, x: float = 0, y: float = 500, step: float = 40) -> list[Box]:
    return [box(x + step * index, y) for index in range(count)]


def test_a_badge_goes_with_its_plate() -> None:
    plate, badge = track(1, drive(8)), track(2, drive(6, x=80, y=380), begin_s=2 * STEP_S)
    assert kinship.near(plate, badge)
    assert kinship.near(badge, plate)


def test_a_car_that_passes_by_does_not() -> None:
    assert not kinship.near(track(1, drive(16)), track(2, drive(16, x=600, y=560, step=-40)))


def test_the_rest_of_a_broken_track_begins_where_the_first_part_was_heading() -> None:
    first = track(1, drive(8))
    assert kinship.near(first, track(2, drive(4, x=280 + 8 * 40), begin_s=15 * STEP_S))
    assert not kinship.near(first, track(2, drive(4, x=1500), begin_s=15 * STEP_S))


@pytest.mark.parametrize(
    ("gap_s", "widths", "near"),
    [(0.25, 2.5, True), (0.25, 4.0, False), (1.0, 5.5, True), (1.0, 7.0, False), (3.0, 7.5, True), (3.0, 9.0, False)],
)
def test_the_longer_nobody_saw_it_the_farther_off_its_rest_may_begin_but_not_anywhere(
    gap_s: float, widths: float, near: bool
) -> None:
    first = track(1, drive(8, step=0))
    rest = track(2, drive(4, x=100 * widths, step=0), begin_s=7 * STEP_S + gap_s)
    assert kinship.near(first, rest) is near


def test_who_stops_begins_again_where_it_was_seen_last() -> None:
    first = track(1, drive(8, step=150))
    assert kinship.near(first, track(2, [first.box] * 3, begin_s=11 * STEP_S))


def test_what_comes_much_later_is_no_rest() -> None:
    first = track(1, drive(8, step=0))
    assert kinship.near(first, track(2, drive(4, step=0), begin_s=3.0))
    assert not kinship.near(first, track(2, drive(4, step=0), begin_s=6.0))


def test_two_in_one_frame_are_two_things() -> None:
    assert kinship.together(track(1, drive(8)), track(2, drive(8, y=900)))
    assert not kinship.together(track(1, drive(8)), track(2, drive(8), begin_s=2.0))


def test_a_parked_car_is_found_in_its_place_at_any_time() -> None:
    parked = track(1, drive(8, step=0))
    assert kinship.same_place(parked, track(2, drive(3, step=0), begin_s=3600.0))
    assert not kinship.same_place(parked, track(2, drive(3, x=200, step=0), begin_s=3600.0))


def test_a_car_that_was_driving_when_last_seen_has_no_place() -> None:
    driving = track(1, drive(8))
    assert not kinship.same_place(driving, track(2, [driving.box] * 3, begin_s=3600.0))


def test_the_next_vehicle_from_afar_is_no_rest_of_the_one_that_left_near_by() -> None:
    left = track(1, [box(100 + 40 * index, width=100 + 10 * index) for index in range(11)])
    assert kinship.near(left, track(2, [box(540, width=200)] * 3, begin_s=2.0))
    assert kinship.near(left, track(2, [box(540, width=420)] * 3, begin_s=2.0))  # as near as it was about to be
    assert not kinship.near(left, track(2, [box(540, width=90)] * 3, begin_s=2.0))


@pytest.mark.parametrize("step", [40, -40])
def test_who_comes_along_behind_is_no_rest_of_the_one_before(step: float) -> None:
    first = track(1, drive(8, x=1000, step=step))
    assert kinship.near(first, track(2, drive(4, x=1000 + 10 * step, step=step), begin_s=1.5))
    assert not kinship.near(first, track(2, drive(4, x=1000, step=step), begin_s=1.5))


@pytest.mark.parametrize(
    ("first_step", "step", "near"),
    [
        ((40, 0), (-40, 0), False),
        ((0, 40), (0, -40), False),
        ((0, 40), (0, 40), True),
        ((0, 40), (40, 0), True),
        ((0, 40), (40, -10), True),
    ],
)
def test_who_comes_from_the_opposite_way_is_no_rest(
    first_step: tuple[float, float], step: tuple[float, float], near: bool
) -> None:
    (along, down), (rest_along, rest_down) = first_step, step
    first = track(1, [box(500 + along * index, 500 + down * index) for index in range(8)])
    begins = first.forecast(8 * STEP_S + 0.5).centre
    places = [box(begins[0] - 50 + rest_along * index, begins[1] + rest_down * index) for index in range(5)]
    assert kinship.near(first, track(2, places, begin_s=8 * STEP_S + 0.5)) is near


def test_a_place_is_taken_by_who_began_there_and_not_by_who_drove_there() -> None:
    parked = track(1, drive(8, x=600, step=0))
    assert kinship.began_in_place(parked, track(2, drive(3, x=600, step=0), begin_s=3600.0))
    assert not kinship.began_in_place(parked, track(2, drive(16), begin_s=3600.0))


def test_a_parked_car_has_gone_where_another_began_in_its_place_or_is_there_now() -> None:
    parked = track(1, drive(8, x=600, step=0))
    assert kinship.same_place(parked, track(2, drive(8, x=600), begin_s=3600.0))
    assert kinship.same_place(parked, track(2, drive(16), begin_s=3600.0))


def test_only_what_is_there_without_having_come_has_never_left() -> None:
    parked = track(1, drive(8, x=600, step=0))
    shaken = [box(630), *drive(7, x=600, step=0)]
    assert kinship.never_left(parked, track(2, shaken, begin_s=3600.0))
    assert not kinship.never_left(parked, track(2, drive(16), begin_s=3600.0))
    assert not kinship.never_left(parked, track(2, drive(8, x=900, step=0), begin_s=3600.0))
