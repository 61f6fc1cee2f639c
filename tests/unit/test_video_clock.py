"""Stream time grows whatever PTS do, and finds its way back to the moment a frame was taken."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.video.clock import (
    MISSING_MAX,
    STEP_S_MIN,
    WALL_STEP_S,
    Lateness,
    SteadyClock,
    StreamClock,
    Timeline,
    wall_of,
)

FRAME_S = 0.04


def place_all(pts_s: list[float | None], elapsed_s: float | None = None) -> list[float]:
    timeline = Timeline(nominal_s=FRAME_S)
    return [timeline.place(pts, elapsed_s) for pts in pts_s]


def test_stream_time_begins_at_zero_and_follows_pts():
    assert place_all([100.0, 100.04, 100.5]) == pytest.approx([0, 0.04, 0.5])


def test_a_frame_without_pts_lasts_as_long_as_the_one_before():
    assert place_all([10.0, 10.1, None, None, 10.45]) == pytest.approx([0, 0.1, 0.2, 0.3, 0.45])


def test_a_frame_without_pts_among_many_with_them_lasts_as_long_whatever_the_network_did():
    assert place_all([0.0, 0.04, 0.08, 0.12, 0.16, None], elapsed_s=0.5)[-1] == pytest.approx(0.2)


def test_a_stream_that_begins_at_zero_counts_no_time_twice():
    assert place_all([0.0, None, None, 0.12]) == pytest.approx([0, 0.04, 0.08, 0.12])


def test_a_first_frame_without_pts_is_no_trouble():
    assert place_all([None, 0.04, 0.08]) == pytest.approx([0, 0.04, 0.08])


def test_a_wrap_of_pts_costs_one_frame():
    wrap_s = 2**32 / 90_000
    assert place_all([wrap_s - 0.04, wrap_s, 0.04, 0.08]) == pytest.approx([0, 0.04, 0.08, 0.12])


def test_a_leap_of_pts_is_replaced_by_the_time_that_really_passed():
    assert place_all([5.0, 9_000.0, 9_000.04], elapsed_s=0.05) == pytest.approx([0, 0.05, 0.09])


def test_pts_that_stand_still_are_replaced_by_arrival_times():
    assert place_all([0.0] * 4, elapsed_s=0.04) == pytest.approx([0, 0.04, 0.08, 0.12])


@given(st.lists(st.none() | st.floats(-1e6, 1e6), max_size=30), st.none() | st.floats(0, 100))
def test_stream_time_always_grows(pts_s: list[float | None], elapsed_s: float | None):
    placed = place_all(pts_s, elapsed_s)
    assert all(later - earlier >= STEP_S_MIN * 0.99 for earlier, later in pairwise(placed))


def test_the_frame_that_waited_least_tells_when_the_others_were_taken():
    clock = StreamClock(nominal_s=FRAME_S)
    delays_s = [0.5, 0.4, 0.02, 0.3, 0.02, 0.2]
    stamps = [clock.stamp(i * FRAME_S, 1000 + i * FRAME_S + delay) for i, delay in enumerate(delays_s)]
    assert stamps[-1].live_s == pytest.approx(1000 + 5 * FRAME_S + 0.02)


def test_a_burst_after_a_stall_is_dated_back_to_when_it_was_taken():
    clock = StreamClock(nominal_s=FRAME_S)
    for i in range(100):
        clock.stamp(i * FRAME_S, 1000 + i * FRAME_S)
    late = [clock.stamp(i * FRAME_S, 1008.0) for i in range(100, 200)]
    assert [s.live_s for s in late] == pytest.approx([1000 + i * FRAME_S for i in range(100, 200)], abs=0.05)


@pytest.mark.parametrize("drift_ratio", [-2e-4, 0, 2e-4])
def test_a_drifting_camera_clock_is_followed(drift_ratio: float):
    rng = random.Random(3)
    clock = StreamClock(nominal_s=FRAME_S)
    error_s = []
    for i in range(25 * 600):
        taken_s = i * FRAME_S
        stamp = clock.stamp(taken_s * (1 + drift_ratio), 1000 + taken_s + rng.uniform(0.0, 0.1))
        error_s.append(stamp.live_s - 1000 - taken_s)
    assert max(abs(e) for e in error_s[500:]) < 0.02
    assert max(abs(b - a) for a, b in pairwise(error_s[500:])) < 0.005  # and evenly


@pytest.mark.parametrize("real_fps", [60, 30, 24.6, 24, 20, 12.5, 5, 2, 1])
def test_pts_that_count_frames_and_not_time_are_stretched(real_fps: float):
    """A camera that adds the 25th part of a second for every frame, and sends more, or fewer at night."""
    clock = StreamClock(nominal_s=FRAME_S)
    rng = random.Random(5)
    taken_s = [1000 + i / real_fps for i in range(int(150 * real_fps))]
    stamps = [clock.stamp(i * FRAME_S, taken + rng.uniform(0, 0.05)) for i, taken in enumerate(taken_s)]
    late = int(90 * real_fps)
    assert max(abs(stamp.live_s - taken) for stamp, taken in list(zip(stamps, taken_s, strict=True))[late:]) < 0.3
    assert stamps[-1].t_s - stamps[late].t_s == pytest.approx(taken_s[-1] - taken_s[late], rel=0.01)


def test_pts_that_go_right_again_are_believed_again():
    clock = StreamClock(nominal_s=FRAME_S)
    arrived_s, stamps = 1000.0, []
    for i in range(4000):
        arrived_s += 0.08 if i < 1500 else FRAME_S
        stamps.append(clock.stamp(i * FRAME_S, arrived_s))
    assert stamps[-1].t_s - stamps[-1001].t_s == pytest.approx(1000 * FRAME_S)
    assert stamps[-1].live_s == pytest.approx(arrived_s, abs=0.05)


def test_a_delay_that_grew_once_stretches_nothing():
    clock = StreamClock(nominal_s=FRAME_S)
    stamps = [clock.stamp(i * FRAME_S, 1000 + i * FRAME_S + (0.5 if i > 800 else 0.0)) for i in range(3000)]
    assert stamps[-1].t_s == pytest.approx(2999 * FRAME_S)


def test_frames_without_pts_are_dated_by_their_arrival():
    clock = StreamClock(nominal_s=FRAME_S)
    stamps = [clock.stamp(None, 1000 + i / 8) for i in range(400)]
    first_s = (MISSING_MAX * FRAME_S) - MISSING_MAX / 8  # as long as the next may still have some
    assert stamps[-1].t_s == pytest.approx(399 / 8 + first_s)
    assert stamps[-1].live_s == pytest.approx(1000 + 399 / 8, abs=0.3)


def test_pts_that_have_lost_minutes_are_caught_up_within_the_window():
    clock = StreamClock(nominal_s=FRAME_S)
    for i in range(250):
        clock.stamp(i * FRAME_S, 1000 + i * FRAME_S)
    shift_s = 60.0  # the camera stopped for a minute and went on with PTS as if nothing had been
    stamps = [clock.stamp(i * FRAME_S, 1000 + shift_s + i * FRAME_S) for i in range(250, 250 + 25 * 25)]
    assert stamps[-1].live_s == pytest.approx(1000 + shift_s + (250 + 25 * 25 - 1) * FRAME_S, abs=0.05)


@given(st.lists(st.tuples(st.none() | st.floats(0, 1000), st.floats(0, 5)), min_size=1, max_size=40))
def test_no_frame_is_taken_after_it_came(steps: list[tuple[float | None, float]]):
    clock = StreamClock(nominal_s=FRAME_S)
    arrived_s = 50.0
    for pts_s, elapsed_s in steps:
        arrived_s += elapsed_s
        assert clock.stamp(pts_s, arrived_s).live_s <= arrived_s + 1e-9


def test_the_wall_time_of_a_moment_is_counted_back_from_now():
    class Clock:
        def now_s(self) -> float:
            return 500.0

        def wall(self) -> datetime:
            return datetime(2026, 3, 1, 12, tzinfo=UTC)

        def sleep(self, seconds: float) -> None:
            raise NotImplementedError

    assert wall_of(497.5, Clock()) == datetime(2026, 3, 1, 12, tzinfo=UTC) - timedelta(seconds=2.5)


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class HandSetClock:
    """A machine: its monotonic clock only passes, its wall clock may be set, and drifts while NTP pulls at it."""

    def __init__(self) -> None:
        self.passed_s = 0.0
        self.off_s = 0.0

    def now_s(self) -> float:
        return 1000.0 + self.passed_s

    def wall(self) -> datetime:
        return NOON + timedelta(seconds=self.passed_s + self.off_s)

    def sleep(self, seconds: float) -> None:
        self.passed_s += seconds


def steady(machine: HandSetClock) -> tuple[SteadyClock, list[float]]:
    steps: list[float] = []
    return SteadyClock(machine, on_step=steps.append), steps


def test_what_ntp_slews_is_followed_and_is_no_step():
    machine = HandSetClock()
    clock, steps = steady(machine)
    for _ in range(3600):
        machine.sleep(1.0)
        machine.off_s += 500e-6  # the most that the kernel slews
        assert abs((clock.wall() - machine.wall()).total_seconds()) < 0.001
    assert (steps, clock.steps) == ([], 0)


@pytest.mark.parametrize("step_s", [3600.0, -3600.0, 1.5, -1.5])
def test_a_clock_that_was_set_is_believed_at_once_and_told(step_s: float):
    machine = HandSetClock()
    clock, steps = steady(machine)
    clock.sleep(10.0)
    clock.wall()
    machine.off_s = step_s
    assert clock.wall() == machine.wall()
    assert (clock.steps, steps) == (1, [pytest.approx(step_s)])


def test_a_small_correction_is_walked_and_not_jumped():
    machine = HandSetClock()
    clock, steps = steady(machine)
    machine.off_s = -0.5
    before = clock.wall()
    machine.sleep(0.04)
    assert before < clock.wall()
    for _ in range(60):
        machine.sleep(1.0)
        clock.wall()
    assert clock.wall() == machine.wall()
    assert steps == []


@given(st.lists(st.tuples(st.floats(0.001, 10), st.floats(-WALL_STEP_S / 3, WALL_STEP_S / 3)), max_size=50))
def test_wall_time_grows_as_long_as_nobody_sets_the_clock(changes: list[tuple[float, float]]):
    machine = HandSetClock()
    clock, steps = steady(machine)
    last = clock.wall()
    for passed_s, off_s in changes:
        machine.sleep(passed_s)
        machine.off_s = off_s
        now = clock.wall()
        assert last < now
        last = now
    assert steps == []


TICK_S = 1 / 90_000


def lateness(reads: list[tuple[float, float]]) -> list[float]:
    """Of packets taken and read at those moments."""
    late = Lateness(TICK_S)
    return [late.of(round(taken_s / TICK_S), read_s) for taken_s, read_s in reads]


def punctual(seconds: float, *, delay_s: float = 0.3, speed: float = 1.0) -> list[tuple[float, float]]:
    return [(speed * number * FRAME_S, number * FRAME_S + delay_s) for number in range(round(seconds / FRAME_S))]


def test_how_late_a_packet_is_shows_after_ten_seconds():
    told = lateness([*punctual(15.0), (15.0, 15.5)])
    assert told[100] == float("-inf")
    assert told[-2] == pytest.approx(0.0, abs=1e-4)
    assert told[-1] == pytest.approx(0.2, abs=1e-4)


def test_what_came_late_at_first_is_no_measure_for_what_comes_in_time():
    told = lateness([(0.0, 0.9), *punctual(15.0)[25:]])
    assert told[-1] == pytest.approx(0.0, abs=1e-4)


def test_a_packet_without_pts_is_never_punctual():
    late = Lateness(TICK_S)
    assert [late.of(None, read_s) for read_s in (0.0, 11.0, 22.0)] == [float("-inf")] * 3


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_a_stream_whose_pts_run_at_another_speed_is_hardly_ever_punctual(speed: float):
    told = lateness(punctual(120.0, speed=speed))
    assert sum(abs(late_s) < 0.1 for late_s in told) < 0.02 * len(told)


def test_a_crystal_that_is_off_is_punctual_all_the_same():
    told = lateness(punctual(120.0, speed=1.0001))
    assert all(abs(late_s) < 0.01 for late_s in told if late_s > float("-inf"))


def test_after_pts_have_leapt_it_is_punctual_again_within_twenty_seconds():
    before, leap_s = punctual(30.0), -500.0
    after = [(taken_s + 30.0 + leap_s, read_s + 30.0) for taken_s, read_s in punctual(30.0)]
    told = lateness(before + after)
    assert not any(abs(late_s) < 0.1 for late_s in told[len(before) : len(before) + 10])
    assert all(abs(late_s) < 0.1 for late_s in told[-250:])
