import json
import os
import time

import pytest

from anprd.cli import console, events
from anprd.errors import SinkError
from anprd.events.redis_stream import Entry


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    monkeypatch.setitem(os.environ, "TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


class Interrupted(BaseException):
    """Ctrl-C."""


class ScriptedStream:
    """Entries that are there, then what each wait brings; then the user has seen enough."""

    name = "plates"

    def __init__(self, present, *waits):
        self._present = [Entry(f"{number}-0", fields) for number, fields in enumerate(present, 1)]
        self._waits = list(waits)
        self.asked = []

    def read(self, count):
        return self._present[-count:] if count else []

    def follow(self, last_id, block_s):
        assert block_s > 0
        self.asked.append(last_id)
        if not self._waits:
            raise Interrupted
        wait = self._waits.pop(0)
        if isinstance(wait, SinkError):
            raise wait
        first = int(last_id.split("-")[0]) + 1
        return [Entry(f"{number}-0", fields) for number, fields in enumerate(wait, first)]


def fields(plate: str) -> dict[str, str]:
    return {
        "type": "confirmed", "camera": "gate", "plate": plate, "region": "RU", "confidence": "0.9876", "votes": "5",
        "reads": "6", "at": "2026-03-01T12:00:00.123Z", "box": "[1.0, 2.0, 3.0, 4.0]",
    }  # fmt: skip


def test_events_are_rows_with_titles(capsys):
    events.show(ScriptedStream([fields("A1"), fields("B2")]), 10, events.EventLines().add)
    titles, first, second = capsys.readouterr().out.splitlines()
    assert titles.split() == ["at", "camera", "plate", "region", "confidence", "votes", "type"]
    assert first.split() == ["2026-03-01", "12:00:00", "gate", "A1", "RU", "0.99", "5/6", "confirmed"]
    assert second.split()[3] == "B2"


def test_json_has_numbers_as_numbers(capsys):
    events.show(ScriptedStream([fields("A1")]), 10, console.say_json)
    event = json.loads(capsys.readouterr().out)
    assert event["votes"] == 5
    assert event["box"] == [1.0, 2.0, 3.0, 4.0]


def test_nothing_there_prints_nothing_and_says_where_nothing_is(capsys):
    assert events.show(ScriptedStream([]), 10, events.EventLines().add) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "anprd: the stream 'plates' holds no event\n")


def followed(stream: ScriptedStream, count: int) -> list[str]:
    seen = []
    with pytest.raises(Interrupted):
        events.follow(stream, count, lambda event: seen.append(event["plate"]), sleep=lambda _: None)
    return seen


def test_following_goes_on_after_the_latest():
    stream = ScriptedStream([fields("A1"), fields("B2")], [], [fields("C3")], [])
    assert followed(stream, 1) == ["B2", "C3"]
    assert stream.asked == ["2-0", "2-0", "3-0", "3-0"]


def test_following_without_a_look_back_shows_only_what_is_new():
    assert followed(ScriptedStream([fields("A1")], [fields("B2")]), 0) == ["B2"]


def test_following_an_empty_stream_misses_nothing():
    stream = ScriptedStream([], [fields("A1")])
    assert followed(stream, 10) == ["A1"]
    assert stream.asked[0] == "0-0"


def test_a_follower_waits_for_redis_and_says_so_once_an_outage(capsys):
    away = SinkError("Redis at redis://h: Connection refused")
    stream = ScriptedStream([fields("A1")], away, away, [fields("B2")], away, [fields("C3")])
    assert followed(stream, 1) == ["A1", "B2", "C3"]
    assert stream.asked == ["1-0", "1-0", "1-0", "2-0", "2-0", "3-0"]
    sentence = "anprd: Redis at redis://h: Connection refused; waiting until it is back\n"
    assert capsys.readouterr().err == 2 * sentence


def test_a_follower_waits_between_two_questions_to_a_redis_that_is_away():
    waited_s = []
    stream = ScriptedStream([], SinkError("away"), SinkError("away"))
    with pytest.raises(Interrupted):
        events.follow(stream, 1, print, sleep=waited_s.append)
    assert waited_s == [events.RETRY_S] * 2


def test_what_another_program_wrote_is_shown_as_far_as_it_goes(capsys):
    events.EventLines().add({"plate": "\x1b[31mX", "confidence": "high", "at": "now"})
    assert capsys.readouterr().out.splitlines()[1].split() == ["now", "?[31mX"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_time_that_no_calendar_holds_is_shown_as_it_is(at, capsys):
    events.EventLines().add({"plate": "A1", "at": at})
    assert at in capsys.readouterr().out


@pytest.mark.parametrize("confidence", [10**400, float("nan"), -1, "0.9", None, [0.9]])
def test_a_confidence_that_is_none_leaves_its_cell_empty(capsys, confidence):
    events.EventLines().add({"plate": "A123BC77", "confidence": confidence})
    assert capsys.readouterr().out.splitlines()[1].split() == ["A123BC77"]
