import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.training.evaluation import texts
from anprd.training.evaluation.texts import NOTHING

plates = st.text(alphabet="AB01", max_size=8)


@pytest.mark.parametrize(
    ("first", "second", "edits"),
    [("", "", 0), ("AB", "AB", 0), ("AB", "A", 1), ("", "AB", 2), ("K995OX", "K9950X", 1), ("ABC", "CAB", 2)],
)
def test_edits_are_counted_as_by_hand(first, second, edits):
    assert texts.edit_distance(first, second) == edits


@given(plates, plates)
def test_the_way_back_takes_as_many_edits(first, second):
    assert texts.edit_distance(first, second) == texts.edit_distance(second, first)


@given(plates, plates)
def test_an_alignment_holds_both_texts_and_no_more_edits_than_there_must_be(truth, reading):
    pairs = texts.aligned(truth, reading)
    assert "".join(true for true, _ in pairs) == truth
    assert "".join(read for _, read in pairs) == reading
    assert sum(true != read for true, read in pairs) == texts.edit_distance(truth, reading)


@given(plates, plates)
def test_every_character_of_a_reading_is_judged(truth, reading):
    assert len(texts.right_characters(truth, reading)) == len(reading)


def test_a_character_too_many_is_the_only_wrong_one():
    assert texts.right_characters("A606MP77", "A6061MP77") == [True, True, True, True, False, True, True, True, True]


def test_what_was_read_for_what_is_counted_and_missing_ones_too():
    counts = texts.confusions([("SO7", "S07"), ("O1", "01"), ("AB", "A"), ("K", "K")])
    assert counts == {("O", "0"): 2, ("B", NOTHING): 1}


def test_the_error_rate_is_all_edits_by_all_characters_of_the_truth():
    assert texts.error_rate([("AB12", "AB12"), ("CD", "C"), ("E", "F")]) == 2 / 7
    assert texts.error_rate([("", "")]) == 0
