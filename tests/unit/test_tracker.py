import itertools
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anprd.records import Box, Detection, Sighting
from anprd.tracks.track import Track
from anprd.tracks.tracker import TRACKS_MAX, Tracker
from tests.traffic import Camera, Vehicle, crossing, driving, sighting

FPS = (25, 12, 8, 5, 3)
GAP_S = 1.5


def box(x: float, y: float = 500, width: float = 100) -> Box:
    return Box(x, y, x + width, y + width / 4)


def followed(
    vehicles: list[Vehicle], *, fps: float, seconds: float, seed: int, read: bool = True, missed: float = 0.08
) -> dict[int, list[str]]:
    """For each track the true plates of its sightings."""
    tracker, plates = Tracker(GAP_S), defaultdict(list)
    for t_s, seen in Camera(fps=fps, seed=seed, read=read, missed=missed).frames(vehicles, seconds):
        truth = {id(found): plate for plate, found in seen}
        for track in tracker.update([found for _, found in seen], t_s):
            plates[track.id].append(truth[id(track.sighting)])
        tracker.ended(t_s)
    return plates


@pytest.mark.parametrize("fps", FPS)
@pytest.mark.parametrize("read", [True, False])
def test_opposite_lanes_are_two_tracks(fps: float, *, read: bool) -> None:
    vehicles = [
        driving("K995OX190", lane_m=-1.8, speed_m_s=12),
        driving("P429OO197", lane_m=1.8, speed_m_s=-10, start_m=7, begin_s=0.6),
    ]
    for seed in range(3):
        plates = followed(vehicles, fps=fps, seconds=5, seed=seed, read=read)
        assert all(len(set(some)) == 1 for some in plates.values())
        assert len(plates) == 2


@pytest.mark.parametrize("fps", FPS)
@pytest.mark.parametrize("read", [True, False])
def test_cars_that_cross_keep_their_tracks(fps: float, *, read: bool) -> None:
    vehicles = [
        crossing("K995OX190", away_m=14, speed_m_s=7, start_m=-6),
        crossing("P429OO197", away_m=12, speed_m_s=-6, start_m=6),
    ]
    for seed in range(3):
        plates = followed(vehicles, fps=fps, seconds=2.4, seed=seed, read=read)
        assert all(len(set(some)) == 1 for some in plates.values())
        assert len(plates) == 2


@pytest.mark.parametrize("fps", FPS)
def test_cars_in_a_queue_keep_their_tracks(fps: float) -> None:
    """Between two looks a car comes to about where the next one was: only the texts tell."""
    plates = ["K995OX190", "P429OO197", "H474XM197", "E707EB77"]
    queue = [driving(plate, lane_m=0, speed_m_s=6, start_m=20, begin_s=i * 1.3) for i, plate in enumerate(plates)]
    missed = 0.08 if fps >= 5 else 0.0  # with a third of a second between looks, a look more is too long
    for seed in range(4):
        tracks = followed(queue, fps=fps, seconds=8, seed=seed, missed=missed)
        assert all(len(set(some)) == 1 for some in tracks.values())
        assert len(tracks) == len(queue)


@pytest.mark.parametrize("fps", [25, 12, 8])
def test_a_fast_car_is_one_track(fps: float) -> None:
    for seed in range(5):
        fast = [driving("K995OX190", lane_m=1, speed_m_s=33)]
        assert len(followed(fast, fps=fps, seconds=2, seed=seed)) == 1


def test_a_second_sighting_may_be_six_widths_away() -> None:
    tracker = Tracker(GAP_S)
    first = tracker.update([sighting(box(100))], 0.0)
    assert tracker.update([sighting(box(700))], 0.125) == first


def test_once_the_speed_is_known_the_gate_is_narrow() -> None:
    tracker = Tracker(GAP_S)
    for index in range(4):
        (track,) = tracker.update([sighting(box(100 + 10 * index))], index / 8)
    (other,) = tracker.update([sighting(box(640))], 0.5)
    assert other is not track


