"""The judge of the fault suite must be able to say guilty: each kind of loss is made up here and found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from anprd.bench.rtp import Coded
from tests.chaos import schedule, verdict
from tests.chaos.camera import Sent
from tests.chaos.faults import OF_CAMERAS, OF_THE_MACHINE
from tests.chaos.film import FPS, PLAIN, Film, Pass
from tests.chaos.verdict import CameraNotes, Record, WallOfRun
from tests.chaos.watch import Entry, Look

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FILM = Film((Pass("A001", 4.0, 5.0), Pass("B002", 10.0, 11.0)), {PLAIN: Coded("h264", ((),) * 250)})  # 20 s
SPAN_S = (0.0, 40.0)


def at(s, wrong_s=0.0):
    return (START + timedelta(seconds=s + wrong_s)).isoformat(timespec="milliseconds")


def entry(plate, s, *, number=1, era=0, key="", wrong_s=0.0):
    fields = {"type": "confirmed", "camera": "gate", "plate": plate, "id": key or f"{plate}-{s}", "revision": "0"}
    times = {"at": at(s, wrong_s), "first_seen": at(s - 0.5, wrong_s), "last_seen": at(s + 0.5, wrong_s)}
    return Entry(era, f"{number}-0", fields | times)


ALL_WELL = [entry("A001", 4.5, number=1), entry("B002", 10.5, number=2), entry("A001", 24.5, number=3),
            entry("B002", 30.5, number=4)]  # fmt: skip


def sent(until_s=45.0):
    return [Sent(number, number / FPS, 1, PLAIN, whole=True) for number in range(int(until_s * FPS))]


def looks(until_s=45.0):
    return [Look(s / 4, 7, "streaming", s, 0, 0, 0.1, {"beat_age_s": 0.3}) for s in range(int(until_s * 4))]


def camera(**changes):
    return replace(CameraNotes("gate", FILM, 0.0, sent(), [], looks()), **changes)


def judge(entries=ALL_WELL, records=(), **changes):
    wall = WallOfRun(START, 0.0, [0.0, 3600.0])
    return verdict.judge([camera(**changes)], entries, records, span_s=SPAN_S, wall=wall)


def changed(looks_or_frames, from_s, to_s, **changes):
    return [replace(one, **changes) if from_s <= one.at_s <= to_s else one for one in looks_or_frames]


def test_where_all_is_well_everything_is_owed_and_delivered():
    account = judge()
    assert (account.shown, account.owed, account.delivered, account.cut) == (4, 4, 4, 0)
    troubles = (account.lost, account.doubled, account.disordered, account.strange, account.blind, account.left)
    assert not any(troubles)


def test_a_pass_that_is_not_told_is_lost():
    assert judge([one for one in ALL_WELL if one.entry_id != "2-0"]).lost == ["gate B002 at 10.0"]


def test_a_pass_that_is_told_twice_is_doubled():
    assert "A001" in judge([*ALL_WELL, entry("A001", 24.9, number=5, key="another")]).doubled[0]


def test_an_event_that_stands_twice_in_the_stream_is_doubled():
    assert judge([*ALL_WELL, replace(ALL_WELL[3], entry_id="5-0")]).doubled


def test_an_event_that_came_again_after_redis_had_lost_it_is_counted_apart():
    account = judge([*ALL_WELL, replace(ALL_WELL[3], entry_id="5-0", era=1)])
    assert not account.doubled
    assert account.sent_again_to_an_empty_redis == 1


def test_passes_that_stand_in_the_wrong_order_are_found():
    assert judge([ALL_WELL[1], ALL_WELL[0], *ALL_WELL[2:]]).disordered


@pytest.mark.parametrize(("first_seen_s", "disordered"), [(4.9, False), (6.9, False), (7.1, True)])
def test_of_two_that_were_open_at_once_either_may_be_told_first(first_seen_s, disordered):
    """The first was last seen at 5.0 and stays open for two seconds: it may have been behind a pole."""
    together = replace(ALL_WELL[1], fields=ALL_WELL[1].fields | {"first_seen": at(first_seen_s)})
    assert bool(judge([together, ALL_WELL[0], *ALL_WELL[2:]]).disordered) is disordered


def test_what_a_slow_worker_sees_was_sent_a_while_ago():
    assert Look(10.0, 7, "streaming", 1, 0, 0, 0.5, {"lag_s": 4.0}).sent_s == 5.5
    assert Look(10.0, 7, "streaming", 1, 0, 0, 0.5, {"lag_s": None}).sent_s == 9.5


def test_a_plate_that_nobody_has_is_strange():
    assert judge([*ALL_WELL, entry("ZZ999ZZ", 10.5, number=5)]).strange


def test_a_wrong_character_is_the_networks_affair():
    account = judge([ALL_WELL[0], entry("B0O2", 10.5, number=2), *ALL_WELL[2:]])
    assert (account.delivered, account.misread) == (4, 1)


def test_times_are_understood_though_the_clock_was_an_hour_wrong():
    assert judge([*ALL_WELL[:3], entry("B002", 30.5, number=4, wrong_s=3600.0)]).delivered == 4


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sent": changed(sent(), 10.2, 10.3, whole=False)}, "damaged"),
        ({"sent": [one for one in sent() if not 9.0 < one.at_s < 9.2]}, "not sent"),
        ({"sent": changed(sent(), 8.0, 60.0, session=2)}, "another session"),
        ({"looks": changed(looks(), 10.2, 10.8, state="waiting")}, "no worker"),
        ({"looks": changed(looks(), 12.0, 60.0, pid=8)}, "no worker"),
        ({"looks": [one for one in looks() if not 7.1 < one.at_s < 9.9]}, "no status"),
        ({"looks": changed(looks(), 10.5, 60.0, late=3)}, "overloaded"),
    ],
)
def test_a_pass_that_a_fault_cut_is_not_owed(changes, why):
    account = judge([one for one in ALL_WELL if one.entry_id != "2-0"], **changes)
    assert dict(account.cut_by) == {why: 1}
    assert not account.lost


def test_blindness_needs_a_fault_that_explains_it():
    blind = changed(looks(), 16.0, 17.0, state="waiting")
    record = Record("camera_cut", "gate", blinds=True, begun_s=15.9, ended_s=16.0, back_s=17.1, bound_from_s=16.0)
    assert judge(looks=blind).blind
    assert not judge(looks=blind, records=[record]).blind
    assert judge(looks=blind, records=[replace(record, target="yard")]).blind


@pytest.mark.parametrize(("age_s", "beat_age_s", "blind"), [(3.0, 3.0, False), (3.0, 0.4, True), (6.0, 6.0, True)])
def test_a_worker_that_was_held_up_for_a_moment_is_not_blind(age_s, beat_age_s, blind):
    held_up = changed(looks(), 16.0, 16.5, age_s=age_s, row={"beat_age_s": beat_age_s})
    assert bool(judge(looks=held_up).blind) is blind


def test_a_session_that_the_daemon_ends_needs_a_fault_that_explains_it():
    assert judge(left=[(16.0, 1)]).left


def test_the_same_seed_makes_the_same_schedule_and_every_kind_has_its_turn():
    def first(seed):
        plan = schedule.lane(seed, OF_CAMERAS, schedule.PAUSE_S)
        return [(one.pause_s, one.kind.name, one.lasts_s) for one, _ in zip(plan, range(len(OF_CAMERAS)), strict=False)]

    assert first("1 a") == first("1 a") != first("2 a")
    assert {name for _, name, _ in first("1 a")} == {kind.name for kind in OF_CAMERAS}


def test_no_two_kinds_have_one_name():
    kinds = (*OF_CAMERAS, *OF_THE_MACHINE)
    assert len({kind.name for kind in kinds}) == len(kinds) >= 15
