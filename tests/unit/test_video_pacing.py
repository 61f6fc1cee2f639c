"""So many frames a second, evenly; the late ones go, and nobody starves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.video.pacing import Pace, Pacer


def looked_at(pacer: Pacer, fps: float, *, for_s: float, lag_s: float = 0.0) -> list[float]:
    times = [i / fps for i in range(int(for_s * fps))]
    return [t for t in times if pacer.decide(t, lag_s) is Pace.DETECT]


@pytest.mark.parametrize("fps", [25, 30, 60, 12.5])
def test_the_rate_is_met_exactly_and_not_rounded_down_to_every_nth_frame(fps: float):
    assert len(looked_at(Pacer(8), fps, for_s=100)) == pytest.approx(800, abs=2)


def test_a_slower_camera_is_looked_at_in_full():
    assert len(looked_at(Pacer(8), 5, for_s=20)) == 100


def test_jitter_at_the_very_rate_skips_nothing():
    pacer = Pacer(25)
    times = [i * 0.04 + (0.006 if i % 2 else 0) for i in range(500)]
    assert all(pacer.decide(t, 0) is Pace.DETECT for t in times)


def test_a_frame_before_its_turn_is_counted_as_paced():
    pacer = Pacer(8)
    pacer.decide(0.0, 0)
    assert pacer.decide(0.04, 0) is Pace.SKIP
    assert Pace.SKIP.value == "paced"


def test_a_late_frame_is_let_go():
    pacer = Pacer(8)
    pacer.decide(0.0, 0)
    assert pacer.decide(0.5, 1.5) is Pace.LATE
    assert pacer.decide(0.6, 0.2) is Pace.DETECT


def test_a_worker_that_is_always_late_still_looks_once_a_second():
    assert 9 <= len(looked_at(Pacer(8), 25, for_s=10, lag_s=30)) <= 11


def test_after_a_gap_there_is_no_burst():
    pacer = Pacer(8)
    pacer.decide(0.0, 0)
    assert [pacer.decide(60 + i * 0.04, 0) for i in range(3)] == [Pace.DETECT, Pace.SKIP, Pace.SKIP]


def test_a_stream_that_begins_anew_is_looked_at_at_once():
    pacer = Pacer(8)
    pacer.decide(1000.0, 0)
    assert pacer.decide(0.0, 0) is Pace.DETECT


@pytest.mark.parametrize("detect_fps", [1, 3, 5, 7.9])
def test_a_held_worker_looks_as_often_as_it_may(detect_fps: float):
    pacer = Pacer(8)
    pacer.hold(detect_fps)
    assert len(looked_at(pacer, 25, for_s=100)) == pytest.approx(100 * detect_fps, abs=2)


def test_what_the_hold_costs_is_counted_apart_from_what_was_not_due():
    pacer = Pacer(8)
    pacer.hold(4)
    paces = [pacer.decide(i / 24, 0) for i in range(240)]
    assert [paces.count(pace) for pace in (Pace.DETECT, Pace.HELD, Pace.SKIP)] == [40, 40, 160]
    assert Pace.HELD.value == "held"


def test_a_hold_at_the_whole_rate_holds_nothing():
    pacer = Pacer(8)
    pacer.hold(1)
    looked_at(pacer, 25, for_s=5)
    pacer.hold(8)
    paces = [pacer.decide(5 + i / 25, 0) for i in range(1000)]
    assert paces.count(Pace.DETECT) == pytest.approx(320, abs=2)
    assert Pace.HELD not in paces


def test_a_hold_that_is_lifted_shows_with_the_next_turn():
    pacer = Pacer(8)
    pacer.hold(1)
    pacer.decide(0.0, 0)
    pacer.hold(8)
    assert pacer.decide(0.12, 0) is Pace.DETECT


def test_a_late_frame_is_late_whether_held_or_not():
    pacer = Pacer(8)
    pacer.hold(4)
    pacer.decide(0.0, 0)
    assert pacer.decide(0.5, 1.5) is Pace.LATE


@given(st.lists(st.tuples(st.floats(0.02, 0.5), st.floats(1, 8)), max_size=200))
def test_a_hold_that_changes_all_the_time_never_stops_it(steps: list[tuple[float, float]]):
    pacer = Pacer(8)
    t_s = looked_s = 0.0
    for step_s, detect_fps in steps:
        t_s += step_s
        pacer.hold(detect_fps)
        if pacer.decide(t_s, 0) is Pace.DETECT:
            looked_s = t_s
        assert t_s - looked_s <= 1 + 0.5


@given(
    st.floats(0.5, 30),
    st.lists(st.tuples(st.floats(0.001, 2), st.floats(0, 5)), max_size=200),
)
def test_the_rate_is_never_exceeded(detect_fps_max: float, frames: list[tuple[float, float]]):
    pacer = Pacer(detect_fps_max)
    t_s, looks = 0.0, 0
    for step_s, lag_s in frames:
        t_s += step_s
        looks += pacer.decide(t_s, lag_s) is Pace.DETECT
    assert looks <= t_s * detect_fps_max + 2
