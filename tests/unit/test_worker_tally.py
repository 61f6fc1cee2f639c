from datetime import UTC, datetime

from anprd.events.record import Event
from anprd.records import Box, VerdictKind
from anprd.worker.kernel import CoreTimes
from anprd.worker.messages import State
from anprd.worker.tally import REASONS_MAX, Tally, sort_drops


def facts(tally, now_s=0.0, *, pipeline=None, source=None, outbox=None):
    return tally.facts(now_s, pipeline=pipeline or {}, source=source or {}, outbox=outbox or {}, memory_bytes=0)


def test_a_frame_ends_the_trouble():
    tally = Tally(1)
    tally.lost("host down")
    assert (facts(tally).state, facts(tally).last_error) == (State.WAITING, "host down")
    tally.frame(1.0)
    assert (facts(tally).state, facts(tally).last_error) == (State.STREAMING, None)


def test_frames_a_second_are_those_of_the_last_seconds():
    tally = Tally(1)
    for second in range(20):
        for _ in range(25):
            tally.frame(float(second))
        latest = facts(tally, second + 1.0)
    assert latest.fps == 25.0
    for second in range(20, 30):
        latest = facts(tally, second + 1.0)
    assert latest.fps == 0.0


def test_frames_that_come_while_a_camera_sleeps_or_may_not_wake_are_frames_too():
    tally = Tally(1)
    tally.frame(0.0)
    for second in range(10):
        told = facts(tally, second + 1.0, source={"asleep": 20 * (second + 1), "unserved": 5 * (second + 1)})
    assert (told.frames, told.fps, told.last_frame_age_s) == (251, 25.0, 0.0)


def test_the_age_of_the_last_frame_is_unknown_before_the_first():
    tally = Tally(1)
    assert facts(tally, 5.0).last_frame_age_s is None
    tally.frame(5.0)
    assert facts(tally, 7.5).last_frame_age_s == 2.5


def test_events_are_counted_by_kind_and_the_last_plate_is_kept():
    tally = Tally(1)
    tally.event(event(VerdictKind.CONFIRMED, "A123BC77"))
    tally.event(event(VerdictKind.UNREADABLE, ""))
    told = facts(tally)
    assert (told.confirmed, told.updated, told.unreadable) == (1, 0, 1)
    assert (told.last_plate, told.last_plate_at) == ("A123BC77", "2026-01-01T12:00:00.000Z")


def test_losses_are_kept_apart_from_what_was_not_due():
    drops = sort_drops(
        {"frames": 9, "plates": 4, "read": 2, "paced": 6, "idle": 1, "late": 3}, {"corrupt": 2, "late": 1}
    )
    assert drops.lost == {"late": 4, "corrupt": 2}
    assert drops.not_due == {"paced": 6, "idle": 1}


def test_reasons_have_a_limit():
    assert len(sort_drops({f"reason {number}": 1 for number in range(100)}).lost) == REASONS_MAX


def test_the_outbox_tells_what_waits_and_why():
    told = facts(Tally(1), outbox={"pending": 3, "delivered": 5, "dropped": 2, "last_error": "Redis is\naway"})
    assert (told.spool_depth, told.delivered, told.sink_error) == (3, 5, "Redis is away")
    assert told.drops == {"event_dropped": 2}
    assert facts(Tally(1), outbox={"last_error": None}).sink_error is None


def test_the_lag_is_that_of_the_last_two_seconds_at_its_worst_and_at_its_least():
    tally = Tally(1)
    assert (facts(tally).lag_s, facts(tally).standing_lag_s) == (None, None)
    for tenth, lag_s in enumerate([9.0] * 10 + [0.5] * 10 + [3.0] + [0.25] * 10):
        tally.lag(tenth / 10, lag_s)
    told = facts(tally, 3.0)
    assert (told.lag_s, told.standing_lag_s) == (3.0, 0.25)
    assert facts(tally, 10.0).lag_s is None


def test_who_leaps_to_live_has_only_hidden_its_queue():
    tally = Tally(1)
    for tenth, lag_s in enumerate([1.9, 2.0, 0.01, 0.02]):
        tally.lag(tenth / 10, lag_s)
    assert facts(tally, 0.5).standing_lag_s == 0.01
    assert facts(Tally(1), 0.5, source={"overrun": 40}).standing_lag_s is None
    assert facts(tally, 0.5, source={"overrun": 40}).standing_lag_s == 2.0
    tally.lag(2.6, 0.03)
    assert facts(tally, 2.6, source={"overrun": 40}).standing_lag_s == 0.03


def test_time_on_the_core_is_a_share_of_the_time_between_beats():
    tally = Tally(1)
    tally.cores(100.0, CoreTimes(5.0, 1.0))
    assert facts(tally).run_ratio is None
    tally.cores(102.0, CoreTimes(6.5, 1.25))
    assert (facts(tally).run_ratio, facts(tally).wait_ratio) == (0.75, 0.125)
    tally.cores(102.1, CoreTimes(6.6, 1.25))
    assert facts(tally).run_ratio == 0.75


def test_a_kernel_that_does_not_count_says_nothing():
    tally = Tally(1)
    tally.cores(100.0, None)
    tally.cores(101.0, None)
    assert (facts(tally).run_ratio, facts(tally).wait_ratio) == (None, None)


def event(kind, plate):
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    return Event("gate-1", 0, kind, "gate", plate, 0.9, "RU", 1, 3, 4, 1, noon, noon, noon, Box(0, 0, 1, 1), "host")
