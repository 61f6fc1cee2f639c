from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.events.record import Recorder
from anprd.records import Box, TimeBasis, Verdict, VerdictKind
from anprd.worker.camera_time import ANCHORS_MAX, DRIFT_S_MAX, STEPPED_S, CameraTime

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


def test_between_two_sessions_time_passes_and_the_next_begins_behind():
    time = CameraTime()
    time.place(0.0, NOON, now_s=500.0)
    time.place(9.0, at(8), now_s=508.0)  # its clock is fast
    assert time.pass_time(510.0) == 511.0
    time.begin_session()
    assert 511.0 < time.place(0.0, at(10.5), now_s=510.5) < 511.1


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


class Camera:
    """Frames of a camera on a machine whose clock may be set."""

    def __init__(self):
        self.steps = 0
        self.off_s = 0.0
        self.now_s = 0.0
        self.time = CameraTime(lambda: self.steps)

    def play(self, seconds, clock=TimeBasis.ARRIVAL):
        for _ in range(round(seconds * 10)):
            self.now_s = round(self.now_s + 0.1, 3)
            self.time.place(self.now_s, at(self.now_s + self.off_s), now_s=self.now_s, clock=clock)

    def set_clock(self, by_s):
        self.off_s += by_s
        self.steps += 1

    def dates(self, first_s, best_s, last_s, first_seen=None):
        return self.time.dates(passing(first_s, best_s, last_s), first_seen)


def passing(first_s, best_s, last_s, kind=VerdictKind.CONFIRMED, track=1):
    return Verdict(kind, track, "A111AA77", 0.9, 3, 4, 1, Box(0, 0, 9, 3), best_s, first_s, last_s)


def test_a_pass_says_what_its_times_rest_on():
    camera = Camera()
    camera.play(5, TimeBasis.ARRIVAL)
    camera.play(5, TimeBasis.SENDER)
    assert camera.dates(1, 2, 3).clock is TimeBasis.ARRIVAL
    assert camera.dates(6, 7, 8).clock is TimeBasis.SENDER
    assert camera.dates(4, 6, 8).clock is TimeBasis.ARRIVAL  # the least that any of its frames had


def test_a_clip_stays_a_clip():
    camera = Camera()
    camera.play(5, TimeBasis.FILE)
    camera.set_clock(3600)
    camera.play(5, TimeBasis.FILE)
    assert camera.dates(6, 7, 8).clock is TimeBasis.FILE


@pytest.mark.parametrize("by_s", [3600, -3600])
def test_the_times_of_a_pass_stay_in_order_when_the_clock_is_set_in_the_middle_of_it(by_s):
    camera = Camera()
    camera.play(10)
    camera.set_clock(by_s)
    camera.play(10)
    dates = camera.dates(9, 9.5, 12)
    assert [moment - dates.first_seen for moment in (dates.at, dates.last_seen)] == [
        timedelta(seconds=0.5),
        timedelta(seconds=3),
    ]
    assert dates.last_seen == at(12 + by_s)  # by the clock as it is now
    assert dates.clock is TimeBasis.STEPPED


def test_events_say_that_the_clock_was_set_for_a_minute_and_not_longer():
    camera = Camera()
    camera.play(10)
    camera.set_clock(-3600)
    camera.play(STEPPED_S + 20)
    assert camera.dates(1, 2, 3).clock is TimeBasis.ARRIVAL
    assert camera.dates(30, 31, 32).clock is TimeBasis.STEPPED
    assert camera.dates(11 + STEPPED_S, 12 + STEPPED_S, 13 + STEPPED_S).clock is TimeBasis.ARRIVAL


@pytest.mark.parametrize("by_s", [3600, -3600])
def test_an_update_keeps_id_and_first_sighting_when_the_clock_is_set_before_it(by_s):
    camera = Camera()
    recorder = Recorder(camera="gate", host="h", dates=camera.time.dates)
    camera.play(10)
    told = recorder.record(passing(8, 9, 10))
    camera.set_clock(by_s)
    camera.play(10)
    update = recorder.record(passing(8, 15, 16, VerdictKind.UPDATED))
    assert (update.id, update.first_seen, update.revision) == (told.id, told.first_seen, 1)
    assert update.first_seen <= update.at <= update.last_seen
    assert (told.clock, update.clock) == (TimeBasis.ARRIVAL, TimeBasis.STEPPED)


def test_an_estimate_that_was_too_late_is_walked_back_from():
    time = CameraTime()
    time.place(0.0, at(0.5), now_s=100.0)  # the first picture had waited
    placed = [time.place(frame / 10, at(frame / 10), now_s=100 + frame / 10) for frame in range(1, 30)]
    walls = [time.at(t_s) for t_s in placed]
    assert all(later > earlier for earlier, later in pairwise(walls))
    assert abs((walls[-1] - at(2.9)).total_seconds()) <= DRIFT_S_MAX
    dates = time.dates(passing(100.0, 100.1, 100.2), None)
    assert dates.first_seen <= dates.at <= dates.last_seen


@given(
    st.lists(
        st.tuples(st.floats(0.01, 5), st.floats(-3, 3), st.sampled_from(list(TimeBasis)), st.booleans()),
        min_size=2,
        max_size=40,
    )
)
def test_wall_times_grow_whatever_the_estimates_as_long_as_nobody_sets_the_clock(frames):
    time = CameraTime()
    now_s, placed = 0.0, []
    for passed_s, jitter_s, clock, new in frames:
        now_s += passed_s
        if new:
            time.begin_session()
        placed.append(time.place(now_s, at(now_s + jitter_s), now_s=now_s, clock=clock))
    assert all(time.at(later) > time.at(earlier) for earlier, later in pairwise(placed))


@given(
    st.lists(st.tuples(st.floats(0.01, 2), st.sampled_from([0, 0, 0, 3600, -3600, 5])), min_size=3, max_size=40),
    st.data(),
)
def test_the_times_of_an_event_are_always_in_order(frames, data):
    camera = Camera()
    placed = []
    for passed_s, by_s in frames:
        camera.now_s += passed_s
        if by_s:
            camera.set_clock(by_s)
        placed.append(camera.time.place(camera.now_s, at(camera.now_s + camera.off_s), now_s=camera.now_s))
    first, best, last = sorted(data.draw(st.lists(st.sampled_from(placed), min_size=3, max_size=3)))
    dates = camera.dates(first, best, last, data.draw(st.sampled_from([None, NOON])))
    assert dates.first_seen <= dates.at <= dates.last_seen
