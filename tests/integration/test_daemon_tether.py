"""A worker's end of a real pipe."""

import threading
import time

import pytest

from anprd.errors import EXIT_FAILED
from anprd.supervisor.fleet import WORDS_MAX
from anprd.video.wakefulness import Leave
from anprd.worker import wire
from anprd.worker.messages import Beat, Drain, Facts, Hold, Misconfigured, State, Stopped
from anprd.worker.tether import Tether

WAIT_S = 5.0


class Ends:
    """Both ends of a pipe, a tether at one."""

    def __init__(self):
        self.supervisor, self.worker = wire.pair()
        self.stop = threading.Event()
        self.left = threading.Event()
        self.codes = []
        self.tether = Tether(self.worker, self.stop, leave=self.leave, orphan_s=0.05)

    def leave(self, code):
        self.codes.append(code)
        self.left.set()


@pytest.fixture
def ends():
    made = Ends()
    yield made
    made.supervisor.close()


def test_a_beat_arrives(ends):
    beat = Beat(Facts(State.STREAMING, pid=1, drops={"late": 2}))
    assert ends.tether.say(beat)
    assert wire.hear_worker(ends.supervisor) == beat


def test_a_drain_sets_the_stop_and_nobody_is_thrown_out(ends):
    ends.tether.listen()
    assert wire.send(ends.supervisor, Drain())
    assert ends.stop.wait(WAIT_S)
    assert not ends.left.wait(0.2)


def test_a_hold_is_known_at_once_and_stops_nobody(ends):
    assert ends.tether.detect_fps is None
    assert ends.tether.leave == Leave()
    ends.tether.listen()
    for rate in (4.0, 2.5):
        assert wire.send(ends.supervisor, Hold(rate, Leave(wake=False)))
    deadline_s = time.monotonic() + WAIT_S
    while ends.tether.detect_fps != 2.5 and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert ends.tether.detect_fps == 2.5
    assert ends.tether.leave == Leave(wake=False)
    assert not ends.stop.is_set()
    assert wire.send(ends.supervisor, Drain())
    assert ends.stop.wait(WAIT_S)


def test_the_end_of_the_supervisor_stops_the_worker_and_then_ends_it(ends):
    ends.tether.listen()
    ends.supervisor.close()
    assert ends.stop.wait(WAIT_S)
    assert ends.left.wait(WAIT_S)
    assert ends.codes == [EXIT_FAILED]


def test_a_supervisor_that_talks_nonsense_is_none(ends):
    ends.tether.listen()
    ends.supervisor.send(b"?")
    assert ends.left.wait(WAIT_S)
    assert ends.stop.is_set()


def test_a_full_pipe_is_not_waited_for(ends):
    beat = Beat(Facts(State.STREAMING, pid=1, last_error="x" * 400))
    sent = 0
    while ends.tether.say(beat):
        sent += 1
        assert sent < 100_000
    assert sent > 1
    assert not ends.tether.say(beat)


def test_a_supervisor_that_is_gone_is_no_error(ends):
    ends.supervisor.close()
    assert not ends.tether.say(Beat(Facts(State.STREAMING, pid=1)))


def test_nobody_waits_for_a_worker_that_says_nothing_or_half_a_word(ends):
    assert wire.hear_worker(ends.supervisor) is None
    ends.worker.send(wire.encode(Drain())[:5])
    with pytest.raises(wire.WireError):
        wire.hear_worker(ends.supervisor)
    assert wire.hear_worker(ends.supervisor) is None


def test_a_word_beyond_the_limit_is_refused_and_the_next_one_heard(ends):
    beat = Beat(Facts(State.STREAMING, pid=1))
    ends.worker.send(b"x" * 100_000)
    ends.tether.say(beat)
    with pytest.raises(wire.WireError, match="more than"):
        wire.hear_worker(ends.supervisor)
    assert wire.hear_worker(ends.supervisor) == beat


def test_an_empty_word_and_the_end_are_the_same(ends):
    ends.worker.send(b"")
    with pytest.raises(EOFError):
        wire.hear_worker(ends.supervisor)
    ends.worker.close()
    with pytest.raises(EOFError):
        wire.hear_worker(ends.supervisor)


def test_last_words_are_heard_of_a_worker_that_left_without_having_heard_ours(ends):
    stopped = Stopped(Facts(State.STOPPING, pid=1))
    assert wire.send(ends.supervisor, Hold(4.0))
    ends.tether.say(stopped)
    ends.worker.close()
    assert wire.hear_worker(ends.supervisor) == stopped
    with pytest.raises(EOFError):
        wire.hear_worker(ends.supervisor)


def test_a_worker_that_reads_nothing_is_not_waited_for(ends):
    sent = 0
    while wire.send(ends.supervisor, Hold(4.0)):
        sent += 1
        assert sent < 100_000
    assert sent > 1


def test_a_full_pipe_holds_less_than_is_taken_at_once(ends):
    said = 0
    while wire.send(ends.worker, Misconfigured("")):
        said += 1
    assert said < WORDS_MAX
