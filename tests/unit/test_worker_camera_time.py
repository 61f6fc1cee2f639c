from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.worker.camera_time import ANCHORS_MAX, DRIFT_S_MAX, CameraTime

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(seconds):
    return NOON + timedelta(seconds=seconds)


def test_camera_time_begins_at_the_process_clock():
    assert CameraTime().place(0.0, NOON, now_s=500.0) == 500.0


def test_a_new_session_goes_on_where_the_clock_is():
    time = CameraTime()
    time.place(0.0, NOON, now_s=500.0)
    time.place(9.0, at(9), now_s=509.0)
    time.begin_session()
    assert time.place(0.0, at(60), now_s=560.0) == 560.0
    assert time.place(0.5, at(60.5), now_s=560.5) == 560.5


def test_within_a_session_the_stream_tells_the_time_and_not_the_arrival():
    time = CameraTime()
    time.place(0.0, NOON, now_s=500.0)
    assert time.place(0.04, at(0.04), now_s=503.0) == pytest.approx(500.04)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100), st.booleans()), min_size=2, max_size=30))
def test_camera_time_always_grows(frames):
    time = CameraTime()
    placed = []
    for t_s, now_s, new in frames:
        if new:
            time.begin_session()
        placed.append(time.place(t_s, at(t_s), now_s=now_s))
    assert all(later > earlier for earlier, later in pairwise(placed))


def test_a_moment_has_the_wall_time_of_its_frame():
    time = CameraTime()
    for second in range(10):
        time.place(second, at(second), now_s=100.0 + second)
    assert time.at(104.5) == at(4.5)


def test_what_was_said_of_a_moment_stays_when_the_system_clock_is_set():
    time = CameraTime()
    time.place(0.0, NOON, now_s=100.0)
    time.place(1.0, at(1), now_s=101.0)
    time.place(2.0, at(3602), now_s=102.0)
    assert time.at(101.0) == at(1)
    assert time.at(102.5) == at(3602.5)


@given(st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=50))
def test_wall_times_stay_within_the_drift_that_is_allowed(jitters):
    time = CameraTime()
    for second, jitter in enumerate(jitters):
        t_s = time.place(second, at(second + jitter), now_s=100.0 + second)
        assert abs((time.at(t_s) - at(second + jitter)).total_seconds()) <= DRIFT_S_MAX + 1e-6


def test_a_clock_that_jumps_for_ever_fills_no_memory():
    time = CameraTime()
    for second in range(ANCHORS_MAX * 2):
        time.place(second, at(second * 2), now_s=second)
    assert len(time._anchors) == ANCHORS_MAX
