import json
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.video.wakefulness import Leave, Wakefulness
from anprd.worker import wire
from anprd.worker.messages import TEXT_BYTES_MAX, Beat, Drain, Facts, Hold, Misconfigured, State, Stopped, clip_text

COUNTS = st.integers(0, 10**15)
NUMBERS = st.floats(-1e9, 1e9)
TEXTS = st.text(max_size=TEXT_BYTES_MAX).map(clip_text)
SHORT = st.text(max_size=40).map(lambda text: clip_text(text)[:40])
REASONS = st.dictionaries(SHORT, COUNTS, max_size=4)
FACTS = st.builds(
    Facts,
    state=st.sampled_from(State), pid=COUNTS, frames=COUNTS, fps=NUMBERS, detections=COUNTS, reads=COUNTS,
    confirmed=COUNTS, updated=COUNTS, unreadable=COUNTS, drops=REASONS, skipped=REASONS, spool_depth=COUNTS,
    delivered=COUNTS, sink_error=st.none() | TEXTS, last_error=st.none() | TEXTS, last_plate=st.none() | SHORT,
    last_plate_at=st.none() | SHORT, last_frame_age_s=st.none() | NUMBERS, reconnects=COUNTS, memory_bytes=COUNTS,
    detect_fps=NUMBERS, lag_s=st.none() | NUMBERS, standing_lag_s=st.none() | NUMBERS, run_ratio=st.none() | NUMBERS,
    wait_ratio=st.none() | NUMBERS, wakefulness=st.none() | st.sampled_from(Wakefulness), unsettled=st.booleans(),
)  # fmt: skip
SAID = st.builds(Beat, FACTS) | st.builds(Stopped, FACTS) | st.builds(Misconfigured, TEXTS)
TOLD = st.just(Drain()) | st.builds(Hold, NUMBERS, st.builds(Leave, st.booleans(), st.booleans()))
FULL = Beat(
    Facts(
        State.STREAMING, pid=7, fps=25.0, drops={"late": 3}, last_error="a", last_plate="A123BC77", lag_s=0.5,
        wakefulness=Wakefulness.ASKS, unsettled=True,
    )
)  # fmt: skip
MEANINGS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)


@given(SAID)
def test_what_a_worker_says_is_understood(message):
    assert wire.worker_said(wire.encode(message)) == message


@given(TOLD)
def test_what_the_supervisor_says_is_understood(message):
    assert wire.supervisor_said(wire.encode(message)) == message


def test_what_is_understood_has_the_types_of_what_was_said():
    facts = wire.worker_said(wire.encode(FULL)).facts
    assert (type(facts.state), type(facts.wakefulness), type(facts.drops)) == (State, Wakefulness, dict)


@given(st.binary(max_size=64) | st.binary(min_size=wire.MESSAGE_BYTES_MAX, max_size=wire.MESSAGE_BYTES_MAX + 9))
def test_nonsense_is_no_message(packet):
    with pytest.raises(wire.WireError):
        wire.worker_said(packet)
    with pytest.raises(wire.WireError):
        wire.supervisor_said(packet)


@given(st.data())
def test_a_message_with_broken_bytes_is_another_one_or_none(data):
    packet = bytearray(wire.encode(FULL))
    for _ in range(data.draw(st.integers(1, 4))):
        packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    try:
        message = wire.worker_said(bytes(packet))
    except wire.WireError:
        return
    assert wire.worker_said(wire.encode(message)) == message


@given(st.sampled_from(sorted(json.loads(wire.encode(FULL))["facts"])), MEANINGS)
def test_a_field_of_another_meaning_is_understood_as_it_should_be_or_not_at_all(name, value):
    packet = json.loads(wire.encode(FULL))
    packet["facts"][name] = value
    try:
        message = wire.worker_said(json.dumps(packet).encode(errors="surrogatepass"))
    except wire.WireError as error:
        told = str(error)
    else:
        told = ""
        assert json.loads(wire.encode(message))["facts"][name] == value
    assert told == clip_text(told)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("pid", True, "facts.pid: Input should be a valid integer"),
        ("pid", "7", "facts.pid: Input should be a valid integer"),
        ("frames", 1.0, "facts.frames: Input should be a valid integer"),
        ("frames", -1, "greater than or equal to 0"),
        ("frames", 10**16, "less than or equal to"),
        ("fps", math.nan, "finite number"),
        ("lag_s", math.inf, "finite number"),
        ("lag_s", -math.inf, "finite number"),
        ("lag_s", 1e10, "less than or equal to"),
        ("state", "well", "facts.state: Input should be 'starting'"),
        ("wakefulness", "dead", "facts.wakefulness: Input should be 'asleep'"),
        ("unsettled", 1, "valid boolean"),
        ("last_error", "x" * (TEXT_BYTES_MAX + 1), "at most 500 characters"),
        ("last_error", "\x1b[2J", "match pattern"),
        ("drops", {"late": -1}, "facts.drops.late: Input should be greater than or equal to 0"),
        ("drops", {"x" * 41: 1}, "at most 40 characters"),
        ("drops", {str(number): 1 for number in range(51)}, "at most 50 items"),
        ("drops", [], "facts.drops: Input should be an object"),
        ("colour", "red", "facts.colour: Unexpected keyword argument"),
    ],
)
def test_a_field_that_no_worker_fills_like_this_makes_it_no_message(name, value, why):
    packet = json.loads(wire.encode(FULL))
    packet["facts"][name] = value
    with pytest.raises(wire.WireError, match=why):
        wire.worker_said(json.dumps(packet).encode())


@pytest.mark.parametrize(
    "packet",
    [
        b"{}",
        b"[]",
        b"null",
        b'{"kind":"beat"}',
        b'{"kind":"wave"}',
        b'{"kind":"misconfigured","reason":"a","facts":{}}',
        b'{"kind":"misconfigured","reason":"\\ud800"}',
        b'{"kind":"misconfigured","reason":"\xff"}',
        b'{"kind":"misconfigured","reason":"a"} {}',
        b'{"kind":"misconfigured","reason":' + b"[" * 4000,
        b'{"kind":"beat","facts":{"state":"streaming","pid":' + b"9" * 4000 + b"}}",
        pickle.dumps(FULL),
        wire.encode(Drain()),
    ],
)
def test_what_is_nearly_a_message_is_none(packet):
    with pytest.raises(wire.WireError):
        wire.worker_said(packet)


@pytest.mark.parametrize(
    "packet",
    [
        b'{"kind":"hold","detect_fps":NaN}',
        b'{"kind":"hold","detect_fps":4,"leave":{"wake":1}}',
        b'{"kind":"hold","detect_fps":4,"leave":{"go":true}}',
        wire.encode(FULL),
    ],
)
def test_the_supervisors_words_are_held_to_the_same(packet):
    with pytest.raises(wire.WireError):
        wire.supervisor_said(packet)


def test_a_word_that_is_too_long_is_not_even_read():
    packet = wire.encode(Misconfigured("a"))
    padded = packet + b" " * (wire.MESSAGE_BYTES_MAX - len(packet))
    assert wire.worker_said(padded) == Misconfigured("a")
    with pytest.raises(wire.WireError, match="more than 4096 bytes"):
        wire.worker_said(padded + b" ")
