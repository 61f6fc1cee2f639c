from hypothesis import given
from hypothesis import strategies as st

from anprd.worker import wire
from anprd.worker.messages import TEXT_BYTES_MAX, Beat, Facts, Misconfigured, State, clip_text
from anprd.worker.tally import REASONS_MAX


def longest(text):
    reasons = {f"a_long_reason_{number:02}": 10**12 for number in range(REASONS_MAX)}
    return Facts(
        State.STREAMING, pid=2**22, frames=10**12, fps=1234.56, detections=10**12, reads=10**12, confirmed=10**12,
        updated=10**12, unreadable=10**12, drops=reasons, skipped={}, spool_depth=10**9, delivered=10**12,
        last_error=text, sink_error=text, last_plate="A" * 16, last_plate_at="2026-01-01T00:00:00.000Z",
        last_frame_age_s=12345.67, reconnects=10**9, memory_bytes=2**40, detect_fps=12.34, lag_s=123.456,
        standing_lag_s=123.456, run_ratio=0.123, wait_ratio=0.123,
    )  # fmt: skip


@given(st.text(min_size=500, max_size=600))
def test_the_longest_beat_is_a_message(text):
    beat = Beat(longest(clip_text(text)))
    packet = wire.encode(beat)
    assert len(packet) <= wire.MESSAGE_BYTES_MAX
    assert wire.worker_said(packet) == beat


def test_the_longest_beat_of_quotes_and_of_letters_of_all_sizes_is_a_message():
    lengths = [len(wire.encode(Beat(longest(clip_text(letter * 600))))) for letter in ('"', "\\", "x", "я", "車", "🚗")]
    assert max(lengths) <= wire.MESSAGE_BYTES_MAX
    assert lengths[0] == max(lengths)


def test_a_clipped_text_is_one_short_line():
    assert clip_text("one\n  two\tthree") == "one two three"
    assert len(clip_text("x " * 1000)) == TEXT_BYTES_MAX
    assert clip_text("я" * 300) == "я" * 248 + "..."


@given(st.text() | st.text(st.characters(categories=["Cc", "Cs", "Zl", "Zp", "L"]), max_size=700))
def test_a_clipped_text_commands_no_terminal_and_can_be_sent(text):
    clipped = clip_text(text)
    assert clipped.isprintable()
    assert len(clipped.encode()) <= TEXT_BYTES_MAX
    assert wire.worker_said(wire.encode(Misconfigured(clipped))) == Misconfigured(clipped)


def test_what_cannot_be_printed_is_shown_as_a_question():
    assert clip_text("a\x1b[2Jb\udc80") == "a?[2Jb?"
