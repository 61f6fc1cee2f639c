import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anprd.vision import ctc, spacing
from anprd.vision.spacing import LOG_ODDS_MAX, Spoken

LINE_COLUMNS = 40
SURE = 12.0


def said(*characters: tuple[str, int]) -> Spoken:
    """A network that says each character, surely, in its column."""
    logits = np.zeros((2 * LINE_COLUMNS, 1 + len(ctc.ALPHABET)), np.float32)
    logits[:, ctc.BLANK] = SURE
    for character, column in characters:
        logits[column] = 0
        logits[column, 1 + ctc.ALPHABET.index(character)] = SURE
    return spacing.spoken(logits, line_columns=LINE_COLUMNS)


def written(text: str, *, pitch: int = 4, gap: int = 3) -> Spoken:
    """The text as it is printed, a space being a gap."""
    column, characters = 2, []
    for character in text:
        if character == " ":
            column += gap
            continue
        characters.append((character, column))
        column += pitch
    return said(*characters)


def test_the_best_path_is_found_with_its_columns_and_lines():
    found = said(("A", 3), ("1", 9), ("B", 44))
    assert found.text == "A1B"
    assert found.columns == pytest.approx((3, 9, 44), abs=0.01)
    assert found.lines == (0, 0, 1)


def test_a_gap_is_where_the_distance_is_larger_than_usual():
    found = spacing.gaps("355OCT", written("355 OCT"))
    assert [odds > 0 for odds in found] == [False, False, True, False, False]
    assert max(map(abs, found)) <= LOG_ODDS_MAX


def test_another_spelling_of_the_same_length_has_the_same_gaps():
    seen = written("SZO 99CK")
    assert spacing.gaps("SZ099CK", seen) == spacing.gaps("SZO99CK", seen)


def test_a_character_that_the_best_path_has_not_says_nothing_of_gaps_beside_it():
    found = spacing.gaps("M700AA77", written("M70AA77"))
    assert len(found) == len("M700AA77") - 1
    assert found.count(0.0) == 2


def test_nothing_is_known_between_two_lines():
    characters = [(character, 4 * place) for place, character in enumerate("ABCD")]
    lower = [(character, 41 + 4 * place) for place, character in enumerate("1234")]
    found = spacing.gaps("ABCD1234", said(*characters, *lower))
    assert found[3] == 0.0
    assert all(odds < 0 for place, odds in enumerate(found) if place != 3)


def test_of_a_few_characters_nobody_knows_what_is_usual():
    assert spacing.gaps("A12", written("A 12")) == (0.0, 0.0)


def test_nothing_has_no_gaps():
    assert spacing.gaps("", said()) == ()
    assert spacing.gaps("1", said()) == ()


@given(st.text("AB01", max_size=10), st.text("AB01 ", max_size=9))
def test_every_text_has_a_place_after_each_character_but_the_last(text: str, printed: str) -> None:
    assert len(spacing.gaps(text, written(printed, pitch=3, gap=1))) == max(0, len(text) - 1)
