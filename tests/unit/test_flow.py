import math

from anprd.records import Box
from anprd.tracks.course import Course, Spot
from anprd.tracks.flow import CELLS_MAX, Flow
from anprd.tracks.tracker import Tracker
from tests.traffic import sighting

STEP_S = 1 / 3


def box(x: float, y: float = 500, width: float = 100) -> Box:
    return Box(x, y, x + width, y + width / 4)


def way(*places: float, y: float = 500) -> list[Spot]:
    return [Spot(index * STEP_S, box(x, y)) for index, x in enumerate(places)]


def taught(*ways: list[Spot]) -> Flow:
    flow = Flow()
    for spots in ways:
        flow.learn(spots)
    return flow


def test_a_place_that_nobody_passed_says_nothing() -> None:
    assert Flow().drift(box(100)) is None
    assert taught(*[way(100, 400)] * 3).drift(box(100, 2000)) is None


def test_two_are_too_few_to_know_the_way() -> None:
    assert taught(*[way(100, 400)] * 2).drift(box(100)) is None


def test_where_three_went_the_next_is_expected() -> None:
    drift = taught(*[way(100, 400)] * 3).drift(box(120))
    assert drift is not None
    forecast = drift.carry(Course(box(120), 0.0).forecast(STEP_S), box(120))
    assert math.dist(forecast.centre, box(420).centre) < 1
    assert forecast.cost(box(420), reach=1.0) < forecast.cost(box(120 - 300), reach=1.0)


def test_lanes_of_both_directions_leave_the_doubt_large() -> None:
    one = taught(*[way(100, 400)] * 6).drift(box(100))
    both = taught(*[way(100, 400), way(100, -200)] * 3).drift(box(100))
    assert one is not None
    assert both is not None
    assert both.speed_doubt > 2 * one.speed_doubt


def test_plates_of_another_size_learn_for_themselves() -> None:
    assert taught(*[way(100, 400)] * 3).drift(box(100, width=30)) is None


def test_a_wild_picture_keeps_the_memory_small() -> None:
    flow = Flow()
    for number in range(CELLS_MAX + 100):
        flow.learn(way(1000.0 * number, 1000.0 * number + 300))
    assert len(flow._cells) <= CELLS_MAX


def test_a_tracker_that_knows_the_lane_gives_a_plate_to_the_car_that_came_along_it() -> None:
    """Two were seen once, one look later one plate: in the lane of the one, and nearer to the other."""
    tracker, t_s = Tracker(1.5), 0.0
    for _ in range(4):
        for index in range(6):
            tracker.update([sighting(box(100 + 300 * index))], t_s)
            t_s += STEP_S
        t_s += 10
    lane, kerb = sighting(box(100)), sighting(box(480, 540))
    first = {id(track.sighting): track.id for track in tracker.update([lane, kerb], t_s)}
    (track,) = tracker.update([sighting(box(400))], t_s + STEP_S)
    assert track.id == first[id(lane)]
