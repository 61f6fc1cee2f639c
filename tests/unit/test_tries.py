from anprd.errors import SourceError
from anprd.observe.tries import STEADY_S, Tries
from tests.event_fakes import ListLog


def tries(log, chance=1.0):
    return Tries("source_lost", log, first_s=1.0, cap_s=15.0, chance=lambda: chance)


def test_delays_double_up_to_the_cap():
    one = tries(ListLog())
    assert [one.failed(SourceError("away")) for _ in range(6)] == [1, 2, 4, 8, 15, 15]


def test_after_a_success_the_first_delay_comes_again():
    one = tries(ListLog())
    one.failed(SourceError("away"))
    one.failed(SourceError("away"))
    one.got_through(0.0)
    assert one.failures == 0
    assert one.failed(SourceError("away")) == 1


def test_a_row_of_failures_is_told_ever_more_seldom():
    log = ListLog()
    one = tries(log)
    for _ in range(100):
        one.failed(SourceError("away"))
    assert [fields["tries"] for level, _, fields in log.lines if level == "warning"] == [1, 2, 4, 8, 16, 32, 64]
    assert len(log.lines) == 100


def test_what_only_gets_through_for_a_moment_is_tried_again_soon_and_told_as_seldom():
    log = ListLog()
    one = tries(log)
    told = []
    for number in range(1, 101):
        assert one.failed(SourceError("away")) == 1
        one.got_through(0.0)
        told += [number] if one.is_told else []
    assert [fields["tries"] for level, _, fields in log.lines if level == "warning"] == told == [1, 2, 4, 8, 16, 32, 64]
    one.got_through(STEADY_S)
    assert one.is_told
