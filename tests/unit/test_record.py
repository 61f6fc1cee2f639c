"""The event record: the contract that readers of the stream rely on."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.events.record import TRACKS_REMEMBERED_MAX, Event, Recorder, from_verdict, stream_start, timestamp, typed
from anprd.records import Box, Dates, TimeBasis, Verdict, VerdictKind

START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
CONTRACT = [
    "schema", "id", "type", "camera", "plate", "confidence", "region", "rows", "votes", "reads", "track",
    "at", "first_seen", "last_seen", "box", "host",
]  # fmt: skip


def at(t_s: float) -> datetime:
    return START + timedelta(seconds=t_s)


def dates(verdict: Verdict, first_seen: datetime | None, mapping=at) -> Dates:
    first, best, last = (mapping(t_s) for t_s in (verdict.first_t_s, verdict.best_t_s, verdict.last_t_s))
    return Dates(first_seen or first, best, last, TimeBasis.SENDER)


def verdict(kind: VerdictKind = VerdictKind.CONFIRMED, *, track: int = 7, plate: str = "A123BC77", last: float = 2.0):
    return Verdict(
        kind=kind,
        track=track,
        plate=plate,
        confidence=0.98765,
        votes=4,
        reads=5,
        rows=1,
        box=Box(10.04, 20.06, 110.5, 45.0),
        best_t_s=1.2345,
        first_t_s=0.5,
        last_t_s=last,
        region="RU" if plate else "",
    )


def event(kind: VerdictKind = VerdictKind.CONFIRMED, **more) -> Event:
    return from_verdict(verdict(kind, **more), camera="gate-north", dates=dates, host="edge1")


def recorder(mapping=at) -> Recorder:
    return Recorder(
        camera="gate-north",
        host="edge1",
        dates=lambda found, told: dates(found, told, mapping),
    )


def test_json_has_numbers_as_numbers_and_times_in_utc_with_milliseconds():
    assert event().to_object() == {
        "schema": 1,
        "id": "gate-north-1772366400500-7",
        "type": "confirmed",
        "camera": "gate-north",
        "plate": "A123BC77",
        "confidence": 0.9877,
        "region": "RU",
        "rows": 1,
        "votes": 4,
        "reads": 5,
        "track": 7,
        "at": "2026-03-01T12:00:01.234Z",
        "first_seen": "2026-03-01T12:00:00.500Z",
        "last_seen": "2026-03-01T12:00:02.000Z",
        "box": [10.0, 20.1, 110.5, 45.0],
        "host": "edge1",
        "revision": 0,
        "clock": "sender",
    }


def test_the_fields_of_the_contract_come_first_and_in_its_order():
    assert list(event().to_fields())[: len(CONTRACT)] == CONTRACT


def test_in_redis_every_value_is_a_string_and_the_box_is_json():
    fields = event().to_fields()
    assert all(type(value) is str for value in fields.values())
    assert json.loads(fields["box"]) == [10.0, 20.1, 110.5, 45.0]
    assert (fields["schema"], fields["confidence"], fields["type"]) == ("1", "0.9877", "confirmed")


def test_an_unreadable_pass_has_no_plate_and_no_confidence():
    unread = event(VerdictKind.UNREADABLE, plate="MAYBE1")
    assert (unread.plate, unread.confidence, unread.type) == ("", 0.0, "unreadable")


def test_two_vehicles_that_come_into_view_in_one_frame_have_two_ids():
    assert event(track=1).id != event(track=2).id


def test_a_clips_pass_is_known_by_its_place_in_the_clip():
    assert stream_start(verdict(), dates(verdict(), None)) == 500


def test_the_same_verdict_is_the_same_event():
    assert event() == event()


def test_an_update_keeps_the_id_though_the_wall_clock_mapping_was_corrected():
    offset = timedelta(0)
    recording = recorder(lambda t_s: at(t_s) + offset)
    first = recording.record(verdict())
    offset = timedelta(milliseconds=40)
    second = recording.record(verdict(VerdictKind.UPDATED, plate="A123BC777"))
    third = recording.record(verdict(VerdictKind.UPDATED, plate="A123BC77"))
    assert first.id == second.id == third.id
    assert first.first_seen == second.first_seen
    assert [first.revision, second.revision, third.revision] == [0, 1, 2]
    assert len({first.key, second.key, third.key}) == 3


def test_a_confirmed_pass_is_a_new_one_even_where_the_track_number_was_used_before():
    recording = recorder()
    recording.record(verdict())
    again = recording.record(verdict())
    assert again.revision == 0


def test_updates_of_a_pass_that_is_not_remembered_stay_apart():
    first = event(VerdictKind.UPDATED, last=2.0)
    second = event(VerdictKind.UPDATED, last=2.125)
    assert first.id == second.id
    assert len({first.key, second.key, event().key}) == 3


def test_the_recorder_remembers_a_bounded_number_of_passes():
    recording = recorder()
    for track in range(TRACKS_REMEMBERED_MAX + 10):
        recording.record(verdict(track=track))
    assert len(recording._last) == TRACKS_REMEMBERED_MAX
    assert recording.record(verdict(VerdictKind.UPDATED, track=TRACKS_REMEMBERED_MAX + 9)).revision == 1


def test_the_recorder_asks_for_the_region_of_the_plate():
    assert recorder().record(verdict()).region == "RU"


def test_times_of_other_zones_are_written_in_utc():
    assert timestamp(datetime(2026, 3, 1, 15, 0, tzinfo=timezone(timedelta(hours=3)))) == "2026-03-01T12:00:00.000Z"


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        timestamp(datetime(2026, 3, 1))  # noqa: DTZ001


@given(
    confidence=st.floats(0, 1),
    edges=st.tuples(*[st.floats(-1e4, 1e4)] * 4),
    ms=st.integers(0, 4_000_000_000_000),
    plate=st.text("ABC0189", max_size=10),
    revision=st.integers(0, 1000),
)
def test_what_is_written_is_read_back(confidence, edges, ms, plate, revision):
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    times = (moment, moment, moment)
    written = Event(
        "i", revision, VerdictKind.UPDATED, "c", plate, confidence, "PL", 2, 3, 4, 5, *times, Box(*edges), "h"
    )
    read = Event.from_fields(written.to_fields())
    assert read.to_fields() == written.to_fields()
    assert (read.at, read.plate, read.key) == (moment, plate, written.key)


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("id", None, "id is missing"),
        ("rows", "1.5", "rows is no whole number"),
        ("votes", "true", "votes is no whole number"),
        ("confidence", "high", "confidence is no number"),
        ("confidence", '"1"', "confidence is no number"),
        ("at", "yesterday", "at is no time"),
        ("at", "2026-03-01T12:00:00", "at has no time zone"),
        ("box", "[1, 2, 3]", "box is not a list"),
        ("box", '[1, 2, 3, "4"]', "box is not a list"),
        ("type", "rumour", "rumour"),
    ],
)
def test_a_record_that_is_not_one_is_refused_by_name(field, value, complaint):
    fields = event().to_fields()
    if value is None:
        del fields[field]
    else:
        fields[field] = value
    with pytest.raises(ValueError, match=complaint):
        Event.from_fields(fields)


def test_fields_of_the_stream_become_json_again():
    assert typed(event().to_fields()) == event().to_object()


def test_fields_that_are_not_known_or_not_right_stay_strings():
    assert typed({"colour": "1", "plate": "123", "votes": "many", "confidence": "0.5"}) == {
        "colour": "1",
        "plate": "123",
        "votes": "many",
        "confidence": 0.5,
    }


def test_a_record_of_an_older_version_says_nothing_of_its_clock_and_is_dated_by_arrival():
    fields = event().to_fields()
    del fields["clock"]
    assert Event.from_fields(fields).clock is TimeBasis.ARRIVAL


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("confidence", "NaN"),
        ("confidence", "1e999"),
        ("confidence", "9" * 400),
        ("votes", "[" * 3000),
        ("votes", "9" * 5000),
        ("box", '[1, 2, 3, "4"]'),
        ("box", "[1, 2, 3, NaN]"),
        ("at", "0001-01-01T00:00:00+23:59"),
        ("clock", "hourglass"),
    ],
)
def test_a_field_that_is_no_such_value_is_told_whatever_it_is(name: str, text: str):
    with pytest.raises(ValueError, match=f"{name} is|hourglass"):
        Event.from_fields(event().to_fields() | {name: text})
    json.dumps(typed({name: text}), allow_nan=False)
