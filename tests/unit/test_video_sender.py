"""A camera's own clock is believed only as long as it agrees with ours."""

import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.records import TimeBasis
from anprd.video.sender import AHEAD_S_MAX, BEHIND_S_MAX, SenderClock, SenderReports

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def dated(clock: SenderClock, off_s: float | None):
    return clock.date(NOON, None if off_s is None else NOON.timestamp() + off_s)


def test_a_camera_that_tells_nothing_is_dated_by_arrival():
    assert dated(SenderClock(), None) == (NOON, TimeBasis.ARRIVAL)


def test_a_camera_that_follows_ntp_tells_when_it_took_the_picture():
    assert dated(SenderClock(), -0.25) == (NOON - timedelta(seconds=0.25), TimeBasis.SENDER)


@pytest.mark.parametrize("off_s", [3600.0, -3600.0, -NOON.timestamp(), 1.0, -3.0, 1e12, -1e12])
def test_a_camera_whose_clock_was_never_set_is_not_believed(off_s: float):
    assert dated(SenderClock(), off_s) == (NOON, TimeBasis.ARRIVAL)


def test_a_clock_at_the_limit_does_not_flutter():
    clock = SenderClock()
    dated(clock, -0.1)
    told = [dated(clock, off_s)[1] for off_s in (AHEAD_S_MAX + 0.05, AHEAD_S_MAX - 0.05, -BEHIND_S_MAX - 0.5)]
    assert told == [TimeBasis.SENDER] * 3
    assert dated(clock, 1.0)[1] is TimeBasis.ARRIVAL
    assert dated(clock, AHEAD_S_MAX + 0.05)[1] is TimeBasis.ARRIVAL


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=20))
def test_whatever_a_camera_says_it_shifts_no_time_by_more_than_the_limit(said: list[float]):
    clock = SenderClock()
    for sender_s in said:
        at, _ = clock.date(NOON, sender_s)
        assert -1.5 * BEHIND_S_MAX <= (at - NOON).total_seconds() <= 1.5 * AHEAD_S_MAX


def reports(*said: tuple[float, float]) -> SenderReports:
    heard = SenderReports()
    for produced_s, pts_s in said:
        heard.hear(struct.pack("=qi", round(produced_s * 1e6), 24), pts_s)
    return heard


def test_what_two_packets_agree_on_is_the_wall_time_of_pts_0():
    assert reports((1000.08, 0.04), (1000.08, 0.08)).zero_s is None
    assert reports((1000.08, 0.04), (1000.08, 0.08), (1000.12, 0.12)).zero_s == pytest.approx(1000.0)


def test_a_report_that_moves_the_clock_is_taken_once_it_is_told_twice():
    before = [(1000.0, 0.0), (1000.04, 0.04)]
    assert reports(*before, (4600.0, 0.08)).zero_s == pytest.approx(1000.0)
    assert reports(*before, (4600.08, 0.08), (4600.12, 0.12)).zero_s == pytest.approx(4600.0)


@given(st.binary(max_size=20), st.floats(-1e9, 1e9))
def test_no_side_data_is_trouble(produced: bytes, pts_s: float):
    SenderReports().hear(produced, pts_s)
