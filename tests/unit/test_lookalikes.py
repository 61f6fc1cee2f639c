import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.plates import lookalikes

TEXTS = st.text("ABEHKMOPTXY0123456789", max_size=10)


@pytest.mark.parametrize("pair", ["O0", "D0", "I1", "B8", "S5", "Z2", "G6"])
def test_a_letter_and_the_digit_of_its_shape_are_twins(pair: str) -> None:
    assert lookalikes.twins(f"A12{pair[0]}BC", f"A12{pair[1]}BC")


def test_two_digits_are_never_twins() -> None:
    assert not any(lookalikes.twins(str(a), str(b)) for a in range(10) for b in range(10) if a != b)


def test_the_next_van_of_a_fleet_is_similar_but_no_twin() -> None:
    assert lookalikes.similar("A123BC77", "A128BC77")
    assert not lookalikes.twins("A123BC77", "A128BC77")


def test_a_plain_mistake_costs_one_and_a_look_alike_less() -> None:
    assert lookalikes.distance("A123BC77", "A153BC77") == 1
    assert lookalikes.distance("A123BC77", "A12BC77") == 1
    assert lookalikes.distance("A103BC77", "A1O3BC77") == lookalikes.TWIN_COST


def test_texts_that_are_two_mistakes_apart_are_not_similar() -> None:
    assert not lookalikes.similar("A123BC77", "A153BC79")


def test_short_texts_are_similar_only_when_equal() -> None:
    assert lookalikes.similar("AB1", "AB1")
    assert not lookalikes.similar("AB1", "AB2")


@pytest.mark.parametrize(
    ("text", "other"), [("K412OM197", True), ("95OX", False), ("95OX788", False), ("A995", True), ("K996OX19", False)]
)
def test_a_much_shorter_text_is_another_plate_only_where_most_of_it_differs(text: str, other: bool) -> None:
    assert lookalikes.differ("K995OX190", text) is other


def test_a_cut_text_lies_where_it_was_cut_from() -> None:
    assert lookalikes.align("K995OX190", "995OX190") == (None, 0, 1, 2, 3, 4, 5, 6, 7)
    assert lookalikes.align("K995OX190", "K995OX19") == (0, 1, 2, 3, 4, 5, 6, 7, None)


def test_a_text_with_one_character_too_many_keeps_its_others() -> None:
    assert lookalikes.align("E707EB77", "E7071EB77") == (0, 1, 2, 3, 5, 6, 7, 8)


def test_swaps_are_the_others_of_a_shape() -> None:
    assert lookalikes.swaps("0") == "DOQ"
    assert lookalikes.swaps("K") == ""


@given(TEXTS, TEXTS)
def test_distance_is_symmetric_and_zero_for_equals_only(a: str, b: str) -> None:
    assert lookalikes.distance(a, b) == pytest.approx(lookalikes.distance(b, a))
    assert (lookalikes.distance(a, b) == 0) == (a == b)


@given(TEXTS, TEXTS)
def test_distance_lies_between_the_lengths(a: str, b: str) -> None:
    assert abs(len(a) - len(b)) <= lookalikes.distance(a, b) <= max(len(a), len(b))


@given(TEXTS, TEXTS)
def test_alignment_is_in_order_and_within_the_text(a: str, b: str) -> None:
    found = [index for index in lookalikes.align(a, b) if index is not None]
    assert len(lookalikes.align(a, b)) == len(a)
    assert found == sorted(set(found))
    assert all(0 <= index < len(b) for index in found)


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert lookalikes.fold(lookalikes.fold(text)) == lookalikes.fold(text)
    assert lookalikes.twins(text, lookalikes.fold(text))