def test_the_text_decides_between_two_that_swap_places() -> None:
    tracker = Tracker(GAP_S)
    left, right = sighting(box(100), "K995OX190"), sighting(box(500), "P429OO197")
    first = {track.id: track.sighting.reading.text for track in tracker.update([left, right], 0.0)}
    swapped = [sighting(box(510), "K995OX190"), sighting(box(90), "P429OO197")]
    second = {track.id: track.sighting.reading.text for track in tracker.update(swapped, 0.125)}
    assert first == second


def test_a_sure_other_text_begins_another_track() -> None:
    tracker = Tracker(GAP_S)
    for index in range(3):
        (track,) = tracker.update([sighting(box(100), "K995OX190")], index / 8)
    (other,) = tracker.update([sighting(box(105), "B123TA77")], 0.5)
    assert other is not track


def test_an_unsure_other_text_does_not() -> None:
    tracker = Tracker(GAP_S)
    for index in range(3):
        (track,) = tracker.update([sighting(box(100), "K995OX190")], index / 8)
    assert tracker.update([sighting(box(105), "B123TA77", confidence=0.4)], 0.5) == [track]


def test_a_plate_of_another_size_is_another_plate() -> None:
    tracker = Tracker(GAP_S)
    (track,) = tracker.update([sighting(box(100))], 0.0)
    (other,) = tracker.update([sighting(box(60, 490, width=300))], 0.04)
    assert other is not track


def test_a_gap_is_bridged_up_to_its_limit() -> None:
    tracker = Tracker(GAP_S)
    for index in range(5):
        (track,) = tracker.update([sighting(box(100 + 20 * index))], index / 8)
    assert tracker.ended(1.9) == []
    assert tracker.update([sighting(box(100 + 160 * 1.9))], 1.9) == [track]
    assert tracker.ended(3.5) == [track]
    assert tracker.ended(3.6) == []


def test_beyond_the_limit_a_track_does_not_go_on_though_nobody_has_ended_it() -> None:
    tracker = Tracker(GAP_S)
    for index in range(8):
        (track,) = tracker.update([sighting(box(100), "K995OX190")], index / 8)
    (other,) = tracker.update([sighting(box(100), "K995OX190")], 7 / 8 + GAP_S + 0.1)
    assert other is not track


def test_no_number_of_a_track_is_used_twice() -> None:
    tracker = Tracker(GAP_S)
    for index in range(3):
        seen = tracker.update([sighting(box(100)), sighting(box(1500))], index * 2 * GAP_S)
    assert sorted(track.id for track in seen) == [5, 6]
    assert tracker.renew(seen[0], 4 * GAP_S).id == 7


def test_two_boxes_of_one_plate_are_one_sighting() -> None:
    tracker = Tracker(GAP_S)
    better = sighting(box(100), "K995OX190", detection=0.9)
    (track,) = tracker.update([sighting(box(104), "K995OX190", detection=0.6), better], 0.0)
    assert track.sighting is better
    assert (tracker.duplicates, tracker.crowded) == (1, 0)


@pytest.mark.parametrize("surer", [0, 1])
def test_a_small_plate_within_what_is_none_is_a_sighting_of_its_own(surer: int) -> None:
    boxes = [box(150, 520, width=100), Box(100, 450, 400, 650)]
    seen = [sighting(where, detection=0.9 if index == surer else 0.6) for index, where in enumerate(boxes)]
    assert len(Tracker(GAP_S).update(seen, 0.0)) == 2


def test_a_detector_gone_wild_is_bounded_and_counted() -> None:
    tracker = Tracker(GAP_S)
    wild = [sighting(Box(x, y, x + 40, y + 10)) for x, y in itertools.product(range(0, 1900, 100), range(0, 1000, 100))]
    assert len(tracker.update(wild, 0.0)) == TRACKS_MAX
    assert tracker.crowded == len(wild) - TRACKS_MAX
    assert tracker.update([sighting(box(100, 500, width=400))], 0.1) == []  # nor one more with the next frame
    assert tracker.crowded == len(wild) - TRACKS_MAX + 1


