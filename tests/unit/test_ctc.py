import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from anprd.vision import ctc

COLUMNS = 40
SURE = 12.0


def columns(classes: list[int]) -> NDArray[np.float32]:
    logits = np.zeros((2 * COLUMNS, 1 + len(ctc.ALPHABET)), np.float32)
    for column, index in enumerate(classes + [ctc.BLANK] * (2 * COLUMNS - len(classes))):
        logits[column, index] = SURE
    return logits


def class_of(character: str) -> int:
    return ctc.ALPHABET.index(character) + 1


def test_repeated_classes_are_one_character_and_a_blank_parts_two() -> None:
    a, b = class_of("A"), class_of("B")
    assert ctc.decode(columns([a, a, a, b, 0, b, b]), line_columns=COLUMNS).text == "ABB"


def test_blank_columns_alone_are_an_empty_reading_without_confidence() -> None:
    reading = ctc.decode(columns([]), line_columns=COLUMNS)
    assert (reading.text, reading.confidences, reading.confidence) == ("", (), 0.0)


def test_a_character_is_as_sure_as_its_surest_column() -> None:
    logits = columns([0, class_of("7"), class_of("7")])
    logits[1, class_of("1")] = SURE
    reading = ctc.decode(logits, line_columns=COLUMNS)
    assert reading.text[-1] == "7"
    assert reading.confidences[-1] == pytest.approx(1.0, abs=1e-3)


def test_characters_on_the_second_line_make_two_rows() -> None:
    first = [class_of("5"), class_of("9")] + [0] * (COLUMNS - 2)
    reading = ctc.decode(columns([*first, class_of("X")]), line_columns=COLUMNS)
    assert (reading.text, reading.rows) == ("59X", 2)


def test_one_line_is_one_row_whichever_line_it_stands_on() -> None:
    assert ctc.decode(columns([0] * COLUMNS + [class_of("X")]), line_columns=COLUMNS).rows == 1


@given(st.text(alphabet=ctc.ALPHABET, max_size=20))
def test_any_text_survives_being_written_in_columns(text: str) -> None:
    spaced = [index for character in text for index in (class_of(character), ctc.BLANK)]
    reading = ctc.decode(columns(spaced), line_columns=COLUMNS)
    assert reading.text == text
    assert len(reading.confidences) == len(text)


def test_rivals_are_what_else_each_character_may_be() -> None:
    logits = columns([class_of("0"), class_of("0"), 0, class_of("7")])
    logits[1, class_of("O")] = SURE - 1
    reading, rivals = ctc.decode_with_rivals(logits, line_columns=COLUMNS)
    assert reading.text == "07"
    assert rivals.shape == (2, 1 + len(ctc.ALPHABET))
    assert rivals[0, class_of("O")] == pytest.approx(0.27, abs=0.01)
    assert rivals[1, class_of("O")] < 1e-3
