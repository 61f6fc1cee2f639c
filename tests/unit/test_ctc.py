import itertools
import math

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


def test_what_few_columns_say_together_outweighs_the_best_path() -> None:
    logits = columns([class_of("A")])
    logits[1:3, ctc.BLANK] = 0.55
    logits[1:3, class_of("3")] = 0.45
    logits[1:3] = np.log(np.where(logits[1:3] > 0, logits[1:3], 1e-9))
    assert ctc.decode(logits, line_columns=COLUMNS).text == "A"
    assert ctc.hypotheses(logits)[0][0] == "A3"  # 1 - .55 * .55


def test_the_only_text_of_sure_columns_is_as_sure_as_they_are() -> None:
    (text, share), *others = ctc.hypotheses(columns([class_of("7"), 0, class_of("7"), class_of("B")]))
    assert (text, others) == ("77B", [])
    assert share == pytest.approx(1.0, abs=0.02)


def test_columns_without_a_character_are_the_empty_text() -> None:
    assert ctc.hypotheses(columns([]))[0][0] == ""


def test_no_more_texts_are_followed_than_there_is_room_for() -> None:
    found = ctc.hypotheses(np.random.default_rng(1).normal(0, 1, (80, 1 + len(ctc.ALPHABET))).astype(np.float32))
    assert 1 <= len(found) <= ctc.BEAMS_MAX
    assert math.fsum(share for _, share in found) <= 1


@given(st.lists(st.lists(st.floats(-3, 3), min_size=3, max_size=3), min_size=1, max_size=6))
def test_a_text_is_as_likely_as_all_paths_that_spell_it(scores: list[list[float]]) -> None:
    logits = np.full((len(scores), 1 + len(ctc.ALPHABET)), -40.0, np.float32)
    followed = (ctc.BLANK, class_of("A"), class_of("B"))
    logits[:, followed] = np.array(scores, np.float32)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    spelled: dict[str, float] = {}
    for path in itertools.product(followed, repeat=len(scores)):
        merged = [index for index, _ in itertools.groupby(path)]
        text = "".join(ctc.ALPHABET[index - 1] for index in merged if index != ctc.BLANK)
        spelled[text] = spelled.get(text, 0.0) + math.prod(shares[np.arange(len(path)), path].tolist())
    found = ctc.hypotheses(logits)
    likeliest = max(spelled.values())
    assert spelled[found[0][0]] == pytest.approx(likeliest, rel=0.05)  # texts that are too unlikely were let go
    assert all(share <= spelled[text] + 1e-6 for text, share in found)
    assert math.fsum(share for _, share in found) >= 0.8
