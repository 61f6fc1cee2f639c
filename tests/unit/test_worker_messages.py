import pickle

from anprd.worker.messages import TEXT_LENGTH_MAX, Beat, Facts, State, clip_text

PIPE_BUF = 4096


def test_the_longest_beat_fits_one_atomic_write():
    text = "я" * TEXT_LENGTH_MAX
    drops = {f"a_reason_of_some_length_{number:02}": 10**12 for number in range(24)}
    facts = Facts(
        State.STREAMING, pid=2**22, frames=10**12, drops=drops, skipped=drops, last_error=text, sink_error=text,
        last_plate="A" * 16, last_plate_at="2026-01-01T00:00:00.000Z", memory_bytes=2**40, detect_fps=12.34,
        lag_s=123.456, standing_lag_s=123.456, run_ratio=0.123, wait_ratio=0.123,
    )  # fmt: skip
    assert len(pickle.dumps(Beat(facts))) < PIPE_BUF


def test_a_clipped_text_is_one_short_line():
    assert clip_text("one\n  two\tthree") == "one two three"
    assert len(clip_text("x " * 1000)) == TEXT_LENGTH_MAX