def test_a_detection_surely_belongs_to_the_only_track_that_expected_it() -> None:
    tracker = Tracker(GAP_S)
    for index in range(4):
        seen = tracker.update([sighting(box(100 + 20 * index)), sighting(box(1500))], index / 8)
    left, _ = sorted(seen, key=lambda track: track.box.x1)
    assert tracker.surely(Detection(box(180), 0.9), 0.5) is left
    assert tracker.surely(Detection(box(180, width=400), 0.9), 0.5) is None
    assert tracker.surely(Detection(box(800), 0.9), 0.5) is None


def test_a_detection_that_surprises_its_track_surely_belongs_to_none() -> None:
    tracker = Tracker(GAP_S)
    for index in range(4):
        tracker.update([sighting(box(100 + 20 * index))], index / 8)
    assert tracker.surely(Detection(box(180 + 75), 0.9), 0.5) is None
    assert len(tracker.update([sighting(box(180 + 75))], 0.5)[0].trail) == 5


def test_a_detection_between_two_tracks_surely_belongs_to_none() -> None:
    tracker = Tracker(GAP_S)
    tracker.update([sighting(box(100)), sighting(box(220))], 0.0)
    assert tracker.surely(Detection(box(105), 0.9), 0.125) is None


def _track(boxes: list[Box], *, every_s: float = 1 / 8) -> Track:
    track = Track(1, sighting(boxes[0]), 0.0)
    for index, place in enumerate(boxes[1:], start=1):
        track.take(sighting(place), index * every_s)
    return track


@pytest.mark.parametrize("shakes", [(0, 6, -5, 40, 3, -4, 2, 5, -3), (60, 6, -5, 4, 3, -4, 2, 5, -3)])
def test_a_shaking_box_has_not_moved(shakes: tuple[float, ...]) -> None:
    track = _track([box(100 + shake) for shake in shakes])
    assert not track.moved
    assert track.standing


def test_where_looks_are_rare_the_last_three_tell_who_stands() -> None:
    came = [box(x) for x in range(100, 800, 100)]
    assert not _track([*came, box(700)], every_s=1.1).standing
    assert _track([*came, box(700), box(700)], every_s=1.1).standing


def test_a_car_that_came_and_stands_has_moved_and_stands() -> None:
    track = _track([box(100 + min(400, 50 * index)) for index in range(32)])
    assert track.moved
    assert track.standing


def test_a_car_that_comes_straight_on_has_moved() -> None:
    track = _track([Box(500 - w / 2, 500 - w / 8, 500 + w / 2, 500 + w / 8) for w in range(60, 90, 3)])
    assert track.moved
    assert not track.standing


PLACES = st.builds(
    lambda x, y, width, text, confidence: Sighting(
        Detection(box(x, y, width), confidence), box(x, y, width).corners, sighting(box(x), text).reading
    ),
    st.floats(0, 1500),
    st.floats(0, 900),
    st.floats(30, 200),
    st.sampled_from([None, "K995OX190", "P429OO197"]),
    st.floats(0.5, 1),
)
FRAMES = st.lists(st.lists(PLACES, max_size=4), max_size=6)


@settings(max_examples=50)
@given(FRAMES, st.randoms(use_true_random=False))
def test_the_order_of_sightings_in_a_frame_does_not_matter(frames: list[list[Sighting]], chance: object) -> None:
    straight, shuffled = Tracker(GAP_S), Tracker(GAP_S)
    for index, frame in enumerate(frames):
        one = straight.update(frame, index / 8)
        other = shuffled.update(chance.sample(frame, len(frame)), index / 8)
        assert [(track.id, track.sighting) for track in one] == [(track.id, track.sighting) for track in other]


@settings(max_examples=50)
@given(FRAMES)
def test_every_sighting_goes_to_one_track_and_every_track_gets_one(frames: list[list[Sighting]]) -> None:
    tracker = Tracker(GAP_S)
    for index, frame in enumerate(frames):
        before = tracker.duplicates
        seen = tracker.update(frame, index / 8)
        assert len({track.id for track in seen}) == len(seen) == len(frame) - (tracker.duplicates - before)
        assert all(track.last_t_s == index / 8 for track in seen)
