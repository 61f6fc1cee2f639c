"""What is shown when, and what is due."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.bench.playlist import GOP_S, IDLE, Cut, Pass, Showing, circle, showings

PASSES = (Pass("A111AA77", 1.5, 4.5), Pass("B222BB78", 0.5, 3.0))
LENGTHS = (3, 2)


def test_always_busy_shows_one_pass_after_the_other():
    assert circle(2, LENGTHS, 1.0) == (Cut(1, 0), Cut(1, 1), Cut(1, 2), Cut(2, 0), Cut(2, 1))


def test_never_busy_shows_the_empty_road_alone():
    assert circle(2, LENGTHS, 0.0) == (Cut(IDLE, 0), Cut(IDLE, 1))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.floats(0.02, 1.0), st.integers(1, 3))
def test_the_share_of_busy_time_is_what_was_asked_for(lengths, busy, idle_gops):
    cuts = circle(idle_gops, lengths, busy)
    shown = sum(cut.piece != IDLE for cut in cuts)
    assert shown == sum(lengths)
    assert abs(len(cuts) - shown / busy) <= 1  # a group of pictures is not divided


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.floats(0.02, 1.0))
def test_every_group_of_pictures_follows_the_one_before_within_its_pass(lengths, busy):
    cuts = circle(2, lengths, busy)
    for before, after in pairwise(cuts):
        if after.piece != IDLE and after.gop > 0:
            assert before == Cut(after.piece, after.gop - 1)


def test_what_is_due_lies_wholly_within_the_stretch():
    showing = Showing("gate", circle(2, LENGTHS, 1.0), begun_s=100.0)
    assert showing.circle_s == 5 * GOP_S
    due = list(showing.due(PASSES, 101.5, 119.4))
    assert [(one.plate, one.first_s, one.last_s) for one in due] == [
        ("A111AA77", 101.5, 104.5), ("A111AA77", 111.5, 114.5), ("B222BB78", 106.5, 109.0), ("B222BB78", 116.5, 119.0),
    ]  # fmt: skip
    assert {one.camera for one in due} == {"gate"}


def test_what_begins_before_or_ends_after_the_stretch_is_not_due():
    showing = Showing("gate", circle(2, LENGTHS, 1.0), begun_s=100.0)
    assert not list(showing.due(PASSES, 101.6, 104.6))
    assert [one.plate for one in showing.due(PASSES, 101.5, 104.5)] == ["A111AA77"]


@given(st.floats(0, 500), st.floats(0, 200), st.floats(0, 200))
def test_stretches_side_by_side_have_what_the_whole_has_but_for_the_cut(from_s, first_s, second_s):
    showing = Showing("gate", circle(2, LENGTHS, 0.5), begun_s=-3.0)
    middle_s, to_s = from_s + first_s, from_s + first_s + second_s
    whole = list(showing.due(PASSES, from_s, to_s))
    parts = [*showing.due(PASSES, from_s, middle_s), *showing.due(PASSES, middle_s, to_s)]
    cut = [one for one in whole if one.first_s < middle_s < one.last_s]
    key = lambda one: (round(one.first_s, 6), one.plate)  # noqa: E731
    assert sorted(map(key, parts)) == sorted(key(one) for one in whole if one not in cut)


@pytest.mark.parametrize("count", [2, 5, 40])
def test_cameras_are_at_different_places_of_the_circle(count):
    cuts = circle(2, LENGTHS, 0.1)
    shown = showings([str(number) for number in range(count)], cuts, 1000.0)
    places = sorted((1000.0 - one.begun_s) / one.circle_s for one in shown)
    assert all(0 <= place < 1 for place in places)
    assert min(after - before for before, after in pairwise(places)) > 0.3 / count
