"""Time of a stage, with and without the stages within it."""

import pytest

from anprd.bench.stopwatch import OUTSIDE, Stopwatch, Watched


class Clock:
    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


def test_a_stage_within_another_counts_once(clock):
    watch = Stopwatch(clock)
    with watch.during("outer"):
        clock.now_s += 1
        with watch.during("inner"):
            clock.now_s += 2
        with watch.during("inner"):
            clock.now_s += 4
        clock.now_s += 8
    assert watch.spans_s == {"inner": [2, 4], "outer": [15]}
    assert watch.own_s == {"inner": 6, "outer": 9}
    assert watch.stage == OUTSIDE


def test_methods_are_watched_for_a_while_and_then_as_they_were(clock):
    class Worker:
        def work(self, seconds, *, more=0.0):
            clock.now_s += seconds + more
            return watch.stage

    watch = Stopwatch(clock)
    plain = Worker.work
    with watch.watching([Watched(Worker, "work", "working")]):
        assert Worker().work(1.0, more=0.5) == "working"
    assert Worker.work is plain
    Worker().work(5.0)
    assert watch.spans_s == {"working": [1.5]}


def test_a_stage_that_fails_is_over(clock):
    watch = Stopwatch(clock)
    with pytest.raises(ValueError), watch.during("failing"):
        raise ValueError
    assert watch.stage == OUTSIDE
